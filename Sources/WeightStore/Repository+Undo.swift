/// Taking operations back. Nothing is lost by it: taking back is an operation too.
extension Repository {
  /// What would be taken back, before it is.
  package struct UndoPlan: Sendable {
    /// What is taken back, or gone back to.
    package let operation: Operation
    /// The refs that would move.
    package let refChanges: [Operation.RefChange]
    let description: String
    let headAfter: Head
    let broughtIn: Bool
    var undoes: ObjectID<Operation>?
  }

  /// Looks at a plan while nothing is locked, and says what the operation log is to note of it; what it throws ends the
  /// command.
  package typealias UndoJudge = (UndoPlan) throws -> String

  package struct UndoOutcome: Sendable {
    /// What was taken back, or gone back to.
    package let operation: Operation
    package let head: Head
    package let commit: ObjectID<Commit>?
  }

  /// Takes back the newest operation that is not taken back yet.
  ///
  /// Files follow if they followed when the operation happened: after undoing a commit its changes are staged again;
  /// after undoing a switch or a merge the files are those from before.
  ///
  /// - Throws: `StoreError.nothingToUndo`; `.wouldOverwrite` if local changes would be lost; `.branchMoved` if another
  ///   operation happened while `judge` looked.
  package func undo(judge: UndoJudge = { _ in "" }) throws -> UndoOutcome {
    try carryOut(judge) {
      try self.plan("undo", "there is no operation to take back") { id in
        // An undo, and what it took back, are behind us.
        var next: ObjectID<Operation>? = id
        while let id = next {
          let operation = try self.store.load(id)
          if let undone = operation.undoes {
            next = try self.store.load(undone).previous
          } else if operation.isAside {
            next = operation.previous
          } else {
            return (id, operation)
          }
        }
        return nil
      }
    }
  }

  /// Takes back the newest undo that is not taken back yet.
  package func redo(judge: UndoJudge = { _ in "" }) throws -> UndoOutcome {
    try carryOut(judge) {
      try self.plan("redo", "there is no undone operation") { id in
        var next: ObjectID<Operation>? = id
        while let id = next {
          let operation = try self.store.load(id)
          guard let undone = operation.undoes else { return nil }
          let target = try self.store.load(undone)
          // An undo of an operation can be redone; an undo of an undo is a redo, and behind us with it.
          if target.undoes == nil { return (id, operation) }
          next = target.previous
        }
        return nil
      }
    }
  }

  /// Moves every ref, and what is checked out, to where they stood after operation `number`; files follow.
  package func restore(toOperation number: Int64, judge: UndoJudge = { _ in "" }) throws -> UndoOutcome {
    try carryOut(judge) { try self.plan(toOperation: number) }
  }

  private func plan(toOperation number: Int64) throws -> UndoPlan {
    let newest = try operations(limit: .max)
    guard let wanted = newest.first(where: { $0.number == number })?.operation else {
      throw StoreError(.nothingToUndo, "there is no operation #\(number)", subjects: ["\(number)"])
    }
    var targets: [RefName: ObjectID<Commit>?] = [:]
    for (_, operation) in newest.prefix(while: { $0.number != number }) {
      for change in operation.refChanges { targets.updateValue(change.before, forKey: change.name) }
    }
    let current = Dictionary(uniqueKeysWithValues: try refs().map { ($0.name, $0.target) })
    let changes = targets.sorted { $0.key < $1.key }.filter { current[$0.key] != $0.value }.map {
      Operation.RefChange(name: $0.key, before: current[$0.key], after: $0.value)
    }
    return UndoPlan(
      operation: wanted, refChanges: changes, description: "op restore: #\(number)", headAfter: wanted.headAfter,
      broughtIn: true)
  }

  private func plan(
    _ verb: String, _ nothing: String,
    find: (ObjectID<Operation>) throws -> (id: ObjectID<Operation>, operation: Operation)?
  ) throws -> UndoPlan {
    let latest = try database.read { try OperationTable.latest(in: $0) }
    guard let found = try latest.flatMap(find) else { throw StoreError(.nothingToUndo, nothing) }
    let operation = found.operation
    let changes = operation.refChanges.filter { !$0.name.isCandidate }.map {
      Operation.RefChange(name: $0.name, before: $0.after, after: $0.before)
    }
    return UndoPlan(
      operation: operation, refChanges: changes, description: "\(verb): \(operation.description)",
      headAfter: operation.headBefore, broughtIn: operation.broughtIn, undoes: found.id)
  }

  /// Plans, has the plan judged, and carries it out if nothing happened meanwhile.
  private func carryOut(_ judge: UndoJudge, planning: () throws -> UndoPlan) throws -> UndoOutcome {
    try checkNoMergeIsOpen()
    let latest = try database.read { try OperationTable.latest(in: $0) }
    let plan = try planning()
    let note = try judge(plan)
    let lock = try self.lock()
    try checkNoMergeIsOpen()
    guard try database.read({ try OperationTable.latest(in: $0) }) == latest else {
      throw StoreError(.branchMoved, "another operation happened meanwhile")
    }
    var publication = Publication(
      description: plan.description + note, refChanges: plan.refChanges, headAfter: plan.headAfter)
    publication.broughtIn = plan.broughtIn
    publication.undoes = plan.undoes
    let commit = try commitID(of: plan.headAfter, after: plan.refChanges)
    if plan.broughtIn, let commit {
      publication.stageChanges = try bringIn(commit, progress: nil).stageChanges
    }
    try publish(publication)
    withExtendedLifetime(lock) {}
    return UndoOutcome(operation: plan.operation, head: plan.headAfter, commit: commit)
  }

  private func commitID(
    of head: Head, after changes: [Operation.RefChange]
  ) throws(StoreError) -> ObjectID<Commit>? {
    switch head {
    case .detached(let id): return id
    case .branch(let name):
      if let change = changes.first(where: { $0.name == name }) { return change.after }
      return try target(of: name)
    }
  }
}
