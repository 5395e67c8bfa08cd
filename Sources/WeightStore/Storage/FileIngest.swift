import Checkpoints
import Tensors

/// Turns one file into a manifest: names its tensors, cuts and stores its chunks.
struct FileIngest {
  let loop: ParallelLoop
  let progress: ((Int) -> Void)?

  /// What a file is, by its name: only `.safetensors` files are read as checkpoints.
  static func kind(of path: RelativePath) -> Tree.FileKind {
    path.name.lowercased().hasSuffix(".safetensors") ? .checkpoint : .file
  }

  /// - Parameter previous: an earlier version of the file, if there is one: tensors of the same name and dtype are stored
  ///   as differences where that is smaller.
  /// - Throws: `StoreError.malformedFile` with the reader's error as cause if a checkpoint is broken.
  func manifest(
    of source: some ByteSource, path: RelativePath, previous: Manifest? = nil, writer: inout ObjectWriter?
  ) throws -> Manifest {
    switch FileIngest.kind(of: path) {
    case .file:
      let span = ChunkIngest.Span(range: 0..<source.byteCount, layout: .opaque)
      let result = try chunkIngest.run(source, spans: [span], writer: &writer)
      let segment = Manifest.Segment(tensor: nil, byteCount: source.byteCount, chunks: result.chunks[0])
      return Manifest(format: .bytes, byteCount: source.byteCount, sha256: result.sha256, segments: [segment])
    case .checkpoint:
      return try safetensorsManifest(of: source, path: path, previous: previous, writer: &writer)
    }
  }

  private var chunkIngest: ChunkIngest { ChunkIngest(loop: loop, progress: progress) }

  private func safetensorsManifest(
    of source: some ByteSource, path: RelativePath, previous: Manifest?, writer: inout ObjectWriter?
  ) throws -> Manifest {
    let earlier = Dictionary(
      (previous?.tensors ?? []).map { (TensorName($0.tensor.name), $0) }, uniquingKeysWith: { first, _ in first })
    let header = try FileIngest.header(of: source, path: path)
    var tensors: [Manifest.Tensor?] = [nil]
    var spans = [ChunkIngest.Span(range: 0..<header.headerByteCount, layout: .opaque)]
    for tensor in header.tensors {
      tensors.append(Manifest.Tensor(name: tensor.name, dtype: tensor.dtype, shape: tensor.shape))
      let old = earlier[TensorName(tensor.name)].flatMap { $0.tensor.dtype == tensor.dtype ? $0.segment : nil }
      spans.append(
        ChunkIngest.Span(
          range: tensor.byteRange, layout: ChunkLayout(dtype: tensor.dtype), baseChunks: old?.chunks ?? []))
    }
    let result = try chunkIngest.run(source, spans: spans, writer: &writer)
    let segments = spans.indices.map { index in
      Manifest.Segment(tensor: tensors[index], byteCount: spans[index].range.count, chunks: result.chunks[index])
    }
    return Manifest(
      format: .safetensors, byteCount: source.byteCount, sha256: result.sha256, segments: segments)
  }

  static func header(of source: some ByteSource, path: RelativePath) throws -> SafetensorsHeader {
    do {
      return try SafetensorsHeader.read(fileByteCount: source.byteCount) { offset, count in
        try source.read(at: offset, count: count)
      }
    } catch let error as CheckpointError {
      throw StoreError(.malformedFile, "'\(path)': \(error.message)", subjects: [path.text], cause: error)
    }
  }
}
