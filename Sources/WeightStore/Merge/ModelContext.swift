import Checkpoints
import Documents
import Tensors

/// What stands beside a model's weights in each version, and what follows from it for its tensors: one that is tied to
/// another has a value where it is not stored, and rows of a vocabulary stand for tokens.
struct ModelContext {
  let group: ModelGroup
  /// The `config.json` in the folder of each version; `nil` where there is none, or none that can be read.
  private let configurations: [JSONObject?]
  /// What the differing vocabularies of the versions become together; `nil` if they do not differ.
  let vocabulary: MergedVocabulary?

  /// - Parameter models: the versions that are merged.
  init(
    _ group: ModelGroup, _ trees: [Tree], models: Range<Int>, repository: Repository
  ) throws {
    self.group = group
    let entries = try ModelContext.entries("config.json", of: group, trees)
    var read: [Digest: JSONObject?] = [:]
    configurations = entries.map { entry in
      guard let entry else { return nil }
      if let known = read[entry.sha256] { return known }
      let value = try? JSONParser.parse(repository.contents(of: entry)).objectValue
      read.updateValue(value, forKey: entry.sha256)
      return value
    }
    vocabulary = try MergedVocabulary(
      ModelContext.entries(TokenizerFile.fileName, of: group, trees), models: models, repository: repository)
  }

  private static func entries(_ name: String, of group: ModelGroup, _ trees: [Tree]) throws -> [Tree.Entry?] {
    let path = try group.key.beside(name)
    return trees.indices.map { index in
      guard group.versions[index] != nil, let entry = trees[index].entries[path], entry.kind == .file else {
        return nil
      }
      return entry
    }
  }

  func configuration(_ version: Int) -> JSONObject? { configurations[version] }

  /// A tensor of a version. An output embedding that is not stored because it is tied has the input embedding's value.
  func place(_ version: Int, _ name: TensorName) -> ModelVersion.Place? {
    guard let model = group.versions[version] else { return nil }
    if let own = model.tensors[name] { return own }
    // A model alone, where others have the same model under a head.
    if let bare = TensorPrefix.bare(name.text, configurations[version]), let place = model.tensors[TensorName(bare)] {
      return place.renamed(name)
    }
    guard EmbeddingNames.isTied(configurations[version]) != false,
      let input = EmbeddingNames.inputs(ofOutput: name.text).lazy.compactMap({ model.tensors[TensorName($0)] }).first
    else { return nil }
    return input.renamed(name)
  }

  /// Whether rows of the tensor stand for tokens whose numbers differ between the versions.
  func isVocabulary(_ name: TensorName, _ versions: [Int]) -> Bool {
    vocabulary != nil
      && versions.contains { version in
        guard let tensor = place(version, name)?.segment.tensor else { return false }
        return EmbeddingNames.isVocabulary(tensor.name, tensor.shape, configurations[version])
      }
  }

  /// - Throws: `StoreError.quantized` if the weights of a version are codes.
  func refuseQuantized(_ versions: [Int]) throws(StoreError) {
    for version in versions {
      let tensors = (group.versions[version]?.files ?? []).flatMap(\.manifest.tensors)
      do {
        try Quantization.check(
          tensors.map {
            TensorDescriptor(
              name: $0.tensor.name, dtype: $0.tensor.dtype, shape: $0.tensor.shape, byteRange: 0..<$0.segment.byteCount)
          }, configuration: configurations[version])
      } catch {
        throw StoreError(
          .quantized, "'\(group.key)' is quantised and cannot be computed with: \(error.message)",
          subjects: [group.key.text], cause: error)
      }
    }
  }
}

extension ModelVersion.Place {
  /// The same tensor under another name.
  fileprivate func renamed(_ name: TensorName) -> ModelVersion.Place? {
    guard let tensor = segment.tensor else { return nil }
    return ModelVersion.Place(
      path: path,
      segment: Manifest.Segment(
        tensor: Manifest.Tensor(name: name.text, dtype: tensor.dtype, shape: tensor.shape),
        byteCount: segment.byteCount, chunks: segment.chunks))
  }
}
