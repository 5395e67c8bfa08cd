import Checkpoints
import Synchronization
import Tensors

/// A checkpoint file that is made while it is read: some tensors as they are stored, others computed.
struct MergedFile: ByteSource {
  private enum Content {
    case header([UInt8])
    case stored
    case computed(ComputedTensor)
  }

  private struct Row {
    let start: Int
    let byteCount: Int
    let tensor: Manifest.Tensor?
    /// As stored, or, for a computed tensor, what it may be similar to.
    let segments: [Manifest.Segment]
    let content: Content
  }

  private let rows: [Row]
  private let store: ObjectStore
  let byteCount: Int

  init(_ file: MergedLayout.File, computed: [TensorName: ComputedTensor], store: ObjectStore) throws(StoreError) {
    self.store = store
    var rows = [
      Row(start: 0, byteCount: file.header.count, tensor: nil, segments: [], content: .header(file.header))
    ]
    var start = file.header.count
    for tensor in file.tensors {
      let byteCount: Int
      do {
        byteCount = try tensor.tensor.shape.byteCount(of: tensor.tensor.dtype)
      } catch {
        throw StoreError(.malformedObject, "'\(tensor.tensor.name)': \(error.message)", cause: error)
      }
      switch tensor.source {
      case .stored(let segment):
        rows.append(
          Row(start: start, byteCount: byteCount, tensor: tensor.tensor, segments: [segment], content: .stored))
      case .computed(let computation):
        guard let made = computed[TensorName(tensor.tensor.name)] else {
          throw StoreError(.inputOutput, "'\(tensor.tensor.name)' was not prepared")
        }
        rows.append(
          Row(
            start: start, byteCount: byteCount, tensor: tensor.tensor,
            segments: [computation.base].compactMap(\.self) + computation.models.map(\.segment),
            content: .computed(made)))
      }
      let (next, overflow) = start.addingReportingOverflow(byteCount)
      guard !overflow else { throw StoreError(.unsupportedFile, "'\(file.path)' would be larger than any file") }
      start = next
    }
    self.rows = rows
    byteCount = start
  }

  /// `offset` and the size of `buffer` must be those of one chunk: `spans` gives them.
  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(StoreError) {
    guard let row = row(at: offset) else { throw StoreError(.inputOutput, "offset \(offset) lies in no tensor") }
    let inside = offset - row.start
    switch row.content {
    case .header(let bytes):
      bytes.withUnsafeBytes {
        buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[inside...].prefix(buffer.count)))
      }
    case .stored:
      let bytes = try store.bytes(of: row.segments[0].chunks[inside / ChunkGrid.chunkByteCount].digest, kind: .blob)
      guard bytes.count == buffer.count else {
        throw StoreError(.corruptObject, "a chunk of '\(row.tensor?.name ?? "")' has \(bytes.count) bytes")
      }
      bytes.withUnsafeBytes { buffer.copyMemory(from: $0) }
    case .computed(let tensor): try tensor.read(at: inside, into: buffer)
    }
  }

  /// The last row that starts at or before `offset`: empty rows stand before the one with bytes at the same start.
  private func row(at offset: Int) -> Row? {
    var low = 0
    var high = rows.count
    while low < high {
      let middle = (low + high) / 2
      if rows[middle].start <= offset { low = middle + 1 } else { high = middle }
    }
    guard low > 0, offset - rows[low - 1].start < rows[low - 1].byteCount else { return nil }
    return rows[low - 1]
  }

  /// How the file is cut: one span per segment.
  ///
  /// - Parameter relatives: versions of the model that take no part in the computation but may be similar to its result.
  func spans(relatives: [ModelVersion]) -> [ChunkIngest.Span] {
    rows.map { row in
      var candidates = BaseCandidates(isPerChunk: true) { MergedFile.tiers(row, relatives) }
      candidates.ingredients = { LinearFormula.runs(of: row.segments) }
      return ChunkIngest.Span(
        range: row.start..<(row.start + row.byteCount),
        layout: row.tensor.map { ChunkLayout(dtype: $0.dtype) } ?? .opaque, candidates: candidates)
    }
  }

  /// Which of them is nearest is for a sample to tell.
  private static func tiers(_ row: Row, _ relatives: [ModelVersion]) -> [[BaseCandidates.Chunks]] {
    guard let tensor = row.tensor else { return [] }
    let related = relatives.prefix(BaseCandidates.limit / 2).compactMap { $0.tensors[TensorName(tensor.name)]?.segment }
    var seen: Set<BaseCandidates.Chunks> = []
    let distinct = (related + row.segments).filter { $0.tensor?.dtype == tensor.dtype }.map(\.chunks)
      .filter { seen.insert($0).inserted }
    return [Array(distinct.prefix(BaseCandidates.limit))]
  }

  /// The manifest of the file, given the chunks it was cut into.
  func manifest(_ result: ChunkIngest.Result) -> Manifest {
    let segments = rows.indices.map { index in
      Manifest.Segment(tensor: rows[index].tensor, byteCount: rows[index].byteCount, chunks: result.chunks[index])
    }
    return Manifest(format: .safetensors, byteCount: byteCount, sha256: result.sha256, segments: segments)
  }
}

/// A tensor that is prepared when its first chunk is asked for, once for all threads, and let go with its last.
final class ComputedTensor: Sendable {
  private struct State {
    var prepared: PreparedTensor?
    var unreadByteCount: Int
  }

  private let tensor: Manifest.Tensor
  private let prepare: @Sendable () throws -> PreparedTensor
  private let state: Mutex<State>

  init(_ tensor: Manifest.Tensor, byteCount: Int, prepare: @escaping @Sendable () throws -> PreparedTensor) {
    self.tensor = tensor
    self.prepare = prepare
    state = Mutex(State(prepared: nil, unreadByteCount: byteCount))
  }

  func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(StoreError) {
    guard let width = tensor.dtype.byteWidth, width > 0 else {
      throw StoreError(.mergeConflict, "\(tensor.dtype.rawValue) elements cannot be computed", subjects: [tensor.name])
    }
    do {
      let prepared = try state.withLock { state in
        if let prepared = state.prepared { return prepared }
        let prepared = try prepare()
        state.prepared = prepared
        return prepared
      }
      guard prepared.dtype == tensor.dtype else {
        throw StoreError(
          .mergeConflict, "'\(tensor.name)' came out as \(prepared.dtype.rawValue)", subjects: [tensor.name])
      }
      try prepared.combine(offset / width..<(offset + buffer.count) / width, buffer)
      state.withLock { state in
        state.unreadByteCount -= buffer.count
        if state.unreadByteCount <= 0 { state.prepared = nil }
      }
    } catch let error as StoreError {
      throw error
    } catch {
      throw StoreError(
        .mergeConflict, "'\(tensor.name)': \(error)", subjects: [tensor.name], cause: error as any Error & Sendable)
    }
  }
}
