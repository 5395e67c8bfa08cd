import Checkpoints
import Synchronization
import WeightStore

/// A folder of a commit.
package struct RevisionFolder: ModelFolder, @unchecked Sendable {
  // Sendable: files are opened on the thread that plans the merge; what other threads read is a checkpoint of its own.
  package let name: String
  private let repository: Repository
  private let commit: ObjectID<Commit>
  /// With its slash at the end; empty for the top.
  private let prefix: String
  private let entries: [RelativePath: Tree.Entry]

  /// - Parameter path: the folder's path in the commit; nil for the top.
  package init(_ repository: Repository, _ commit: ObjectID<Commit>, path: RelativePath?, name: String) throws {
    self.name = name
    self.repository = repository
    self.commit = commit
    prefix = path.map { "\($0.text)/" } ?? ""
    entries = try repository.tree(of: commit).entries
  }

  package func fileNames() -> [String] {
    entries.keys.map(\.text).filter { $0.utf8.starts(with: prefix.utf8) }.map { String($0.dropFirst(prefix.count)) }
      .filter { !$0.utf8.contains(UInt8(ascii: "/")) }.sorted()
  }

  package func source(_ file: String) throws -> (any ByteSource)? {
    let path = try RelativePath(prefix + file)
    guard let entry = entries[path] else { return nil }
    if entry.kind == .checkpoint {
      return StoredCheckpointSource(try repository.checkpoint(path, in: commit))
    }
    guard entry.byteCount <= Self.largestCompanion else {
      throw FolderMergeError(
        .malformedModel, "'\(name)/\(file)' has \(entry.byteCount) bytes and is no safetensors file", subjects: [file])
    }
    return MemorySource(try repository.contents(of: path, in: commit) ?? [])
  }
}

/// A stored checkpoint as the bytes of its file. The chunks used last are kept decoded, because their readers take them
/// in smaller pieces.
struct StoredCheckpointSource: ByteSource {
  private struct Place {
    let start: Int
    let segment: Manifest.Segment
  }

  private struct Key: Hashable {
    let place: Int
    let chunk: Int
  }

  private final class Cache: Sendable {
    private static let capacity = 8
    private let chunks = Mutex<[(key: Key, bytes: [UInt8])]>([])

    func find(_ key: Key) -> [UInt8]? {
      chunks.withLock { chunks in chunks.last { $0.key == key }?.bytes }
    }

    func keep(_ key: Key, _ bytes: [UInt8]) {
      chunks.withLock { chunks in
        if chunks.count == Cache.capacity { chunks.removeFirst() }
        chunks.append((key, bytes))
      }
    }
  }

  private let checkpoint: StoredCheckpoint
  private let places: [Place]
  private let cache = Cache()

  init(_ checkpoint: StoredCheckpoint) {
    self.checkpoint = checkpoint
    var places: [Place] = []
    var start = 0
    for segment in checkpoint.manifest.segments where segment.byteCount > 0 {
      places.append(Place(start: start, segment: segment))
      start += segment.byteCount
    }
    self.places = places
  }

  var byteCount: Int { checkpoint.manifest.byteCount }

  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(StoreError) {
    var done = 0
    while done < buffer.count {
      let position = offset + done
      guard let place = place(at: position) else {
        throw StoreError(.inputOutput, "\(buffer.count) bytes are wanted at offset \(offset) of \(byteCount)")
      }
      let inside = position - places[place].start
      let chunk = inside / ChunkGrid.chunkByteCount
      let bytes = try bytes(of: Key(place: place, chunk: chunk))
      let from = inside - chunk * ChunkGrid.chunkByteCount
      let count = min(bytes.count - from, buffer.count - done)
      bytes.withUnsafeBytes { source in
        UnsafeMutableRawBufferPointer(rebasing: buffer[done..<(done + count)])
          .copyMemory(from: UnsafeRawBufferPointer(rebasing: source[from..<(from + count)]))
      }
      done += count
    }
  }

  /// Identifies the bytes of the tensor that starts at `offset`: equal tensors are cut into the same chunks.
  func digest(at offset: Int) -> [UInt8]? {
    place(at: offset).map { index in
      SHA256.digest(of: places[index].segment.chunks.flatMap { Array($0.hex.utf8) }).bytes
    }
  }

  private func bytes(of key: Key) throws(StoreError) -> [UInt8] {
    if let kept = cache.find(key) { return kept }
    let bytes = try checkpoint.chunk(key.chunk, of: places[key.place].segment)
    cache.keep(key, bytes)
    return bytes
  }

  private func place(at offset: Int) -> Int? {
    var low = 0
    var high = places.count
    while low < high {
      let middle = (low + high) / 2
      if places[middle].start <= offset { low = middle + 1 } else { high = middle }
    }
    guard low > 0, offset - places[low - 1].start < places[low - 1].segment.byteCount else { return nil }
    return low - 1
  }
}
