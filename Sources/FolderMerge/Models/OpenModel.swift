import Checkpoints
import Documents
import Tensors
import WeightStore

/// A checkpoint that is open for reading by tensor: one file, or the shards of a folder.
package struct OpenModel: Sendable {
  /// As the user named it.
  package let name: String
  package let header: ShardedHeader
  /// Where the other files of the model stand; nil for a file given alone.
  package let folder: (any ModelFolder)?
  /// `config.json`, if there is one.
  package let configuration: JSONObject?
  private let sources: [any ByteSource]
  private let places: [JSONKey: Int]

  /// Opens the model of a folder.
  ///
  /// - Throws: `FolderMergeError` with the reader's error as cause.
  package init(folder: some ModelFolder) throws {
    let weights = try WeightFiles(in: folder)
    try self.init(
      name: folder.name, folder: folder, files: weights.files, index: weights.index,
      open: { try folder.source($0) })
  }

  /// Opens one file as a model.
  package init(file path: String) throws {
    let name = path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[path.utf8.index(after: $0)...]) } ?? path
    try self.init(name: path, folder: nil, files: [name], index: nil, open: { _ in try DiskFolder.source(at: path) })
  }

  /// Opens the file of an adapter's factors.
  init(adapterFile file: String, in folder: some ModelFolder) throws {
    try self.init(name: "\(folder.name)/\(file)", folder: nil, files: [file], index: nil) { try folder.source($0) }
  }

  /// Opens one file of a commit as a model.
  package init(file: String, in folder: RevisionFolder, name: String) throws {
    try self.init(name: name, folder: nil, files: [file], index: nil, open: { try folder.source($0) })
  }

  private init(
    name: String, folder: (any ModelFolder)?, files: [String], index: ShardIndex?,
    open: (String) throws -> (any ByteSource)?
  ) throws {
    var sources: [any ByteSource] = []
    var headers: [(file: String, header: SafetensorsHeader)] = []
    for file in files {
      let path = folder.map { "\($0.name)/\(file)" } ?? name
      guard let source = try open(file) else {
        throw FolderMergeError(.malformedModel, "'\(path)' is missing", subjects: [file])
      }
      headers.append((file, try OpenModel.header(of: source, path)))
      sources.append(source)
    }
    self.name = name
    self.folder = folder
    self.sources = sources
    do {
      configuration = try folder.flatMap { try OpenModel.configuration(in: $0) }
      header = try ShardedHeader(headers, index: index)
      try Quantization.check(header.tensors.map(\.descriptor), configuration: configuration)
    } catch let error as CheckpointError {
      throw FolderMergeError(
        error.code == .quantized ? .quantized : .malformedModel, "'\(name)': \(error.message)", cause: error)
    }
    places = Dictionary(
      header.tensors.enumerated().map { (JSONKey($0.element.descriptor.name), $0.offset) },
      uniquingKeysWith: { first, _ in first })
  }

  /// - Throws: `FolderMergeError.pickle`, `.quantized` for files of other formats, `.malformedModel` for broken ones.
  private static func header(of source: some ByteSource, _ path: String) throws -> SafetensorsHeader {
    let first = try source.read(at: 0, count: min(8, source.byteCount))
    // The length of a safetensors header is below 2^27: no such file starts like a pickle, a ZIP archive or GGUF.
    if let foreign = ForeignFormat(firstBytes: first) { throw foreign.refusal(of: path) }
    do {
      return try SafetensorsHeader.read(fileByteCount: source.byteCount) { offset, count in
        try source.read(at: offset, count: count)
      }
    } catch let error as CheckpointError {
      throw FolderMergeError(.malformedModel, "'\(path)': \(error.message)", subjects: [path], cause: error)
    }
  }

  private static func configuration(in folder: some ModelFolder) throws -> JSONObject? {
    guard let bytes = try folder.bytes("config.json") else { return nil }
    do throws(DocumentError) {
      return try JSONParser.parse(bytes).objectValue
    } catch {
      throw FolderMergeError(.malformedModel, "'\(folder.name)/config.json' is not JSON: \(error)", cause: error)
    }
  }

  /// The names of the tensors, in the order of the files.
  package var tensorNames: [String] { header.tensors.map(\.descriptor.name) }

  package func descriptor(_ name: String) -> TensorDescriptor? {
    places[JSONKey(name)].map { header.tensors[$0].descriptor }
  }

  /// Identifies the bytes of a tensor in a repository; nil for one in a file.
  func digest(_ tensor: String) -> [UInt8]? {
    guard let place = places[JSONKey(tensor)] else { return nil }
    let found = header.tensors[place]
    return (sources[found.shard] as? StoredCheckpointSource)?.digest(at: found.descriptor.byteRange.lowerBound)
  }

  /// Reads bytes of a tensor, counted from its start.
  func read(_ tensor: String, from offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
    guard let place = places[JSONKey(tensor)] else {
      throw FolderMergeError(.conflict, "'\(name)' has no tensor '\(tensor)'", subjects: [tensor])
    }
    let found = header.tensors[place]
    let range = found.descriptor.byteRange
    guard offset >= 0, offset <= range.count, buffer.count <= range.count - offset else {
      throw FolderMergeError(
        .inputOutput, "\(buffer.count) bytes are wanted from byte \(offset) of '\(tensor)', which has \(range.count)")
    }
    try sources[found.shard].read(into: buffer, at: range.lowerBound + offset)
  }

  /// A whole tensor, for small ones.
  func bytes(_ tensor: String) throws -> [UInt8] {
    let count = descriptor(tensor)?.byteCount ?? 0
    return try [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      try read(
        tensor, from: 0, into: UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[..<count]))
      initialized = count
    }
  }
}
