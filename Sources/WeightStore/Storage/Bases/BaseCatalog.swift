import Tensors

/// The checkpoints that a new one may be similar to: those stored by the same operation, of the stage and of the parent.
/// Read when they are needed.
final class BaseCatalog {
  /// What deltas need to have in common.
  struct Kind: Hashable {
    let dtype: DType
    let shape: Shape
  }

  /// The tensors of one checkpoint, by name and by kind, in file order.
  struct File {
    let tensors: [(tensor: Manifest.Tensor, segment: Manifest.Segment)]
    let byName: [TensorName: Int]
    let byKind: [Kind: [Int]]

    init(_ manifest: Manifest) {
      let tensors = manifest.tensors
      self.tensors = tensors
      byName = Dictionary(
        tensors.indices.map { (TensorName(tensors[$0].tensor.name), $0) }, uniquingKeysWith: { first, _ in first })
      byKind = Dictionary(grouping: tensors.indices) {
        Kind(dtype: tensors[$0].tensor.dtype, shape: tensors[$0].tensor.shape)
      }
    }

    /// The tensor of this name as another floating-point type.
    func cast(of tensor: Manifest.Tensor) -> LinearFormula.Run? {
      guard let index = byName[TensorName(tensor.name)] else { return nil }
      let found = tensors[index].tensor
      guard found.dtype != tensor.dtype, found.shape == tensor.shape else { return nil }
      return LinearFormula.runs(of: [tensors[index].segment]).first
    }

    /// The chunks of the tensor of this name and dtype, whatever its shape: rows may have been appended or cut.
    func chunks(named name: TensorName, dtype: DType) -> BaseCandidates.Chunks? {
      guard let index = byName[name], tensors[index].tensor.dtype == dtype else { return nil }
      return tensors[index].segment.chunks
    }
  }

  /// Enough for the shards of any model; a tree of thousands of checkpoints is not read as a whole.
  private static let maximumTensorCount = 200_000

  private let store: ObjectStore
  private let entries: [(path: RelativePath, manifest: ObjectID<Manifest>)]
  private var files: [ObjectID<Manifest>: File] = [:]
  private var tensorCount = 0
  /// Files stored by this operation, the newest first.
  private(set) var pending: [File] = []

  /// - Parameter trees: the nearest first.
  init(store: ObjectStore, trees: [[RelativePath: Tree.Entry]]) {
    self.store = store
    var known: Set<ObjectID<Manifest>> = []
    entries = trees.flatMap { tree in
      tree.sorted { $0.key < $1.key }.compactMap { path, entry in
        guard entry.kind == .checkpoint, known.insert(entry.manifest).inserted else { return nil }
        return (path, entry.manifest)
      }
    }
  }

  /// Makes a file known that was just stored.
  func add(_ manifest: Manifest) {
    guard tensorCount < BaseCatalog.maximumTensorCount else { return }
    let file = File(manifest)
    tensorCount += file.tensors.count
    pending.insert(file, at: 0)
  }

  /// The nearest earlier version of a file.
  func previous(of path: RelativePath) -> File? {
    entries.first { $0.path == path }.flatMap { file($0.manifest) }
  }

  /// All other checkpoints, those just stored first, then those with a similar path.
  func others(than path: RelativePath) -> [File] {
    let wanted = Array(path.text.utf8)
    let order = entries.enumerated().map { position, entry in
      (likeness: NameLikeness.of(Array(entry.path.text.utf8), wanted), position: position)
    }.sorted { ($1.likeness, $0.position) < ($0.likeness, $1.position) }
    return pending + order.compactMap { file(entries[$0.position].manifest) }
  }

  /// `nil` for one that cannot be read: the integrity check will tell.
  private func file(_ id: ObjectID<Manifest>) -> File? {
    if let file = files[id] { return file }
    guard tensorCount < BaseCatalog.maximumTensorCount, let manifest = try? store.load(id) else { return nil }
    let file = File(manifest)
    tensorCount += file.tensors.count
    files[id] = file
    return file
  }
}

/// How alike two names are: the bytes they begin and end with in common. A prefix that was added or a part that was
/// renamed leaves the rest in place.
enum NameLikeness {
  static func of(_ left: [UInt8], _ right: [UInt8]) -> Int {
    let limit = min(left.count, right.count)
    var start = 0
    while start < limit, left[start] == right[start] { start += 1 }
    var end = 0
    while end < limit - start, left[left.count - 1 - end] == right[right.count - 1 - end] { end += 1 }
    return start + end
  }
}
