/// Which chunk is to stand on which, so that the newest stands alone and older ones on newer ones.
///
/// Deltas connect versions that are alike, and a delta is about as small in either direction: so the same connections
/// stay, seen from the newest chunk.
enum ChainPlan {
  struct Step {
    let entry: ObjectIndex.Entry
    /// `nil` for the one that stands alone.
    let base: ObjectIndex.Entry?

    var isChanged: Bool { entry.record.baseIDs != (base.map { [$0.record.id] } ?? []) }
  }

  /// One below what is allowed: a reader that meets the change half-way may have one link of the old chain in hand.
  static let maximumDepth = DeltaChain.maximumDepth - 1

  /// Chunks that stand on each other, directly or not; those that stand alone and carry nothing are left out. So are
  /// predictions and what stands on them: they take next to nothing, and something else if they were turned round.
  static func families(_ entries: [ObjectIndex.Entry]) -> [[ObjectIndex.Entry]] {
    let blobs = entries.filter { $0.record.kind == .blob }
    let records = Dictionary(blobs.map { ($0.record.id, $0.record) }, uniquingKeysWith: { first, _ in first })
    let families = Dictionary(grouping: blobs) { entry in
      var root = entry.record
      for _ in 0...DeltaChain.maximumReadableDepth {
        guard root.encoding != .predicted, let base = root.baseIDs.first.flatMap({ records[$0] }) else { break }
        root = base
      }
      return root.id
    }
    let fixed = neededByLargePredictions(records)
    let movable = families.filter { root, members in
      members.count > 1 && records[root]?.encoding != .predicted && !members.contains { fixed.contains($0.record.id) }
    }
    return movable.sorted { $0.key < $1.key }.map(\.value)
  }

  /// Turning a family round may make a prediction on it need more objects than it may: with at most this many, each at
  /// the end of a chain, it cannot.
  private static let tolerableObjectCount = DeltaChain.maximumObjectCount / DeltaChain.maximumDepth

  private static func neededByLargePredictions(_ records: [Digest: PackRecord]) -> Set<Digest> {
    var needed: Set<Digest> = []
    for record in records.values where record.encoding == .predicted {
      var order = DeltaChain.Order<PackRecord>()
      do throws(StoreError) {
        try order.add(record, id: \.id) { record throws(StoreError) in record.baseIDs.compactMap { records[$0] } }
        if order.links.count > tolerableObjectCount { needed.formUnion(order.links.map(\.id)) }
      } catch {
        needed.formUnion(record.baseIDs)
      }
    }
    return needed
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
    for member in family {
      guard let base = member.record.baseIDs.first, members[base] != nil else { continue }
      neighbours[member.record.id, default: []].append(base)
      neighbours[base, default: []].append(member.record.id)
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
