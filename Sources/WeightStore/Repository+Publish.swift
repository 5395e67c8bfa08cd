import GRDB

/// What one command changes, all at once.
struct Publication {
  /// What the operation log says: "commit: Tune head".
  var description: String
  var refChanges: [Operation.RefChange] = []
  /// `nil` leaves what is checked out as it is.
  var headAfter: Head?
  /// `nil` values remove the path from the stage.
  var stageChanges: [RelativePath: StagedFile?] = [:]
  var results: [CertificateResult] = []
  /// The merge that will be open; `.some(nil)` for none, `nil` leaves it as it is.
  var openMerge: OpenMerge??
  /// Whether the files of the working folder were changed to what will be checked out.
  var broughtIn = false
  /// The operation that this takes back.
  var undoes: ObjectID<Operation>?
}

extension Repository {
  /// Publishes without new objects of the caller's.
  func publish(_ publication: Publication) throws(StoreError) {
    try publish(publication, writer: ObjectWriter(store: store))
  }

  /// The commit point: objects are made durable first, then one transaction makes them known and moves the refs.
  ///
  /// The caller holds the writer lock. What comes before the transaction is garbage if it does not happen.
  ///
  /// - Throws: `StoreError.mergeInProgress` if what is checked out would move away from under an open merge.
  func publish(_ publication: Publication, writer: consuming ObjectWriter) throws(StoreError) {
    if publication.openMerge == nil, try isMovingHead(publication) { try checkNoMergeIsOpen() }
    let operationID = try recordOperation(publication, writer: &writer)
    for result in publication.results { try writer.put(result) }
    let sealed = try writer.seal()
    if let sealed { try RepositoryFormat.raise(for: sealed, in: layout) }
    try database.write { database in
      if let sealed { try ObjectIndex.insert(sealed, in: database) }
      for change in publication.refChanges { try RefTable.apply(change, in: database) }
      if let head = publication.headAfter { try RefTable.setHead(head, in: database) }
      for (path, file) in publication.stageChanges {
        if let file {
          try StageTable.put(path, file, in: database)
        } else {
          try StageTable.remove(path, in: database)
        }
      }
      for result in publication.results { try CertificateResultTable.put(result, in: database) }
      if let merge = publication.openMerge { try OpenMergeTable.put(merge, in: database) }
      if let operationID { try OperationTable.append(operationID, in: database) }
    }
  }

  private func isMovingHead(_ publication: Publication) throws(StoreError) -> Bool {
    let head = try head()
    if let after = publication.headAfter, after != head { return true }
    guard case .branch(let name) = head else { return false }
    return publication.refChanges.contains { $0.name == name }
  }

  /// The operation as an object, so that the log survives a lost database. `nil` if no ref and no head moves.
  private func recordOperation(
    _ publication: Publication, writer: inout ObjectWriter
  ) throws(StoreError) -> ObjectID<Operation>? {
    let before = try head()
    let after = publication.headAfter ?? before
    guard !publication.refChanges.isEmpty || after != before else { return nil }
    let operation = Operation(
      previous: try database.read { try OperationTable.latest(in: $0) }, description: publication.description,
      unixSeconds: settings.now(), headBefore: before, headAfter: after, refChanges: publication.refChanges,
      broughtIn: publication.broughtIn, undoes: publication.undoes)
    return try writer.put(operation)
  }

  /// The newest operations first.
  package func operations(limit: Int) throws(StoreError) -> [(number: Int64, operation: Operation)] {
    let rows = try database.read { try OperationTable.newest(limit: limit, in: $0) }
    var operations: [(number: Int64, operation: Operation)] = []
    for row in rows { operations.append((row.number, try store.load(row.id))) }
    return operations
  }
}
