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
    /// What the span's chunks may be coded against.
    var candidates = BaseCandidates.none
  }

  struct Result {
    /// For each span, its chunks.
    let chunks: [[ObjectID<Blob>]]
    /// SHA-256 of the whole source.
    let sha256: Digest
  }

  private struct Piece {
    let span: Int
    /// The chunk's number in its span.
    let index: Int
    let range: Range<Int>
    let layout: ChunkLayout
  }

  /// The bases that were chosen: for the rest of a span, and for single new chunks by their position in the window.
  private struct Choices {
    var ofSpans: [Int: BaseChoice.Chosen] = [:]
    var ofChunks: [Int: BaseChoice.Chosen] = [:]

    func base(of piece: Piece, at position: Int, byteCount: Int, _ store: ObjectStore?) -> DeltaBase? {
      guard let store, let chosen = ofChunks[position] ?? ofSpans[piece.span] else { return nil }
      return chosen.base ?? chosen.base(at: piece.index, byteCount: byteCount, layout: piece.layout, store: store)
    }
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
        pieces.append(Piece(span: index, index: chunk, range: range, layout: span.layout))
      }
    }
    var choices = Choices()
    var chunks = [[ObjectID<Blob>]](repeating: [], count: spans.count)
    let whole = try SHA256()
    var start = 0
    while start < pieces.count {
      let end = windowEnd(pieces, from: start)
      let window = Array(pieces[start..<end])
      let ids = try ingest(window, of: source, spans: spans, choices: &choices, whole: whole, writer: &writer)
      for (piece, id) in zip(window, ids) { chunks[piece.span].append(id) }
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
    _ window: [Piece], of source: some ByteSource, spans: [Span], choices: inout Choices, whole: SHA256,
    writer: inout ObjectWriter?
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
    let forms = WorkerSlots<BasedForm>(count: new.count)
    let store = writer?.store
    if let store {
      try choose(new, of: window, buffers: buffers, spans: spans, store: store, into: &choices)
    }
    let chosen = choices
    // Hashing the file as a whole must go in order: it is one piece of work beside the encodings.
    try loop.run(count: new.count + 1) { index in
      if index == 0 {
        for position in window.indices { buffers[position]?.withUnsafeBytes { whole.update($0) } }
      } else if let bytes = buffers[new[index - 1]] {
        let piece = window[new[index - 1]]
        let base = chosen.base(of: piece, at: new[index - 1], byteCount: bytes.count, store)
        forms[index - 1] = try BasedForm.encode(bytes, layout: piece.layout, base: base)
      }
    }
    for (position, index) in new.enumerated() {
      guard let form = forms[position] else { continue }
      try writer?.append(
        ids[index], kind: .blob, rawByteCount: window[index].range.count, encoded: form.encoded, baseIDs: form.baseIDs)
    }
    try writer?.flush()
    return ids.map { ObjectID($0) }
  }

  /// Chooses for the new chunks of a window, before they are encoded: so the outcome does not depend on which of a
  /// tensor's chunks is done first.
  private func choose(
    _ new: [Int], of window: [Piece], buffers: WorkerSlots<[UInt8]>, spans: [Span], store: ObjectStore,
    into choices: inout Choices
  ) throws {
    var open: [Int] = []
    for position in new {
      let span = window[position].span
      guard choices.ofSpans[span] == nil else { continue }
      open.append(position)
      // Taken until it is known better, so that the span is not asked again.
      if !spans[span].candidates.isPerChunk { choices.ofSpans[span] = BaseChoice.Chosen() }
    }
    let found = WorkerSlots<BaseChoice.Chosen>(count: open.count)
    let candidates = open.map { spans[window[$0].span].candidates.asked() }
    try loop.run(count: open.count) { index in
      guard let bytes = buffers[open[index]] else { return }
      let piece = window[open[index]]
      found[index] = BaseChoice(store: store).choose(
        candidates[index], for: BaseChoice.Piece(bytes: bytes, layout: piece.layout, index: piece.index))
    }
    choices.ofChunks = [:]
    for (index, position) in open.enumerated() {
      guard var chosen = found[index] else { continue }
      choices.ofChunks[position] = chosen
      chosen.base = nil
      let span = window[position].span
      if !spans[span].candidates.isPerChunk { choices.ofSpans[span] = chosen }
    }
  }
}
