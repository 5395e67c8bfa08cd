import Tensors

/// The checkpoints that a new one may be similar to: those stored by the same operation, of the stage, of the parent, and of
/// other branches. Read when they are needed.
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
      guard let index = byName[TensorName(tensor.name)], tensors[index].tensor.dtype != tensor.dtype else { return nil }
      return run(like: tensor)
    }

    /// The tensor of this name and of as many numbers of any floating-point type.
    func run(like tensor: Manifest.Tensor) -> LinearFormula.Run? {
      guard let index = byName[TensorName(tensor.name)], tensors[index].tensor.shape == tensor.shape else { return nil }
      return LinearFormula.runs(of: [tensors[index].segment]).first
    }

    /// The chunks of the tensor of this name and dtype, whatever its shape: rows may have been appended or cut.
    func chunks(named name: TensorName, dtype: DType) -> BaseCandidates.Chunks? {
      guard let index = byName[name], tensors[index].tensor.dtype == dtype else { return nil }
      return tensors[index].segment.chunks
    }
  }

  /// A new file is compared with no more versions than these.
  static let versionLimit = 6
  /// Enough for the shards of any model; a tree of thousands of checkpoints is not read as a whole.
  private static let maximumTensorCount = 200_000

  private let store: ObjectStore
  private typealias Place = (path: RelativePath, manifest: ObjectID<Manifest>)

  private let near: [Place]
  private lazy var distant = BaseCatalog.places(makeDistant(), except: Set(near.map(\.manifest)))
  private let makeDistant: () -> [[RelativePath: Tree.Entry]]
  private var files: [ObjectID<Manifest>: File] = [:]
  private var tensorCount = 0
  /// Files stored by this operation, the newest first.
  private(set) var pending: [File] = []

  /// - Parameters:
  ///   - trees: the nearest first.
  ///   - distant: trees of other branches.
  init(
    store: ObjectStore, trees: [[RelativePath: Tree.Entry]],
    distant: @escaping () -> [[RelativePath: Tree.Entry]] = { [] }
  ) {
    self.store = store
    near = BaseCatalog.places(trees, except: [])
    makeDistant = distant
  }

  private static func places(
    _ trees: [[RelativePath: Tree.Entry]], except others: Set<ObjectID<Manifest>>
  ) -> [Place] {
    var known = others
    return trees.flatMap { tree in
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
    near.first { $0.path == path }.flatMap { file($0.manifest) }
  }

  /// Versions of a file, those of the stage and of the parent first, then those of other branches.
  func versions(of path: RelativePath, limit: Int) -> [File] {
    (near + distant).lazy.filter { $0.path == path }.prefix(limit).compactMap { self.file($0.manifest) }
  }

  /// All other checkpoints, those just stored first, then those with a similar path.
  func others(than path: RelativePath) -> [File] {
    let wanted = Array(path.text.utf8)
    let order = near.enumerated().map { position, entry in
      (likeness: NameLikeness.of(Array(entry.path.text.utf8), wanted), position: position)
    }.sorted { ($1.likeness, $0.position) < ($0.likeness, $1.position) }
    let distant = distant.filter { $0.path == path }.prefix(BaseCatalog.versionLimit)
    return pending + order.compactMap { file(near[$0.position].manifest) }
      + distant.compactMap { file($0.manifest) }
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
