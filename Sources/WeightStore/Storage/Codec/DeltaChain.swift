/// What has to be decoded for an object: its bases, theirs, and so on, down to objects that stand alone.
package enum DeltaChain {
  /// A delta is written only if it stands on fewer deltas than this.
  package static let maximumDepth = 8
  /// Objects with bases on the way from an object to one that stands alone: predictions may stand on top of deltas.
  package static let maximumReadableDepth = 10
  /// Different objects that reading one may need, itself included.
  package static let maximumObjectCount = 256
  /// A prediction is written only if it needs no more than this: a repack may stand each of them on others.
  static let maximumWrittenObjectCount = 64

  /// The objects that some wanted ones need, each once, and bases before what stands on them.
  package struct Order<Link> {
    package private(set) var links: [Link] = []
    /// How many objects with bases stand on each other at most.
    package private(set) var depth = 0
    private var depths: [Digest: Int] = [:]

    package init() {}

    /// Adds an object and everything it needs.
    ///
    /// - Throws: `StoreError.corruptObject` if too many objects stand on each other, as in a circle, or are needed in all.
    package mutating func add(
      _ link: Link, id: (Link) -> Digest, bases: (Link) throws(StoreError) -> [Link]
    ) throws(StoreError) {
      depth = max(depth, try add(link, level: 0, id, bases))
    }

    private mutating func add(
      _ link: Link, level: Int, _ id: (Link) -> Digest, _ bases: (Link) throws(StoreError) -> [Link]
    ) throws(StoreError) -> Int {
      if let known = depths[id(link)] { return known }
      var depth = 0
      for base in try bases(link) {
        guard level < maximumReadableDepth else { throw DeltaChain.tooDeep }
        depth = max(depth, 1 + (try add(base, level: level + 1, id, bases)))
      }
      guard depth <= maximumReadableDepth else { throw DeltaChain.tooDeep }
      links.append(link)
      guard links.count <= maximumObjectCount else {
        throw StoreError(.corruptObject, "an object needs more than \(maximumObjectCount) others to be read")
      }
      depths[id(link)] = depth
      return depth
    }
  }

  private static var tooDeep: StoreError {
    StoreError(.corruptObject, "an object stands on more than \(maximumReadableDepth) others, or on itself")
  }
}
