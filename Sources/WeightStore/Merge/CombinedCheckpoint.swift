import Tensors

/// A checkpoint that is computed from others while it is read: tensor by tensor, chunk by chunk.
///
/// Layout, names and header are those of the first ingredient. A chunk that is equal in all ingredients is handed on
/// as it is; every other is combined.
struct CombinedCheckpoint: ByteSource {
  /// Combines the same chunk of all ingredients. Arguments: one buffer per ingredient, dtype. Result: as many bytes.
  typealias Combine = @Sendable (_ inputs: [[UInt8]], _ dtype: DType, _ tensor: String) throws(StoreError) -> [UInt8]

  /// One segment of the output, with the segment of the same tensor in each ingredient.
  private struct Row {
    let start: Int
    let inputs: [Manifest.Segment]
  }

  private let readers: [StoredCheckpoint]
  private let rows: [Row]
  private let combine: Combine
  let byteCount: Int

  /// - Throws: `StoreError.mergeConflict`, one subject per tensor whose name, dtype or shape is not the same everywhere,
  ///   or that is no floating-point tensor and differs.
  init(_ readers: [StoredCheckpoint], path: RelativePath, combine: @escaping Combine) throws(StoreError) {
    self.readers = readers
    self.combine = combine
    guard let first = readers.first else {
      throw StoreError(.mergeConflict, "'\(path)' has no ingredients")
    }
    byteCount = first.manifest.byteCount
    let tables = readers.map { reader in
      Dictionary(
        reader.manifest.tensors.map { (TensorName($0.tensor.name), $0.segment) },
        uniquingKeysWith: { first, _ in first })
    }
    let conflicts = CombinedCheckpoint.conflicts(first.manifest, tables)
    guard conflicts.isEmpty else {
      throw StoreError(
        .mergeConflict, "'\(path)': \(conflicts.count) tensors cannot be combined", subjects: conflicts)
    }
    var rows: [Row] = []
    var start = 0
    for segment in first.manifest.segments {
      let inputs = segment.tensor.map { tensor in tables.compactMap { $0[TensorName(tensor.name)] } } ?? [segment]
      rows.append(Row(start: start, inputs: inputs))
      start += segment.byteCount
    }
    self.rows = rows
  }

  private static func conflicts(_ first: Manifest, _ tables: [[TensorName: Manifest.Segment]]) -> [String] {
    var conflicts: [String] = []
    let names = Set(tables.flatMap(\.keys)).sorted()
    for name in names {
      let segments = tables.map { $0[name] }
      let present = segments.compactMap { $0 }
      let kinds = Set(present.compactMap(\.tensor))
      if present.count < tables.count {
        conflicts.append("\(name.text): in \(present.count) of \(tables.count) ingredients")
      } else if kinds.count > 1 {
        let shapes = kinds.map { "\($0.dtype.rawValue) \($0.shape)" }.sorted().joined(separator: ", ")
        conflicts.append("\(name.text): \(shapes)")
      } else if let tensor = present[0].tensor, !TensorDifference.canMeasure(tensor.dtype), Set(present).count > 1 {
        conflicts.append("\(name.text): \(tensor.dtype.rawValue) values differ and cannot be averaged")
      }
    }
    return conflicts
  }

  /// `offset` and the size of `buffer` must be those of one chunk: `spans` gives them.
  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(StoreError) {
    guard let row = row(at: offset) else { throw StoreError(.inputOutput, "offset \(offset) lies in no tensor") }
    let index = (offset - row.start) / ChunkGrid.chunkByteCount
    let bytes = try chunk(index, of: row)
    guard bytes.count == buffer.count else {
      throw StoreError(.inputOutput, "\(buffer.count) bytes at offset \(offset) are not one chunk")
    }
    bytes.withUnsafeBytes { buffer.copyMemory(from: $0) }
  }

  /// The last row that starts at or before `offset`: empty rows stand before the one with bytes at the same start.
  private func row(at offset: Int) -> Row? {
    var low = 0
    var high = rows.count
    while low < high {
      let middle = (low + high) / 2
      if rows[middle].start <= offset { low = middle + 1 } else { high = middle }
    }
    guard low > 0, offset - rows[low - 1].start < rows[low - 1].inputs[0].byteCount else { return nil }
    return rows[low - 1]
  }

  private func chunk(_ index: Int, of row: Row) throws(StoreError) -> [UInt8] {
    let ids = Set(row.inputs.map { $0.chunks[index] })
    guard ids.count > 1, let tensor = row.inputs[0].tensor else {
      return try readers[0].chunk(index, of: row.inputs[0])
    }
    var inputs: [[UInt8]] = []
    for (reader, segment) in zip(readers, row.inputs) { inputs.append(try reader.chunk(index, of: segment)) }
    return try combine(inputs, tensor.dtype, tensor.name)
  }

  /// How the output is cut: one span per segment.
  ///
  /// - Parameter relatives: checkpoints that are not ingredients but may be similar: where the ingredients began, or an
  ///   earlier combination of them.
  func spans(relatives: [BaseCatalog.File]) -> [ChunkIngest.Span] {
    rows.map { row in
      var candidates = BaseCandidates(isPerChunk: true) { CombinedCheckpoint.tiers(row, relatives: relatives) }
      candidates.ingredients = { LinearFormula.runs(of: row.inputs) }
      return ChunkIngest.Span(
        range: row.start..<(row.start + row.inputs[0].byteCount),
        layout: row.inputs[0].tensor.map { ChunkLayout(dtype: $0.dtype) } ?? .opaque, candidates: candidates)
    }
  }

  /// Which ingredient is nearest is for a sample to tell.
  private static func tiers(_ row: Row, relatives: [BaseCatalog.File]) -> [[BaseCandidates.Chunks]] {
    guard let tensor = row.inputs[0].tensor else { return [] }
    let name = TensorName(tensor.name)
    let related = relatives.prefix(BaseCandidates.limit / 2).compactMap { $0.chunks(named: name, dtype: tensor.dtype) }
    var seen: Set<BaseCandidates.Chunks> = []
    let distinct = (related + row.inputs.map(\.chunks)).filter { seen.insert($0).inserted }
    return [Array(distinct.prefix(BaseCandidates.limit))]
  }

  /// The manifest of the output, given the chunks it was cut into.
  func manifest(_ result: ChunkIngest.Result) -> Manifest {
    let segments = rows.indices.map { index in
      Manifest.Segment(
        tensor: rows[index].inputs[0].tensor, byteCount: rows[index].inputs[0].byteCount, chunks: result.chunks[index])
    }
    return Manifest(
      format: readers[0].manifest.format, byteCount: byteCount, sha256: result.sha256, segments: segments)
  }

  /// Tensors by what became of them.
  var counts: (combined: Int, kept: Int) {
    let tensors = rows.filter { $0.inputs[0].tensor != nil }
    let kept = tensors.count { Set($0.inputs.map(\.chunks)).count == 1 }
    return (tensors.count - kept, kept)
  }
}
