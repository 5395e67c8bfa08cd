/// Records by what they are deltas against, so that each is decoded once, with its base in hand.
struct DeltaForest {
  private let entries: [ObjectIndex.Entry]
  /// Records that need no base, those whose base is in no pack, and predictions, which may need several.
  private var roots: [Int] = []
  /// For each record, those that are deltas against it.
  private var children: [[Int]]

  init(_ entries: [ObjectIndex.Entry]) {
    self.entries = entries
    children = Array(repeating: [], count: entries.count)
    // Of an object that stands in several packs the first copy carries the deltas.
    let places = Dictionary(
      entries.enumerated().map { (ObjectKey(kind: $1.record.kind, id: $1.record.id), $0) },
      uniquingKeysWith: { first, _ in first })
    for (index, entry) in entries.enumerated() {
      let base = entry.record.baseIDs.first.flatMap { places[ObjectKey(kind: entry.record.kind, id: $0)] }
      if let base, entry.record.encoding != .predicted {
        children[base].append(index)
      } else {
        roots.append(index)
      }
    }
  }

  /// What cannot be decoded, or has other bytes than its id says; in the order of the packs.
  func check(_ repository: Repository) throws -> [IntegrityFinding] {
    let faults = WorkerSlots<[Int: String]>(count: roots.count)
    let reached = WorkerSlots<[Int]>(count: roots.count)
    try repository.loop.run(count: roots.count) { index in
      var check = TreeCheck(forest: self, store: repository.store)
      let depth = entries[roots[index]].record.baseIDs.isEmpty ? 0 : repository.store.depth(of: entries[roots[index]])
      check.visit(roots[index], base: nil, depth: depth, isRoot: true)
      faults[index] = check.faults
      reached[index] = check.reached
    }
    var all: [Int: String] = [:]
    for index in roots.indices { all.merge(faults[index] ?? [:]) { first, _ in first } }
    var findings = all.sorted { $0.key < $1.key }.map { index, message in
      IntegrityFinding(
        .damage, "\(entries[index].record.kind.name) \(entries[index].record.id)", message,
        unreadable: [entries[index].key])
    }
    let lost = Set(entries.indices).subtracting(roots.indices.flatMap { reached[$0] ?? [] }).sorted()
    if !lost.isEmpty {
      findings.append(
        IntegrityFinding(
          .damage, "deltas",
          "\(lost.count) objects stand on more than \(DeltaChain.maximumReadableDepth) others, or in a circle",
          unreadable: lost.map { entries[$0].key }))
    }
    return findings
  }

  /// One root and everything that stands on it.
  private struct TreeCheck {
    let forest: DeltaForest
    let store: ObjectStore
    var faults: [Int: String] = [:]
    var reached: [Int] = []

    /// - Parameter depth: how many others the record stands on.
    mutating func visit(_ index: Int, base: [UInt8]?, depth: Int, isRoot: Bool = false) {
      // Deeper records are counted as lost: a hostile pack may hold a chain of any length.
      guard depth <= DeltaChain.maximumReadableDepth else { return }
      reached.append(index)
      let record = forest.entries[index].record
      var bytes: [UInt8]?
      do throws(StoreError) {
        guard isRoot || base != nil else {
          throw StoreError(.corruptObject, "the object it stands on cannot be read")
        }
        let decoded = try decode(index, base: base)
        guard SHA256.digest(of: decoded) == record.id else {
          throw StoreError(.corruptObject, "its bytes have another SHA-256 than its id")
        }
        bytes = decoded
      } catch {
        faults[index] = error.message
      }
      for child in forest.children[index] { visit(child, base: bytes, depth: depth + 1) }
    }

    private func decode(_ index: Int, base: [UInt8]?) throws(StoreError) -> [UInt8] {
      let entry = forest.entries[index]
      let payload = try store.payload(at: entry)
      // A root's bases are for the store to find, or to miss.
      guard let base else { return try store.decode(payload, record: entry.record) }
      let bases = entry.record.baseIDs.map { ($0, base) }
      return try ObjectStore.decode(
        payload, record: entry.record, bases: Dictionary(bases, uniquingKeysWith: { first, _ in first }))
    }
  }
}
