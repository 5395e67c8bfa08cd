/// Tags: names of commits that do not move by themselves.
extension Repository {
  /// Sorted by name.
  package func tags() throws(StoreError) -> [(name: String, target: ObjectID<Commit>)] {
    try refs().compactMap { ref in ref.name.tagName.map { ($0, ref.target) } }
  }

  /// - Throws: `StoreError.branchExists` unless `force`.
  package func createTag(_ tag: String, at target: ObjectID<Commit>, force: Bool) throws(StoreError) {
    let lock = try self.lock()
    let name = try RefName.tag(tag)
    let before = try self.target(of: name)
    guard before == nil || force else {
      throw StoreError(.branchExists, "a tag '\(tag)' exists already", subjects: [tag])
    }
    try checkNoRefIsAFolder(name)
    let change = Operation.RefChange(name: name, before: before, after: target)
    if before != target { try publish(Publication(description: "tag: \(tag)", refChanges: [change])) }
    withExtendedLifetime(lock) {}
  }

  /// - Throws: `StoreError.unknownRevision`.
  package func deleteTag(_ tag: String) throws(StoreError) -> ObjectID<Commit> {
    let lock = try self.lock()
    let name = try RefName.tag(tag)
    guard let target = try self.target(of: name) else {
      throw StoreError(.unknownRevision, "there is no tag '\(tag)'", subjects: try tags().map(\.name))
    }
    let change = Operation.RefChange(name: name, before: target, after: nil)
    try publish(Publication(description: "tag: delete \(tag)", refChanges: [change]))
    withExtendedLifetime(lock) {}
    return target
  }
}
