/// The checkpoint files that hold one model in one version: a single file, or its shards.
struct ModelVersion: Sendable {
  struct File: Sendable {
    let path: RelativePath
    let entry: Tree.Entry
    let manifest: Manifest
  }

  /// A tensor, and the file it stands in.
  struct Place: Hashable, Sendable {
    let path: RelativePath
    let segment: Manifest.Segment
  }

  /// Sorted by path.
  let files: [File]
  let tensors: [TensorName: Place]
  /// A tensor that stands in two of the files.
  let duplicate: TensorName?

  init(_ files: [File]) {
    self.files = files
    var tensors: [TensorName: Place] = [:]
    var duplicate: TensorName?
    for file in files {
      for (tensor, segment) in file.manifest.tensors {
        let place = Place(path: file.path, segment: segment)
        if tensors.updateValue(place, forKey: TensorName(tensor.name)) != nil { duplicate = TensorName(tensor.name) }
      }
    }
    self.tensors = tensors
    self.duplicate = duplicate
  }

  /// What the folder has of this model, to compare versions without looking at tensors.
  var entries: [RelativePath: Tree.Entry] { Dictionary(uniqueKeysWithValues: files.map { ($0.path, $0.entry) }) }

  /// Tensors in file order.
  var order: [TensorName] { files.flatMap { $0.manifest.tensors.map { TensorName($0.tensor.name) } } }
}

/// One model in all versions that a merge looks at.
///
/// Files belong together if their names differ only in a shard's number: `model.safetensors`,
/// `model-00001-of-00002.safetensors` and its fellows are one model, however it was cut.
struct ModelGroup: Sendable {
  /// `model.safetensors`, also where the model is cut into shards.
  let key: RelativePath
  /// In the order of the versions; `nil` where a version has no file of the model.
  let versions: [ModelVersion?]

  static func groups(_ versions: [Tree], store: ObjectStore) throws(StoreError) -> [ModelGroup] {
    var paths: [RelativePath: Set<RelativePath>] = [:]
    for version in versions {
      for (path, entry) in version.entries where entry.kind == .checkpoint {
        paths[try key(of: path), default: []].insert(path)
      }
    }
    var manifests: [ObjectID<Manifest>: Manifest] = [:]
    for entry in versions.flatMap(\.entries.values) where entry.kind == .checkpoint && manifests[entry.manifest] == nil
    {
      manifests[entry.manifest] = try store.load(entry.manifest)
    }
    var groups: [ModelGroup] = []
    for (key, members) in paths.sorted(by: { $0.key < $1.key }) {
      let group = ModelGroup(key, members.sorted(), versions, manifests)
      // Not shards of one model after all, only named so.
      let isOneModel = group.versions.allSatisfy { $0?.duplicate == nil }
      groups += isOneModel ? [group] : members.sorted().map { ModelGroup($0, [$0], versions, manifests) }
    }
    return groups
  }

  private init(
    _ key: RelativePath, _ paths: [RelativePath], _ trees: [Tree], _ manifests: [ObjectID<Manifest>: Manifest]
  ) {
    self.key = key
    versions = trees.map { tree in
      let files = paths.compactMap { path -> ModelVersion.File? in
        guard let entry = tree.entries[path], entry.kind == .checkpoint, let manifest = manifests[entry.manifest] else {
          return nil
        }
        return ModelVersion.File(path: path, entry: entry, manifest: manifest)
      }
      return files.isEmpty ? nil : ModelVersion(files)
    }
  }

  func entries(_ version: Int) -> [RelativePath: Tree.Entry] { versions[version]?.entries ?? [:] }

  /// `dir/model-00001-of-00002.safetensors` as `dir/model.safetensors`.
  static func key(of path: RelativePath) throws(StoreError) -> RelativePath {
    let suffix = ".safetensors"
    guard path.text.hasSuffix(suffix) else { return path }
    let stem = Array(path.text.dropLast(suffix.count).utf8)
    let pattern = Array("-00000-of-00000".utf8)
    guard stem.count > pattern.count else { return path }
    let tail = stem.suffix(pattern.count)
    let isShard = zip(tail, pattern).allSatisfy { byte, expected in
      expected == UInt8(ascii: "0") ? (0x30...0x39).contains(byte) : byte == expected
    }
    guard isShard else { return path }
    return try RelativePath(String(decoding: stem.dropLast(pattern.count), as: UTF8.self) + suffix)
  }

  /// The index that transformers reads for a model that is cut into shards.
  var indexPath: RelativePath? { try? RelativePath("\(key.text).index.json") }
}
