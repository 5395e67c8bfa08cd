import Documents
import Trainer
import WeightStore

/// Where a training run starts and where its commit goes.
struct FinetuneTarget {
  private let repository: Repository
  let start: ObjectID<Commit>
  private let branch: String
  private let decision: GateDecision
  private let judge: Gate?
  /// Whether the working folder must follow.
  private let isCheckedOut: Bool
  private let step: StepCommit?

  /// Everything that would make the commit fail is found before the training, not after it.
  init(_ plan: RunPlan, in repository: Repository) throws {
    let (start, name) = (plan.start, plan.branch)
    self.repository = repository
    self.start = start
    self.branch = name
    step = plan.step
    guard plan.step == nil else {
      (isCheckedOut, decision, judge) = (false, .open, nil)
      return
    }
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
    decision = try GateDecision(plan.gate, branch: name, in: repository)
    judge = decision == .gated ? try Gate(repository, baseline: start, folder: DataFolder(plan.dataFolder)) : nil
  }

  func commit(
    files: [RelativePath: any ByteSource], removing removed: Set<RelativePath> = [], message: String,
    signature: Commit.Signature, recipe: Recipe, isQuiet: Bool, beforeGate: () -> Void
  ) throws -> Repository.CommitOutcome {
    if let step {
      return try repository.commit(
        files: files, removing: removed, onto: start, step: step.key, message: message,
        signature: step.dated(signature), recipe: step.marked(recipe))
    }
    let details = JSONObject(recipe.details.members + decision.record.members)
    let outcome = try repository.commit(
      files: files, removing: removed, onto: start, branch: branch, aside: isCheckedOut || judge != nil,
      message: message, author: signature, committer: signature,
      recipe: Recipe(kind: recipe.kind, ingredients: recipe.ingredients, base: recipe.base, details: details))
    // Going on with a run that was refused would only lead to the same candidate, which is kept.
    if judge != nil { beforeGate() }
    try judge?.check(outcome.id, shownAs: "candidates/\(branch)", isQuiet: isQuiet, verb: "fine-tuning")
    if isCheckedOut {
      _ = try repository.fastForward(
        to: outcome.id, description: description(outcome), removing: RefName.candidate(of: branch))
    } else if judge != nil {
      try repository.adopt(outcome.id, on: branch, description: description(outcome))
    }
    return outcome
  }

  private func description(_ outcome: Repository.CommitOutcome) -> String {
    "finetune: \(outcome.commit.subject)\(decision.note)"
  }
}
