import Tensors

/// `num_batches_tracked` of a batch normalisation: how many steps it has seen. The largest value, element by element.
///
/// PyTorch stores one I64.
struct StepCounter: TensorCombination {
  let dtype: DType
  private let readers: [any TensorReader]

  static func isCounter(_ input: MergeInput) -> Bool {
    input.name.split(separator: ".").last == "num_batches_tracked"
  }

  /// `nil` unless all models store it as I64.
  init?(_ input: MergeInput) throws {
    readers = input.models.map(\.reader)
    guard readers.allSatisfy({ $0.dtype == .i64 }) else { return nil }
    dtype = .i64
  }

  func combine(elements: Range<Int>, into buffer: UnsafeMutableRawBufferPointer) throws {
    try readers[0].read(elements: elements, into: buffer)
    let other = UnsafeMutableRawBufferPointer.allocate(byteCount: buffer.count, alignment: 8)
    defer { other.deallocate() }
    for reader in readers.dropFirst() {
      try reader.read(elements: elements, into: other)
      for offset in stride(from: 0, to: buffer.count, by: 8) {
        let left = Int64(littleEndian: buffer.loadUnaligned(fromByteOffset: offset, as: Int64.self))
        let right = Int64(littleEndian: other.loadUnaligned(fromByteOffset: offset, as: Int64.self))
        buffer.storeBytes(of: max(left, right).littleEndian, toByteOffset: offset, as: Int64.self)
      }
    }
  }
}
