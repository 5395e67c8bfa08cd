import Tensors

/// Puts a file together again from its manifest, byte for byte.
///
/// Chunks are decoded and verified in parallel, window by window, while the window before is written and hashed.
struct FileRebuild {
  private static let windowByteCount = 16 * ChunkGrid.chunkByteCount
  private static let windowPieceCount = 512

  let store: ObjectStore
  let loop: ParallelLoop

  private struct Piece {
    let id: ObjectID<Blob>
    let byteCount: Int
  }

  /// Hands the bytes to `write` in order.
  ///
  /// - Throws: `StoreError.corruptObject` if a chunk or the whole file is not what the manifest says.
  func run(_ manifest: Manifest, write: (UnsafeRawBufferPointer) throws -> Void) throws {
    let whole = try SHA256()
    var ready: [[UInt8]] = []
    for window in windows(of: pieces(of: manifest)) {
      let entries = try store.entries(of: window.map(\.id))
      let decoded = WorkerSlots<[UInt8]>(count: window.count)
      try loop.run(count: window.count + 1) { index in
        if index == 0 {
          try emit(ready, to: whole, write)
        } else {
          decoded[index - 1] = try bytes(at: entries[index - 1], piece: window[index - 1])
        }
      }
      ready = window.indices.compactMap { decoded[$0] }
    }
    try emit(ready, to: whole, write)
    guard whole.finish() == manifest.sha256 else {
      throw StoreError(.corruptObject, "a rebuilt file does not have the SHA-256 \(manifest.sha256) it was stored with")
    }
  }

  private func emit(
    _ chunks: [[UInt8]], to whole: SHA256, _ write: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    for chunk in chunks {
      try chunk.withUnsafeBytes { bytes in
        whole.update(bytes)
        try write(bytes)
      }
    }
  }

  private func bytes(at entry: ObjectIndex.Entry, piece: Piece) throws(StoreError) -> [UInt8] {
    guard entry.record.rawByteCount == piece.byteCount else {
      throw StoreError(
        .corruptObject, "chunk \(piece.id) has \(entry.record.rawByteCount) bytes where \(piece.byteCount) are needed")
    }
    return try store.bytes(at: entry)
  }

  private func pieces(of manifest: Manifest) -> [Piece] {
    manifest.segments.flatMap { segment in
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
