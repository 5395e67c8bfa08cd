import Checkpoints
import Documents
import Tensors
import Trainer
import WeightStore

/// A network and its weights as they stand in a commit, and back.
struct ModelFiles {
  let network: NetworkDefinition
  /// With the factors of an adapter that stands beside them added.
  let weights: StateDict
  /// The files of that adapter, if there is one.
  private let adapterPaths: Set<RelativePath>
  /// How the weights were stored, to store new ones the same way.
  let dtypes: [String: DType]
  let metadata: [(key: String, value: String)]

  init(
    networkPath: String, weightsPath: String, in commit: ObjectID<Commit>, of repository: Repository
  ) throws {
    let project = ProjectFiles.commit(repository, commit)
    do {
      let network = try NetworkDefinition(json: JSONParser.parse(project.bytes(networkPath)))
      self.network = try TextModelFiles.reading(network, beside: networkPath, in: commit, of: repository)
    } catch var error as DocumentError {
      error.name = networkPath
      throw error
    } catch let error as TrainerError {
      throw TrainerError(error.code, "'\(networkPath)': \(error.message)")
    }
    let path = try RelativePath(weightsPath)
    let checkpoint = try repository.checkpoint(path, in: commit)
    let stored = try ModelFiles.stateDict(of: checkpoint)
    let adapter = try AdapterFiles(beside: path, in: commit, of: repository)
    let named = try EncoderWeights(stored, for: network)
    weights = try adapter?.adapter.merged(into: named.weights, of: network) ?? named.weights
    adapterPaths = adapter?.paths ?? []
    let storedTypes = Dictionary(
      checkpoint.manifest.tensors.map { ($0.tensor.name, $0.tensor.dtype) }, uniquingKeysWith: { first, _ in first })
    dtypes = named.names.compactMapValues { storedTypes[$0] }
    metadata = try ModelFiles.metadata(of: checkpoint)
  }

  static func stateDict(of checkpoint: StoredCheckpoint) throws -> StateDict {
    var weights = StateDict()
    for (tensor, segment) in checkpoint.manifest.tensors {
      let bytes = try checkpoint.bytes(of: segment)
      if tensor.dtype == .i64 {
        try weights.set(tensor.name, shape: tensor.shape.dimensions, integers: IntegerConversion.int64s(bytes))
      } else {
        let values = try FloatConversion.floats(bytes, as: tensor.dtype)
        try weights.set(tensor.name, shape: tensor.shape.dimensions, values: values)
      }
    }
    return weights
  }

  private static func metadata(of checkpoint: StoredCheckpoint) throws -> [(key: String, value: String)] {
    guard let header = checkpoint.manifest.segments.first, header.tensor == nil else { return [] }
    let bytes = try checkpoint.bytes(of: header)
    return try SafetensorsHeader.read(fileByteCount: checkpoint.manifest.byteCount) { offset, count in
      // A header that is longer than its segment is an error of the file: fewer bytes than asked for say so.
      Array(bytes.dropFirst(offset).prefix(count))
    }.metadata
  }

  /// A safetensors file with the weights, each in the type it is stored in now, rounded once; new tensors are F32.
  func safetensors(_ weights: StateDict) throws -> [UInt8] {
    try ModelFiles.safetensors(weights, dtypes: dtypes, metadata: metadata)
  }

  /// The files that a run changed: always the weights, the network if its head is another, an adapter if there is one;
  /// and those of an adapter that is now part of the weights.
  func files(
    _ outcome: TrainingOutcome, networkPath: String, weightsPath: String
  ) throws -> (changed: [RelativePath: any ByteSource], removed: Set<RelativePath>) {
    let path = try RelativePath(weightsPath)
    var files: [RelativePath: any ByteSource] = [path: MemorySource(try safetensors(outcome.weights))]
    if outcome.network.json != network.json {
      files[try RelativePath(networkPath)] = MemorySource(Array((outcome.network.json.prettyString() + "\n").utf8))
    }
    if let adapter = outcome.adapter {
      for (path, bytes) in try AdapterFiles.contents(of: adapter, beside: path) { files[path] = MemorySource(bytes) }
    }
    return (files, adapterPaths.subtracting(files.keys))
  }

  static func safetensors(
    _ weights: StateDict, dtypes: [String: DType] = [:],
    metadata: [(key: String, value: String)] = [(key: "format", value: "pt")]
  ) throws -> [UInt8] {
    let tensors = try weights.entries.map { entry in
      SafetensorsWriter.Tensor(
        name: entry.name, dtype: entry.integers == nil ? dtypes[entry.name] ?? .f32 : .i64,
        shape: try Shape(entry.shape))
    }
    let ordered = SafetensorsWriter.libraryOrder(tensors)
    var bytes = try SafetensorsWriter.headerBytes(tensors: ordered, metadata: metadata)
    for tensor in ordered {
      guard let entry = weights[tensor.name] else { continue }
      switch entry.elements {
      case .integers(let values): bytes += IntegerConversion.bytes(values)
      case .floats(let values): bytes += try FloatConversion.bytes(values, as: tensor.dtype)
      }
    }
    return bytes
  }
}
