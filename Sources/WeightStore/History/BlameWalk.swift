/// Follows segments of a file back to the commits that made them what they are.
///
/// A segment stands at one commit at a time and moves on to the first parent that holds it too, so that each parent's
/// manifest is read once for all segments that may be in it. The newest commits come first: where branches part,
/// all that was passed down along them is looked at together.
///
/// - Cost: a commit, a tree and, where the file differs, a manifest for each commit on the way; it ends where the
///   last segment was made.
struct BlameWalk {
  private struct Place {
    let commit: Commit
    let tree: Tree
    /// Which segments, by their place in `segments`, wait in which file.
    var segments: [RelativePath: Set<Int>] = [:]
  }

  private let segments: [Manifest.Segment]
  private let positions: [TensorName: Int]
  private let store: ObjectStore
  private var places: [ObjectID<Commit>: Place] = [:]
  private var queue = PriorityQueue<Next>()
  private var blamed: [Repository.BlamedTensor?]

  /// - Parameter segments: tensors with different names, or one that stands for a whole file.
  init(_ segments: [Manifest.Segment], _ store: ObjectStore) {
    self.segments = segments
    self.store = store
    positions = Dictionary(
      zip(segments.map(BlameWalk.name), segments.indices), uniquingKeysWith: { first, _ in first })
    blamed = Array(repeating: nil, count: segments.count)
  }

  /// - Returns: in the order of the segments.
  mutating func run(
    from start: ObjectID<Commit>, _ path: RelativePath, progress: (Int) -> Void
  ) throws(StoreError) -> [Repository.BlamedTensor] {
    let commit = try store.load(start)
    try put(start, commit, store.load(commit.tree), [path: Set(segments.indices)])
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
    var rest = place.segments
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
          tensor: segments[index].tensor, id: id, commit: place.commit, path: path)
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
    if entry.manifest == own?.manifest { return waiting }
    let manifest = try store.load(entry.manifest)
    let candidates = manifest.format == .bytes ? [.whole(of: manifest)] : manifest.segments
    var held: Set<Int> = []
    for segment in candidates {
      guard let index = positions[BlameWalk.name(segment)], waiting.contains(index) else { continue }
      if segments[index] == segment { held.insert(index) }
    }
    return held
  }

  private static func name(_ segment: Manifest.Segment) -> TensorName { TensorName(segment.tensor?.name ?? "") }

  private mutating func put(
    _ id: ObjectID<Commit>, _ commit: Commit, _ tree: Tree, _ segments: [RelativePath: Set<Int>]
  ) {
    if places[id] == nil {
      places[id] = Place(commit: commit, tree: tree)
      queue.insert(Next(id: id, unixSeconds: commit.committer.unixSeconds))
    }
    places[id]?.segments.merge(segments) { $0.union($1) }
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
