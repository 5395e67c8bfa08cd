import WeightStore

/// Gates of commands that move branches to commits which are there already: undo, redo, op restore, branch, rebase.
struct ProtectedMoves {
  let repository: Repository
  let option: GateOption
  let dataFolder: DataFolderOption
  /// What is refused: "undo".
  let verb: String
  var isQuiet = false

  /// Lets branches move if what guards them agrees. The certificates of the commit that a branch stands at decide, and
  /// drops are compared with it. Not even certificates let a guarded branch go away.
  ///
  /// - Returns: what the operation log notes of gates that were skipped.
  /// - Throws: `CommandError.negative` if a branch may not move.
  func judge(_ changes: [WeightStore.Operation.RefChange]) throws -> String {
    var note = ""
    for change in changes {
      // A new branch has nothing to lose.
      guard let branch = change.name.branchName, let before = change.before else { continue }
      let decision = try GateDecision(option.gate, branch: branch, in: repository)
      if decision == .skipped { note = decision.note }
      guard decision == .gated, change.after != before else { continue }
      guard let after = change.after else {
        throw CommandError(
          .negative, "the \(verb) is refused: branch '\(branch)' is protected and would be gone",
          hint: "nothing was changed; if that is what you want: --no-gate")
      }
      let gate = try Gate(repository, baseline: before, folder: dataFolder.resolve(repository))
      try gate.check(after, shownAs: after.short, from: branch, isQuiet: isQuiet, verb: verb)
    }
    return note
  }
}
