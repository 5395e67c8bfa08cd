/// Cuts a source into chunks, hashes them, and stores the ones the repository does not have.
///
/// Works in windows of a few MiB: each chunk is read once into a buffer of its own (never mapped, because a file that
/// another process cuts short would kill this one with SIGBUS), hashed in parallel, looked up, and only if new encoded,
/// decoded again and compared. Memory is bounded by the window, not by the file.
struct ChunkIngest {
  /// One stretch of the source whose chunks start at its beginning.
  struct Span {
    let range: Range<Int>
    let layout: ChunkLayout
    /// Chunks in the repository that the span's chunks are likely to be similar to, one for each; none if empty.
    var baseChunks: [ObjectID<Blob>] = []
  }

  struct Result {
    /// For each span, its chunks.
    let chunks: [[ObjectID<Blob>]]
    /// SHA-256 of the whole source.
    let sha256: Digest
  }

  private struct Piece {
    let span: Int
    let range: Range<Int>
    let layout: ChunkLayout
    let base: ObjectID<Blob>?
  }

  private static let windowByteCount = 16 * ChunkGrid.chunkByteCount
  private static let windowPieceCount = 512

  let loop: ParallelLoop
  /// Called with the number of bytes that are done.
  let progress: ((Int) -> Void)?

  /// `spans` must cover the source in order without holes. Without a writer the chunks are only named.
  func run(_ source: some ByteSource, spans: [Span], writer: inout ObjectWriter?) throws -> Result {
    var pieces: [Piece] = []
    for (index, span) in spans.enumerated() {
      for (chunk, range) in ChunkGrid.chunks(of: span.range).enumerated() {
        let base = chunk < span.baseChunks.count ? span.baseChunks[chunk] : nil
        pieces.append(Piece(span: index, range: range, layout: span.layout, base: base))
      }
    }
    var chunks = [[ObjectID<Blob>]](repeating: [], count: spans.count)
    let whole = try SHA256()
    var start = 0
    while start < pieces.count {
      let end = windowEnd(pieces, from: start)
      let window = Array(pieces[start..<end])
      for (piece, id) in zip(window, try ingest(window, of: source, whole: whole, writer: &writer)) {
        chunks[piece.span].append(id)
      }
      progress?(window.last?.range.upperBound ?? 0)
      start = end
    }
    return Result(chunks: chunks, sha256: whole.finish())
  }

  private func windowEnd(_ pieces: [Piece], from start: Int) -> Int {
    var end = start
    var byteCount = 0
    while end < pieces.count, end - start < ChunkIngest.windowPieceCount {
      byteCount += pieces[end].range.count
      if byteCount > ChunkIngest.windowByteCount, end > start { break }
      end += 1
    }
    return end
  }

  private func ingest(
    _ window: [Piece], of source: some ByteSource, whole: SHA256, writer: inout ObjectWriter?
  ) throws -> [ObjectID<Blob>] {
    let buffers = WorkerSlots<[UInt8]>(count: window.count)
    let digests = WorkerSlots<Digest>(count: window.count)
    try loop.run(count: window.count) { index in
      let bytes = try source.read(at: window[index].range.lowerBound, count: window[index].range.count)
      digests[index] = SHA256.digest(of: bytes)
      buffers[index] = bytes
    }
    let ids = window.indices.compactMap { digests[$0] }
    let new = try writer?.missing(ids, kind: .blob) ?? []
    let encoded = WorkerSlots<ChunkCodec.Encoded>(count: new.count)
    let bases = WorkerSlots<DeltaBase>(count: new.count)
    let store = writer?.store
    // Hashing the file as a whole must go in order: it is one piece of work beside the encodings.
    try loop.run(count: new.count + 1) { index in
      if index == 0 {
        for position in window.indices { buffers[position]?.withUnsafeBytes { whole.update($0) } }
      } else if let bytes = buffers[new[index - 1]] {
        let piece = window[new[index - 1]]
        let base = piece.base.flatMap { store?.deltaBase(near: $0, byteCount: bytes.count) }
        bases[index - 1] = base
        encoded[index - 1] = try ChunkIngest.encode(bytes, layout: piece.layout, base: base)
      }
    }
    for (position, index) in new.enumerated() {
      guard let form = encoded[position] else { continue }
      try writer?.append(
        ids[index], kind: .blob, rawByteCount: window[index].range.count, encoded: form,
        base: bases[position]?.id ?? .zero)
    }
    return ids.map { ObjectID($0) }
  }

  private static func encode(
    _ bytes: [UInt8], layout: ChunkLayout, base: DeltaBase?
  ) throws(StoreError) -> ChunkCodec.Encoded {
    try bytes.withRawBytes { bytes throws(StoreError) in
      guard let base else { return try ChunkCodec.encode(bytes, layout: layout) }
      return try base.bytes.withRawBytes { old throws(StoreError) in
        try ChunkCodec.encode(bytes, layout: layout, base: old, maximumShare: base.maximumShare)
      }
    }
  }
}
