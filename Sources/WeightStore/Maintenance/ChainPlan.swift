/// Which chunk is to stand on which, so that the newest stands alone and older ones on newer ones.
///
/// Deltas connect versions that are alike, and a delta is about as small in either direction: so the same connections
/// stay, seen from the newest chunk.
enum ChainPlan {
  struct Step {
    let entry: ObjectIndex.Entry
    /// `nil` for the one that stands alone.
    let base: ObjectIndex.Entry?

    var isChanged: Bool { entry.record.baseID != base?.record.id ?? .zero }
  }

  /// One below what is allowed: a reader that meets the change half-way may have one link of the old chain in hand.
  static let maximumDepth = DeltaChain.maximumDepth - 1

  /// Chunks that stand on each other, directly or not; those that stand alone and carry nothing are left out.
  static func families(_ entries: [ObjectIndex.Entry]) -> [[ObjectIndex.Entry]] {
    let blobs = entries.filter { $0.record.kind == .blob }
    let bases = Dictionary(blobs.map { ($0.record.id, $0.record.baseID) }, uniquingKeysWith: { first, _ in first })
    let families = Dictionary(grouping: blobs) { entry in
      var root = entry.record.id
      for _ in 0...DeltaChain.maximumDepth {
        guard let base = bases[root], base != .zero else { break }
        root = base
      }
      return root
    }
    return families.sorted { $0.key < $1.key }.map(\.value).filter { $0.count > 1 }
  }

  /// Ways to arrange a family, the likeliest to be small first. Each has every member with its new base, bases first.
  ///
  /// - Parameter age: smaller for newer chunks.
  static func arrangements(of family: [ObjectIndex.Entry], age: (Digest) -> Int) -> [[Step]] {
    let (turned, isCut) = turned(family, age: age)
    return isCut ? [inOrder(family, age: age), turned] : [turned]
  }

  /// From the newest to the oldest, each on the one after it; every chain begins at the newest.
  private static func inOrder(_ family: [ObjectIndex.Entry], age: (Digest) -> Int) -> [Step] {
    let ordered = family.sorted { (age($0.record.id), $0.record.id) < (age($1.record.id), $1.record.id) }
    return ordered.indices.map { index in
      guard index > 0 else { return Step(entry: ordered[0], base: nil) }
      let isFirst = (index - 1).isMultiple(of: maximumDepth)
      return Step(entry: ordered[index], base: isFirst ? ordered[0] : ordered[index - 1])
    }
  }

  /// The same connections, from the newest outwards. A chain that would become too long begins anew half-way down.
  private static func turned(
    _ family: [ObjectIndex.Entry], age: (Digest) -> Int
  ) -> (steps: [Step], isCut: Bool) {
    let members = Dictionary(family.map { ($0.record.id, $0) }, uniquingKeysWith: { first, _ in first })
    var neighbours: [Digest: [Digest]] = [:]
    for member in family where members[member.record.baseID] != nil {
      neighbours[member.record.id, default: []].append(member.record.baseID)
      neighbours[member.record.baseID, default: []].append(member.record.id)
    }
    let order = { (left: Digest, right: Digest) in (age(left), left) < (age(right), right) }
    guard let newest = members.keys.min(by: order) else { return ([], false) }
    // What each one stands on, up to the newest.
    var chains: [Digest: [Digest]] = [newest: []]
    var open = [newest]
    var steps: [Step] = []
    var isCut = false
    while !open.isEmpty {
      let id = open.removeFirst()
      guard let entry = members[id], let chain = chains[id] else { continue }
      steps.append(Step(entry: entry, base: chain.last.flatMap { members[$0] }))
      for next in (neighbours[id] ?? []).sorted(by: order) where chains[next] == nil {
        let whole = chain + [id]
        let fits = whole.count <= maximumDepth
        chains[next] = fits ? whole : Array(whole[...(maximumDepth / 2)])
        isCut = isCut || !fits
        open.append(next)
      }
    }
    return (steps, isCut)
  }
}
