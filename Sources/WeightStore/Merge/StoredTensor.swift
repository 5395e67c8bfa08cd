import Synchronization
import Tensors

/// One tensor of a commit, read in pieces from several threads.
package struct StoredTensor: Sendable {
  package let name: String
  package let dtype: DType
  package let shape: Shape
  let segment: Manifest.Segment
  private let cache: ChunkCache

  init?(_ segment: Manifest.Segment, cache: ChunkCache) {
    guard let tensor = segment.tensor else { return nil }
    name = tensor.name
    dtype = tensor.dtype
    shape = tensor.shape
    self.segment = segment
    self.cache = cache
  }

  /// Equal for tensors with equal bytes, different for others: equal bytes are cut into the same chunks.
  package var digest: [UInt8] {
    SHA256.digest(of: segment.chunks.flatMap(\.digest.bytes)).bytes
  }

  /// Reads elements, counted in C order, as little-endian bytes. `buffer` must have their size.
  package func read(elements: Range<Int>, into buffer: UnsafeMutableRawBufferPointer) throws(StoreError) {
    guard let width = dtype.byteWidth, elements.count * width == buffer.count, elements.lowerBound >= 0,
      elements.upperBound <= shape.elementCount
    else {
      throw StoreError(.inputOutput, "elements \(elements) of '\(name)' do not take \(buffer.count) bytes")
    }
    try read(at: elements.lowerBound * width, into: buffer)
  }

  private func read(at start: Int, into buffer: UnsafeMutableRawBufferPointer) throws(StoreError) {
    var done = 0
    while done < buffer.count {
      let index = (start + done) / ChunkGrid.chunkByteCount
      let bytes = try cache.bytes(
        of: segment.chunks[index], byteCount: ChunkGrid.chunkByteCount(index: index, of: segment.byteCount))
      let offset = start + done - index * ChunkGrid.chunkByteCount
      let count = min(bytes.count - offset, buffer.count - done)
      bytes.withUnsafeBytes { source in
        UnsafeMutableRawBufferPointer(rebasing: buffer[done..<(done + count)])
          .copyMemory(from: UnsafeRawBufferPointer(rebasing: source[offset..<(offset + count)]))
      }
      done += count
    }
  }
}

/// The chunks that were decoded last. Readers come back to the same ones: for statistics, then for the result.
final class ChunkCache: Sendable {
  private struct Kept {
    let bytes: [UInt8]
    var age: Int
  }

  private struct State {
    var kept: [ObjectID<Blob>: Kept] = [:]
    var clock = 0
  }

  private let store: ObjectStore
  private let capacity: Int
  private let state = Mutex(State())

  /// - Parameter capacity: chunks of at most 1 MiB.
  init(store: ObjectStore, capacity: Int) {
    self.store = store
    self.capacity = max(1, capacity)
  }

  func bytes(of id: ObjectID<Blob>, byteCount: Int) throws(StoreError) -> [UInt8] {
    if let bytes = find(id), bytes.count == byteCount { return bytes }
    let bytes = try store.bytes(of: id.digest, kind: .blob)
    guard bytes.count == byteCount else {
      throw StoreError(.corruptObject, "chunk \(id) has \(bytes.count) bytes where \(byteCount) are needed")
    }
    keep(id, bytes)
    return bytes
  }

  private func find(_ id: ObjectID<Blob>) -> [UInt8]? {
    state.withLock { state in
      state.clock += 1
      state.kept[id]?.age = state.clock
      return state.kept[id]?.bytes
    }
  }

  private func keep(_ id: ObjectID<Blob>, _ bytes: [UInt8]) {
    state.withLock { state in
      if state.kept.count >= capacity, let oldest = state.kept.min(by: { $0.value.age < $1.value.age })?.key {
        state.kept[oldest] = nil
      }
      state.clock += 1
      state.kept[id] = Kept(bytes: bytes, age: state.clock)
    }
  }
}
