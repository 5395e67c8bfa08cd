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

  /// - Parameter bases: checkpoints that are likely to be similar: tensors are stored as differences to theirs where that
  ///   is smaller.
  /// - Throws: `StoreError.malformedFile` with the reader's error as cause if a checkpoint is broken.
  func manifest(
    of source: some ByteSource, path: RelativePath, bases: BaseCatalog? = nil, writer: inout ObjectWriter?
  ) throws -> Manifest {
    switch FileIngest.kind(of: path) {
    case .file:
      let span = ChunkIngest.Span(range: 0..<source.byteCount, layout: .opaque)
      let result = try chunkIngest.run(source, spans: [span], writer: &writer)
      let segment = Manifest.Segment(tensor: nil, byteCount: source.byteCount, chunks: result.chunks[0])
      return Manifest(format: .bytes, byteCount: source.byteCount, sha256: result.sha256, segments: [segment])
    case .checkpoint:
      return try safetensorsManifest(of: source, path: path, bases: bases, writer: &writer)
    }
  }

  private var chunkIngest: ChunkIngest { ChunkIngest(loop: loop, progress: progress) }

  private func safetensorsManifest(
    of source: some ByteSource, path: RelativePath, bases: BaseCatalog?, writer: inout ObjectWriter?
  ) throws -> Manifest {
    let header = try FileIngest.header(of: source, path: path)
    let described = header.tensors.map { Manifest.Tensor(name: $0.name, dtype: $0.dtype, shape: $0.shape) }
    let tensors: [Manifest.Tensor?] = [nil] + described
    let search = bases.map { BaseSearch($0, path: path, tensors: described) }
    if let store = writer?.store {
      try search?.probe(source, ranges: header.tensors.map(\.byteRange), store: store)
    }
    var spans = [ChunkIngest.Span(range: 0..<header.headerByteCount, layout: .opaque)]
    for (index, tensor) in header.tensors.enumerated() {
      var candidates = BaseCandidates { search?.tiers(for: index) ?? [] }
      candidates.formulas = { search?.formulas(for: index) ?? [] }
      // Rows that few texts touched tell little of the coefficients: every chunk has its own.
      candidates.isPerChunk = search?.isCombination ?? false
      candidates.ingredients = { search?.ingredients(for: index) ?? [] }
      spans.append(
        ChunkIngest.Span(
          range: tensor.byteRange, layout: ChunkLayout(dtype: tensor.dtype), candidates: candidates))
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
