import Documents

/// Some rows of a data set, as a network takes them.
///
/// Pixels are read when a row is asked for. Where they take work that is always the same, turning or decoding for
/// example, and all of them fit `preparedByteLimit`, the work is done once, when the set is made.
package struct ExampleSet: ExampleSource {
  package let inputShape: ActivationShape
  package let labels: [Int32]
  /// The domain of each row, an index into `domainNames`.
  package let domains: [Int32]
  package let domainNames: [String]
  /// The numbers of the rows in their data set.
  package let rowNumbers: [Int]
  private let rows: [ImageRow]
  private let pipeline: PixelPipeline
  /// Fixed pixels, one row after the other.
  private let prepared: ByteBlock?

  /// Bytes of fixed pixels that are kept in memory.
  private static let preparedByteLimit = min(1 << 30, MemoryBudget.byteCount / 2)
  /// Rows prepared by one thread at a time.
  private static let shardSize = 64

  init(
    _ selected: [Int], of rows: [ImageRow], domainNames: [String], pipeline: PixelPipeline, threadCount: Int
  ) throws {
    self.rows = selected.map { rows[$0] }
    self.pipeline = pipeline
    self.domainNames = domainNames
    rowNumbers = selected
    inputShape = pipeline.outputShape
    labels = self.rows.map(\.label)
    domains = self.rows.map(\.domain)
    let isPrepared =
      pipeline.isFixedPartCostly && selected.count <= Self.preparedByteLimit / max(1, pipeline.fixedByteCount)
    prepared = isPrepared ? try Self.prepare(self.rows, pipeline, threadCount: threadCount) : nil
  }

  /// The same rows with tokens in the place of texts; as they are if they are no texts.
  ///
  /// - Throws: `TrainerError.inputOutOfRange` with the row.
  package func encoded(by texts: TextInput?, threadCount: Int) throws -> ExampleSet {
    guard let texts, let store = pipeline.store as? TextStore else { return self }
    let tokens = try texts.tokens(store, of: rows.map(\.image), rowNumbers: rowNumbers, threadCount: threadCount)
    return ExampleSet(self, of: tokens)
  }

  private init(_ texts: ExampleSet, of tokens: TokenStore) {
    rows = texts.rows.enumerated().map { ImageRow(image: $0, label: $1.label, domain: $1.domain) }
    pipeline = PixelPipeline(tokens)
    (inputShape, prepared) = (pipeline.outputShape, nil)
    (labels, domains, domainNames) = (texts.labels, texts.domains, texts.domainNames)
    rowNumbers = texts.rowNumbers
  }

  private static func prepare(
    _ rows: [ImageRow], _ pipeline: PixelPipeline, threadCount: Int
  ) throws -> ByteBlock {
    let byteCount = pipeline.fixedByteCount
    let block = try ByteBlock(count: rows.count * byteCount)
    let shardCount = (rows.count + shardSize - 1) / shardSize
    try ShardedWork(threadCount: threadCount).run(shardCount: shardCount) { _, shard in
      for index in shard * shardSize..<min((shard + 1) * shardSize, rows.count) {
        try pipeline.withFixedPixels(rows[index]) { pixels in
          (block.start + index * byteCount).copyMemory(from: pixels, byteCount: byteCount)
        }
      }
    }
    return block
  }

  package func number(ofRow row: Int) -> Int { rowNumbers[row] }

  package func copyInput(row: Int, augmentation: Augmentation?, into target: UnsafeMutablePointer<Float>) throws {
    let finish = { (pixels: UnsafeRawPointer) in
      try pipeline.finish(
        pixels, row: rows[row], number: rowNumbers[row], augmentation: augmentation, into: target)
    }
    guard let prepared else { return try pipeline.withFixedPixels(rows[row], finish) }
    try finish(UnsafeRawPointer(prepared.start + row * pipeline.fixedByteCount))
  }
}
