import Tensors

/// Puts a file together again from its manifest, byte for byte.
///
/// Chunks are decoded in parallel, window by window, while the window before is written and hashed.
struct FileRebuild {
  private static let windowByteCount = 16 * ChunkGrid.chunkByteCount
  private static let windowPieceCount = 512

  let store: ObjectStore
  let loop: ParallelLoop
  /// Whether chunks are hashed before they are handed out. Where nobody sees the file before it is whole, its own hash is
  /// enough, at half the cost.
  var verifiesChunks = true

  private struct Piece {
    let id: ObjectID<Blob>
    let byteCount: Int
  }

  /// Hands the bytes to `write` in order.
  ///
  /// - Throws: `StoreError.corruptObject` if a chunk or the whole file is not what the manifest says.
  func run(_ manifest: Manifest, write: (UnsafeRawBufferPointer) throws -> Void) throws {
    let whole = try SHA256()
    let pieces = pieces(of: manifest.segments)
    try run(pieces, whole: whole, write: write)
    guard whole.finish() == manifest.sha256 else {
      // A chunk that is not what it should be is the reason to tell.
      if !verifiesChunks { for piece in pieces { _ = try store.bytes(of: piece.id.digest, kind: .blob) } }
      throw StoreError(.corruptObject, "a rebuilt file does not have the SHA-256 \(manifest.sha256) it was stored with")
    }
  }

  /// Hands the bytes of some segments to `write` in order.
  func run(_ segments: [Manifest.Segment], write: (UnsafeRawBufferPointer) throws -> Void) throws {
    try run(pieces(of: segments), whole: nil, write: write)
  }

  private func run(
    _ pieces: [Piece], whole: SHA256?, write: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    var ready: [[UInt8]] = []
    for window in windows(of: pieces) {
      let entries = try store.entries(of: window.map(\.id))
      let decoded = WorkerSlots<[UInt8]>(count: window.count)
      // Hashing and writing each go in order, but need not wait for each other.
      try loop.run(count: window.count + 2) { index in
        switch index {
        case 0: for chunk in ready { chunk.withUnsafeBytes { whole?.update($0) } }
        case 1: for chunk in ready { try chunk.withUnsafeBytes(write) }
        default: decoded[index - 2] = try bytes(at: entries[index - 2], piece: window[index - 2])
        }
      }
      ready = window.indices.compactMap { decoded[$0] }
    }
    for chunk in ready {
      chunk.withUnsafeBytes { whole?.update($0) }
      try chunk.withUnsafeBytes(write)
    }
  }

  private func bytes(at entry: ObjectIndex.Entry, piece: Piece) throws(StoreError) -> [UInt8] {
    guard entry.record.rawByteCount == piece.byteCount else {
      throw StoreError(
        .corruptObject, "chunk \(piece.id) has \(entry.record.rawByteCount) bytes where \(piece.byteCount) are needed")
    }
    return try verifiesChunks ? store.bytes(at: entry) : store.unverifiedBytes(of: store.decodingOrder(of: entry).links)
  }

  private func pieces(of segments: [Manifest.Segment]) -> [Piece] {
    segments.flatMap { segment in
      segment.chunks.indices.map { index in
        Piece(
          id: segment.chunks[index], byteCount: ChunkGrid.chunkByteCount(index: index, of: segment.byteCount))
      }
    }
  }

  private func windows(of pieces: [Piece]) -> [[Piece]] {
    var windows: [[Piece]] = []
    var current: [Piece] = []
    var byteCount = 0
    for piece in pieces {
      if byteCount + piece.byteCount > FileRebuild.windowByteCount || current.count == FileRebuild.windowPieceCount {
        windows.append(current)
        current = []
        byteCount = 0
      }
      current.append(piece)
      byteCount += piece.byteCount
    }
    if !current.isEmpty { windows.append(current) }
    return windows
  }
}
