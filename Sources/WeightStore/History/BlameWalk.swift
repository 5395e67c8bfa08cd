/// Follows tensors of a file, or the whole of it, back to the commits that made them what they are.
///
/// A tensor stands at one commit at a time and moves on to the first parent that holds it too, so that each parent's
/// manifest is read once for all tensors that may be in it. The newest commits come first: where branches part,
/// all that was passed down along them is looked at together.
///
/// - Cost: a commit, a tree and, where the file differs, a manifest for each commit on the way; it ends where the
///   last tensor was made.
struct BlameWalk {
  private struct Place {
    let commit: Commit
    let tree: Tree
    /// Which tensors, by their place in the list, wait in which file.
    var waiting: [RelativePath: Set<Int>] = [:]
  }

  private let tensors: [Manifest.Tensor?]
  /// The places in the list.
  private let positions: [SegmentText: Int]
  private let store: ObjectStore
  private var places: [ObjectID<Commit>: Place] = [:]
  private var queue = PriorityQueue<Next>()
  private var blamed: [Repository.BlamedTensor?]

  /// - Parameter segments: `nil` for the whole file.
  init(_ segments: [Manifest.Segment?], _ store: ObjectStore) {
    self.store = store
    tensors = segments.map { $0?.tensor }
    positions = Dictionary(
      segments.enumerated().compactMap { index, segment in segment.map { (SegmentText($0), index) } },
      uniquingKeysWith: { first, _ in first })
    blamed = Array(repeating: nil, count: segments.count)
  }

  /// - Returns: in the order of the list.
  mutating func run(
    from start: ObjectID<Commit>, _ path: RelativePath, progress: (Int) -> Void
  ) throws(StoreError) -> [Repository.BlamedTensor] {
    let commit = try store.load(start)
    try put(start, commit, store.load(commit.tree), [path: Set(tensors.indices)])
    var count = 0
    while let next = queue.popFirst(), let place = places.removeValue(forKey: next.id) {
      count += 1
      progress(count)
      try pass(next.id, place)
    }
    return blamed.compactMap(\.self)
  }

  /// Hands on what the parents hold too; the rest was made here.
  private mutating func pass(_ id: ObjectID<Commit>, _ place: Place) throws(StoreError) {
    var rest = place.waiting
    for parentID in place.commit.parents where !rest.isEmpty {
      let parent = try store.load(parentID)
      let tree = parent.tree == place.tree.id ? place.tree : try store.load(parent.tree)
      var passed: [RelativePath: Set<Int>] = [:]
      for (path, waiting) in rest {
        var left = waiting
        for source in BlameWalk.sources(of: path, place.tree, tree) where !left.isEmpty {
          let held = try self.held(left, of: place.tree.entries[path], by: source.entry)
          guard !held.isEmpty else { continue }
          passed[source.path, default: []].formUnion(held)
          left.subtract(held)
        }
        rest[path] = left.isEmpty ? nil : left
      }
      if !passed.isEmpty { put(parentID, parent, tree, passed) }
    }
    for (path, own) in rest {
      for index in own {
        blamed[index] = Repository.BlamedTensor(
          tensor: tensors[index], id: id, commit: place.commit, path: path)
      }
    }
  }

  /// Where a parent may hold what a commit has in a file: the same file, or those that the commit moved away.
  private static func sources(
    of path: RelativePath, _ tree: Tree, _ parent: Tree
  ) -> [(path: RelativePath, entry: Tree.Entry)] {
    if let entry = parent.entries[path] { return [(path, entry)] }
    let own = tree.entries[path]
    let gone = parent.entries.filter { tree.entries[$0.key] == nil && $0.value.kind == own?.kind }
    // An exact copy before others.
    return gone.sorted { left, right in
      let isCopy = (left.value.sha256 == own?.sha256, right.value.sha256 == own?.sha256)
      return isCopy.0 == isCopy.1 ? left.key < right.key : isCopy.0
    }.map { ($0.key, $0.value) }
  }

  private func held(
    _ waiting: Set<Int>, of own: Tree.Entry?, by entry: Tree.Entry
  ) throws(StoreError) -> Set<Int> {
    if entry.sha256 == own?.sha256 { return waiting }
    guard waiting.contains(where: { tensors[$0] != nil }) else { return [] }
    var held: Set<Int> = []
    for text in SegmentText.all(in: try store.bytes(of: entry.manifest.digest, kind: .manifest)) {
      if let index = positions[text], waiting.contains(index) { held.insert(index) }
    }
    return held
  }

  private mutating func put(
    _ id: ObjectID<Commit>, _ commit: Commit, _ tree: Tree, _ waiting: [RelativePath: Set<Int>]
  ) {
    if places[id] == nil {
      places[id] = Place(commit: commit, tree: tree)
      queue.insert(Next(id: id, unixSeconds: commit.committer.unixSeconds))
    }
    places[id]?.waiting.merge(waiting) { $0.union($1) }
  }

  /// The newest comes first.
  private struct Next: Comparable {
    let id: ObjectID<Commit>
    let unixSeconds: Int64

    static func < (left: Next, right: Next) -> Bool {
      (left.unixSeconds, left.id) > (right.unixSeconds, right.id)
    }
  }
}
