import Glibc
import Merging

/// Whether two tensors hold the same bytes, found out while a merge is planned.
enum TensorComparison {
  private static let pieceElementCount = 1 << 16

  static func areEqual(_ left: any TensorReader, _ right: any TensorReader) throws -> Bool {
    guard left.dtype == right.dtype, left.shape == right.shape, let width = left.dtype.byteWidth else { return false }
    if let first = left.digest, let second = right.digest { return first == second }
    let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 2 * pieceElementCount * width, alignment: 64)
    defer { scratch.deallocate() }
    for start in stride(from: 0, to: left.shape.elementCount, by: pieceElementCount) {
      let elements = start..<min(start + pieceElementCount, left.shape.elementCount)
      let count = elements.count * width
      let one = UnsafeMutableRawBufferPointer(rebasing: scratch[..<count])
      let two = UnsafeMutableRawBufferPointer(rebasing: scratch[count..<2 * count])
      try left.read(elements: elements, into: one)
      try right.read(elements: elements, into: two)
      guard let a = one.baseAddress, let b = two.baseAddress, memcmp(a, b, count) == 0 else { return false }
    }
    return true
  }
}
