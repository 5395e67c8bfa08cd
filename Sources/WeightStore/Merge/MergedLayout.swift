import Checkpoints
import Documents
import Tensors

/// The files of a merged model: which tensor goes where, and the headers.
///
/// The base's division into files is kept, or that of ours where there is no base. Added tensors go to the file of the same
/// name, or to the last.
struct MergedLayout {
  enum Source {
    case stored(Manifest.Segment)
    case computed(MergePlan.Computation)
  }

  struct Tensor {
    let tensor: Manifest.Tensor
    let source: Source
  }

  struct File {
    let path: RelativePath
    let isExecutable: Bool
    /// The header, as some version has it or made anew.
    let header: [UInt8]
    let tensors: [Tensor]
  }

  private(set) var files: [File] = []
  private(set) var notes: [MergeNote] = []

  private let store: ObjectStore
  private let group: ModelGroup
  private let versions: MergeVersions

  init(_ model: MergePlan.Model, _ versions: MergeVersions, store: ObjectStore) throws {
    self.store = store
    self.versions = versions
    group = model.group
    let preferred = [0] + versions.sideIndices + versions.modelIndices
    guard let template = preferred.compactMap({ model.group.versions[$0] }).first else { return }
    for (path, tensors) in MergedLayout.assigned(model.tensors, to: template) where !tensors.isEmpty {
      files.append(try file(path, tensors, order: preferred))
    }
  }

  private static func assigned(
    _ tensors: [MergePlan.Tensor], to template: ModelVersion
  ) -> [(path: RelativePath, tensors: [Tensor])] {
    let paths = template.files.map(\.path)
    var assigned: [RelativePath: [Tensor]] = [:]
    for planned in tensors {
      let made: (tensor: Tensor, path: RelativePath)?
      switch planned.outcome {
      case .take(let place):
        made = place.segment.tensor.map { (Tensor(tensor: $0, source: .stored(place.segment)), place.path) }
      case .compute(let computation):
        made = (Tensor(tensor: computation.tensor, source: .computed(computation)), computation.path)
      case .delete, .conflict: made = nil
      }
      guard let made, let last = paths.last else { continue }
      let own = template.tensors[TensorName(planned.name)]?.path
      let path = own ?? (paths.contains(made.path) ? made.path : last)
      assigned[path, default: []].append(made.tensor)
    }
    return paths.map { ($0, assigned[$0] ?? []) }
  }

  private mutating func file(_ path: RelativePath, _ tensors: [Tensor], order: [Int]) throws -> File {
    let candidates = order.compactMap { index in group.versions[index]?.files.first { $0.path == path } }
    let metadata = try mergedMetadata(path)
    let wanted = Dictionary(tensors.map { (TensorName($0.tensor.name), $0) }, uniquingKeysWith: { first, _ in first })
    for candidate in candidates {
      let described = candidate.manifest.tensors.map(\.tensor)
      guard described.count == tensors.count, described.allSatisfy({ wanted[TensorName($0.name)]?.tensor == $0 }),
        let header = try MergedLayout.header(of: candidate, store), MergedLayout.object(header.metadata) == metadata
      else { continue }
      return File(
        path: path, isExecutable: isExecutable(path), header: header.bytes,
        tensors: described.compactMap { wanted[TensorName($0.name)] })
    }
    let ordered = MergedLayout.ordered(tensors, like: candidates.first)
    let bytes = try SafetensorsWriter.headerBytes(
      tensors: ordered.map { .init(name: $0.tensor.name, dtype: $0.tensor.dtype, shape: $0.tensor.shape) },
      metadata: metadata.members.map { ($0.key, $0.value.stringValue ?? "") })
    return File(path: path, isExecutable: isExecutable(path), header: bytes, tensors: ordered)
  }

  /// As the file has them if they still fit there; else in the order of the Rust library, in which all are aligned.
  private static func ordered(_ tensors: [Tensor], like file: ModelVersion.File?) -> [Tensor] {
    let known = (file?.manifest.tensors ?? []).map(\.tensor)
    let places = Dictionary(
      known.enumerated().map { (TensorName($1.name), $0) }, uniquingKeysWith: { first, _ in first })
    let kept = tensors.allSatisfy { tensor in
      places[TensorName(tensor.tensor.name)].map { known[$0].dtype == tensor.tensor.dtype } ?? false
    }
    if kept {
      return tensors.sorted { places[TensorName($0.tensor.name)] ?? 0 < places[TensorName($1.tensor.name)] ?? 0 }
    }
    let byName = Dictionary(tensors.map { (TensorName($0.tensor.name), $0) }, uniquingKeysWith: { first, _ in first })
    let described = tensors.map {
      SafetensorsWriter.Tensor(name: $0.tensor.name, dtype: $0.tensor.dtype, shape: $0.tensor.shape)
    }
    return SafetensorsWriter.libraryOrder(described).compactMap { byName[TensorName($0.name)] }
  }

  /// Entries of `__metadata__`, merged key by key; where the sides disagree, ours.
  private mutating func mergedMetadata(_ path: RelativePath) throws -> JSONObject {
    func metadata(_ version: Int) throws -> JSONValue? {
      guard let file = group.versions[version]?.files.first(where: { $0.path == path }) else { return nil }
      return try MergedLayout.header(of: file, store).map { .object(MergedLayout.object($0.metadata)) }
    }
    let base = try metadata(0)
    var merged: JSONValue?
    var conflicts: Set<String> = []
    for version in versions.modelIndices {
      guard let other = try metadata(version) else { continue }
      guard let ours = merged else {
        merged = other
        continue
      }
      let merge = JSONMerge(base: base, ours: ours, theirs: other)
      merged = merge.value
      conflicts.formUnion(merge.conflicts)
    }
    if !conflicts.isEmpty { notes.append(.metadataConflict(path, keys: conflicts.sorted())) }
    // A file that only the layout knows.
    return (merged ?? base)?.objectValue ?? ["format": "pt"]
  }

  private static func object(_ metadata: [(key: String, value: String)]) -> JSONObject {
    JSONObject(metadata.map { ($0.key, .string($0.value)) })
  }

  private static func header(
    of file: ModelVersion.File, _ store: ObjectStore
  ) throws -> (bytes: [UInt8], metadata: [(key: String, value: String)])? {
    guard let segment = file.manifest.segments.first, segment.tensor == nil else { return nil }
    let bytes = try StoredCheckpoint(store: store, manifest: file.manifest).bytes(of: segment)
    let header = try SafetensorsHeader.read(fileByteCount: file.manifest.byteCount) { offset, count in
      guard offset >= 0, count >= 0, offset <= bytes.count, count <= bytes.count - offset else { return [] }
      return Array(bytes[offset..<(offset + count)])
    }
    return (bytes, header.metadata)
  }

  private func isExecutable(_ path: RelativePath) -> Bool {
    let base = versions.base?.entries[path]?.isExecutable ?? false
    return versions.sides.compactMap { $0.entries[path]?.isExecutable }.contains { $0 != base } ? !base : base
  }
}
