/// A chunk stands on its base, that one on its own, up to one that stands alone.
package enum DeltaChain {
  /// Deltas between an object and the bytes of one that has no base. Longer chains are neither written nor read.
  package static let maximumDepth = 8

  /// The first link, its base, and so on. `base` gives `nil` for a link that stands alone.
  ///
  /// - Throws: `StoreError.corruptObject` if there are more than `maximumDepth` deltas, as in a cycle.
  package static func links<Link>(
    from first: Link, base: (Link) throws(StoreError) -> Link?
  ) throws(StoreError) -> [Link] {
    var links = [first]
    var last = first
    while let next = try base(last) {
      guard links.count <= maximumDepth else {
        throw StoreError(.corruptObject, "an object stands on more than \(maximumDepth) deltas")
      }
      links.append(next)
      last = next
    }
    return links
  }
}
