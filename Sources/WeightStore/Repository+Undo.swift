/// Taking operations back. Nothing is lost by it: taking back is an operation too.
extension Repository {
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
  /// - Throws: `StoreError.nothingToUndo`; `.wouldOverwrite` if local changes would be lost.
  package func undo() throws -> UndoOutcome {
    try takeBack("undo", "there is no operation to take back") { id in
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

  /// Takes back the newest undo that is not taken back yet.
  package func redo() throws -> UndoOutcome {
    try takeBack("redo", "there is no undone operation") { id in
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

  /// Moves every ref, and what is checked out, to where they stood after operation `number`; files follow.
  package func restore(toOperation number: Int64) throws -> UndoOutcome {
    let lock = try self.lock()
    try checkNoMergeIsOpen()
    let newest = try operations(limit: .max)
    guard let wanted = newest.first(where: { $0.number == number })?.operation else {
      throw StoreError(.nothingToUndo, "there is no operation #\(number)", subjects: ["\(number)"])
    }
    var targets: [RefName: ObjectID<Commit>?] = [:]
    for (_, operation) in newest.prefix(while: { $0.number != number }) {
      for change in operation.refChanges { targets.updateValue(change.before, forKey: change.name) }
    }
    let current = Dictionary(uniqueKeysWithValues: try refs().map { ($0.name, $0.target) })
    var publication = Publication(description: "op restore: #\(number)", headAfter: wanted.headAfter)
    for (name, after) in targets.sorted(by: { $0.key < $1.key }) where current[name] != after {
      publication.refChanges.append(Operation.RefChange(name: name, before: current[name], after: after))
    }
    publication.broughtIn = true
    let outcome = try publish(publication, returning: wanted)
    withExtendedLifetime(lock) {}
    return outcome
  }

  private func takeBack(
    _ verb: String, _ nothing: String,
    find: (ObjectID<Operation>) throws -> (id: ObjectID<Operation>, operation: Operation)?
  ) throws -> UndoOutcome {
    let lock = try self.lock()
    try checkNoMergeIsOpen()
    let latest = try database.read { try OperationTable.latest(in: $0) }
    guard let found = try latest.flatMap(find) else { throw StoreError(.nothingToUndo, nothing) }
    let operation = found.operation
    let changes = operation.refChanges.filter { !$0.name.isCandidate }.map {
      Operation.RefChange(name: $0.name, before: $0.after, after: $0.before)
    }
    var publication = Publication(
      description: "\(verb): \(operation.description)", refChanges: changes, headAfter: operation.headBefore)
    publication.broughtIn = operation.broughtIn
    publication.undoes = found.id
    let outcome = try publish(publication, returning: operation)
    withExtendedLifetime(lock) {}
    return outcome
  }

  /// Brings in the files that will be checked out, if they follow, and publishes.
  private func publish(_ publication: Publication, returning operation: Operation) throws -> UndoOutcome {
    var publication = publication
    let head = try publication.headAfter ?? self.head()
    let commit = try commitID(of: head, after: publication.refChanges)
    if publication.broughtIn, let commit {
      publication.stageChanges = try bringIn(commit, progress: nil).stageChanges
    }
    try publish(publication)
    return UndoOutcome(operation: operation, head: head, commit: commit)
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
