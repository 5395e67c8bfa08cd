import Tensors

/// A checkpoint whose tensors can be read chunk by chunk, wherever it stands: in the repository or in a file.
package protocol CheckpointReader {
  var manifest: Manifest { get }
  /// Raw bytes of chunk `index` of a segment: at most 1 MiB.
  func chunk(_ index: Int, of segment: Manifest.Segment) throws(StoreError) -> [UInt8]
}

extension CheckpointReader {
  /// All bytes of a tensor, little-endian, C order.
  package func bytes(of segment: Manifest.Segment) throws(StoreError) -> [UInt8] {
    var bytes: [UInt8] = []
    // The size comes from a stored object: memory is taken ahead only up to a limit.
    bytes.reserveCapacity(min(segment.byteCount, 64 * ChunkGrid.chunkByteCount))
    for index in segment.chunks.indices { bytes += try chunk(index, of: segment) }
    return bytes
  }
}

/// A checkpoint in the repository.
package struct StoredCheckpoint: CheckpointReader {
  let store: ObjectStore
  package let manifest: Manifest

  package func chunk(_ index: Int, of segment: Manifest.Segment) throws(StoreError) -> [UInt8] {
    let bytes = try store.bytes(of: segment.chunks[index].digest, kind: .blob)
    let expected = ChunkGrid.chunkByteCount(index: index, of: segment.byteCount)
    guard bytes.count == expected else {
      throw StoreError(
        .corruptObject, "chunk \(segment.chunks[index]) has \(bytes.count) bytes where \(expected) are needed")
    }
    return bytes
  }
}
