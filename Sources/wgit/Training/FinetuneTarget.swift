import WeightStore

/// Where a training run starts and where its commit goes.
struct FinetuneTarget {
  private let repository: Repository
  let start: ObjectID<Commit>
  private let branch: String
  /// Whether the working folder must follow.
  private let isCheckedOut: Bool

  /// Everything that would make the commit fail is found before the training, not after it.
  init(_ repository: Repository, from start: ObjectID<Commit>, branch name: String) throws {
    self.repository = repository
    self.start = start
    self.branch = name
    isCheckedOut = try repository.head().branchName == name
    let tip = try repository.target(of: RefName.branch(name))
    if tip == nil { try repository.checkNoRefIsAFolder(RefName.branch(name)) }
    if let tip, tip != start {
      throw CommandError(
        .usage, "branch '\(name)' stands at \(tip.short), not at \(start.short), from which the run starts",
        hint: "start from it (wgit finetune \(Terminal.escape(name)) …) or choose another --branch")
    }
    if isCheckedOut {
      try repository.checkNoMergeIsOpen()
      guard try repository.uncommittedPaths().isEmpty else {
        throw CommandError(
          .negative, "'\(name)' is checked out and has changes that are not committed",
          hint: "commit them (wgit commit -a), or train on another --branch")
      }
    }
  }

  func commit(
    files: [RelativePath: any ByteSource], removing removed: Set<RelativePath> = [], message: String,
    signature: Commit.Signature, recipe: Recipe
  ) throws -> Repository.CommitOutcome {
    let outcome = try repository.commit(
      files: files, removing: removed, onto: start, branch: branch, aside: isCheckedOut, message: message,
      author: signature, committer: signature, recipe: recipe)
    if isCheckedOut {
      _ = try repository.fastForward(
        to: outcome.id, description: "finetune: \(outcome.commit.subject)", removing: RefName.candidate(of: branch))
    }
    return outcome
  }
}
