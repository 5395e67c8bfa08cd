import Tensors

/// Some elements of all inputs as F64, and room for their result.
struct MergeBlock {
  /// The flat index of the first element in the tensor.
  let start: Int
  let count: Int
  /// `count` numbers, to be written.
  let result: UnsafeMutablePointer<Double>
  private let decoded: UnsafeMutablePointer<Double>

  fileprivate init(
    start: Int, count: Int, decoded: UnsafeMutablePointer<Double>, result: UnsafeMutablePointer<Double>
  ) {
    self.start = start
    self.count = count
    self.decoded = decoded
    self.result = result
  }

  /// `count` numbers of that reader; may be overwritten.
  @inline(__always)
  func input(_ index: Int) -> UnsafeMutablePointer<Double> {
    decoded + index * BlockMerge.blockElementCount
  }
}

/// Carries ranges of tensors through a computation in F64, block by block, so that numbers stay in the nearest caches.
///
/// - DType and accumulation: every input is decoded to F64 exactly; results are rounded once to `dtype`, to nearest even.
struct BlockMerge: Sendable {
  /// Elements per block: 8 KiB per input.
  static let blockElementCount = 1024

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
    let raw = try RawPieces(readers, elements)
    let capacity = (readers.count + 1) * BlockMerge.blockElementCount
    let scratch = UnsafeMutablePointer<Double>.allocate(capacity: capacity)
    defer { scratch.deallocate() }
    for start in stride(from: 0, to: elements.count, by: BlockMerge.blockElementCount) {
      let count = min(BlockMerge.blockElementCount, elements.count - start)
      let block = MergeBlock(
        start: elements.lowerBound + start, count: count, decoded: scratch,
        result: scratch + readers.count * BlockMerge.blockElementCount)
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

/// The bytes of the same elements of several tensors, freed together.
final class RawPieces {
  private let scratch: UnsafeMutableRawBufferPointer
  private let pieces: [UnsafeRawBufferPointer]
  private let widths: [Int]

  init(_ readers: [any TensorReader], _ elements: Range<Int>) throws {
    widths = readers.map { $0.dtype.bitWidth / 8 }
    let resident = readers.map { $0.residentBytes(of: elements) }
    let byteCounts = zip(resident, widths).map { $0 == nil ? ($1 * elements.count + 63) & ~63 : 0 }
    scratch = .allocate(byteCount: max(1, byteCounts.reduce(0, +)), alignment: 64)
    var pieces: [UnsafeRawBufferPointer] = []
    var offset = 0
    for (index, reader) in readers.enumerated() {
      if let bytes = resident[index] {
        pieces.append(bytes)
        continue
      }
      let place = UnsafeMutableRawBufferPointer(
        rebasing: scratch[offset..<offset + elements.count * widths[index]])
      do {
        try reader.read(elements: elements, into: place)
      } catch {
        scratch.deallocate()
        throw error
      }
      pieces.append(UnsafeRawBufferPointer(place))
      offset += byteCounts[index]
    }
    self.pieces = pieces
  }

  deinit { scratch.deallocate() }

  /// Elements of one input, counted from the first that was read.
  func bytes(_ index: Int, _ elements: Range<Int>) -> UnsafeRawBufferPointer {
    let width = widths[index]
    return UnsafeRawBufferPointer(rebasing: pieces[index][elements.lowerBound * width..<elements.upperBound * width])
  }
}
