import Tensors

/// Some elements of all inputs as F64, and room for their result.
struct MergeBlock {
  /// The flat index of the first element in the tensor.
  let start: Int
  let count: Int
  private let inputCount: Int
  private let rows: UnsafeMutablePointer<Double>
  /// Room for a key per element.
  let keys: UnsafeMutablePointer<UInt32>

  fileprivate init(
    start: Int, count: Int, inputCount: Int, rows: UnsafeMutablePointer<Double>, keys: UnsafeMutablePointer<UInt32>
  ) {
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
  /// Elements per block: 8 KiB per input.
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
  func visit(_ elements: Range<Int>, _ body: (MergeBlock) throws -> Void) throws {
    guard !elements.isEmpty else { return }
    let raw = try RawPieces(readers, elements)
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
        start: elements.lowerBound + start, count: count, inputCount: readers.count, rows: rows, keys: keys)
      for index in readers.indices {
        try FloatConversion.decode(
          raw.bytes(index, start..<start + count), as: readers[index].dtype,
          into: UnsafeMutableBufferPointer(start: block.input(index), count: count))
      }
      try body(block)
    }
    withExtendedLifetime(raw) {}
  }
}
