/// A text, or a pair of texts, as a model takes it.
package struct Encoding: Sendable, Hashable {
  package let ids: [Int32]
  /// 0 for the first text and what belongs to it, 1 for the second. As many as ids.
  package let typeIDs: [Int32]

  package init(ids: [Int32], typeIDs: [Int32]) {
    precondition(ids.count == typeIDs.count)
    self.ids = ids
    self.typeIDs = typeIDs
  }
}
