import Tensors

/// Some elements of all inputs as F64, and room for their result.
struct MergeBlock {
  /// The inputs as they are stored, and where the block begins in them.
  private let pieces: UnsafePointer<RawPieces.Piece>
  private let offset: Int
  /// The flat index of the first element in the tensor.
  let start: Int
  let count: Int
  private let inputCount: Int
  private let rows: UnsafeMutablePointer<Double>
  /// Room for a key per element.
  let keys: UnsafeMutablePointer<UInt32>

  fileprivate init(
    _ pieces: UnsafePointer<RawPieces.Piece>, offset: Int, start: Int, count: Int, inputCount: Int,
    rows: UnsafeMutablePointer<Double>,
    keys: UnsafeMutablePointer<UInt32>
  ) {
    self.pieces = pieces
    self.offset = offset
    self.start = start
    self.count = count
    self.inputCount = inputCount
    self.rows = rows
    self.keys = keys
  }

  /// `count` numbers of that reader; may be overwritten.
  @inline(__always)
  func input(_ index: Int) -> UnsafeMutablePointer<Double> {
    rows + index * BlockMerge.blockElementCount
  }

  /// The elements of that reader as they are stored.
  func stored(_ index: Int) -> UnsafeRawBufferPointer {
    pieces[index].bytes(offset..<offset + count)
  }

  /// Fills `input(index)`, where blocks are shown without.
  func decode(_ index: Int, _ dtype: DType) throws(TensorError) {
    try FloatConversion.decode(
      stored(index), as: dtype, into: UnsafeMutableBufferPointer(start: input(index), count: count))
  }

  /// Room for `count` numbers of the result.
  @inline(__always)
  var result: UnsafeMutablePointer<Double> { input(inputCount) }

  /// Room for `count` numbers, for each index below `BlockMerge.scratchRowCount`.
  @inline(__always)
  func scratch(_ index: Int) -> UnsafeMutablePointer<Double> { input(inputCount + 1 + index) }
}

/// Carries ranges of tensors through a computation in F64, block by block, so that numbers stay in the nearest caches.
///
/// - DType and accumulation: every input is decoded to F64 exactly; results are rounded once to `dtype`, to nearest even.
struct BlockMerge: Sendable {
  /// Elements per block: 8 KiB per input, so that a few inputs fit the first-level cache.
  static let blockElementCount = 1024
  static let scratchRowCount = 2

  let readers: [any TensorReader]
  let dtype: DType

  /// Computes elements of the result.
  func combine(
    elements: Range<Int>, into buffer: UnsafeMutableRawBufferPointer, _ body: (MergeBlock) throws -> Void
  ) throws {
    let width = dtype.bitWidth / 8
    try visit(elements) { block in
      try body(block)
      let offset = (block.start - elements.lowerBound) * width
      try FloatConversion.encode(
        UnsafeBufferPointer(start: block.result, count: block.count), as: dtype,
        into: UnsafeMutableRawBufferPointer(rebasing: buffer[offset..<offset + block.count * width]))
    }
  }

  /// Shows the inputs block by block, in order.
  ///
  /// - Parameter decodes: whether inputs are decoded before; without, `body` does it where it must.
  func visit(_ elements: Range<Int>, decodes: Bool = true, _ body: (MergeBlock) throws -> Void) throws {
    guard !elements.isEmpty else { return }
    let raw = try RawPieces(readers, elements)
    let dtypes = readers.map(\.dtype)
    let size = BlockMerge.blockElementCount
    let rows = UnsafeMutablePointer<Double>.allocate(
      capacity: (readers.count + 1 + BlockMerge.scratchRowCount) * size)
    let keys = UnsafeMutablePointer<UInt32>.allocate(capacity: size)
    defer {
      rows.deallocate()
      keys.deallocate()
    }
    for start in stride(from: 0, to: elements.count, by: size) {
      let count = min(size, elements.count - start)
      let block = MergeBlock(
        raw.pieces, offset: start, start: elements.lowerBound + start, count: count, inputCount: readers.count,
        rows: rows,
        keys: keys)
      if decodes {
        for index in dtypes.indices { try block.decode(index, dtypes[index]) }
      }
      try body(block)
    }
    withExtendedLifetime(raw) {}
  }
}
