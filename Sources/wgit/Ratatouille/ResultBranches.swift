import WeightStore

/// The branches that a recipe's results stand at.
struct ResultBranches {
  let plan: RatatouillePlan
  let repository: Repository

  /// Refuses branches that somebody else's commits stand at, before anything is computed.
  ///
  /// - Throws: `CommandError.usage`, `StoreError`.
  func check() throws {
    let head = try repository.head().branchName
    for (branch, model) in plan.branches {
      let name = try RefName.branch(branch)
      guard let tip = try repository.target(of: name) else {
        try repository.checkNoRefIsAFolder(name)
        continue
      }
      if try tip == commit(of: model) { continue }
      guard try repository.graph.commit(tip).recipe.details[StepCommit.recipeMember] != nil else {
        throw CommandError(
          .usage, "branch '\(branch)' holds work that no recipe made",
          hint: "give the recipe another name, or the branch: wgit branch --move \(Terminal.escape(branch)) OTHER")
      }
      if head == branch {
        throw CommandError(
          .usage, "branch '\(branch)' is checked out, and the recipe is to move it",
          hint: "switch to another branch first: wgit switch main")
      }
    }
  }

  /// Moves them all at once. Gives those of averages, with their commits.
  func land() throws -> [(name: String, commit: ObjectID<Commit>)] {
    let targets = try plan.branches.compactMap { branch in try commit(of: branch.model).map { (branch.name, $0) } }
    try repository.moveBranches(
      Dictionary(targets, uniquingKeysWith: { $1 }), description: "ratatouille: \(plan.recipe.name)")
    return targets.map { (name: $0.0, commit: $0.1) }
  }

  private func commit(of model: ModelSource) throws -> ObjectID<Commit>? {
    switch model {
    case .revision(let id, _): id
    case .step(let key): try repository.target(of: RefName.step(key))
    }
  }
}
