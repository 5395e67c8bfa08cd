import Tensors

/// One tensor of one model, read in pieces. The engine never sees files: whoever starts a merge supplies the readers.
package protocol TensorReader: Sendable {
  var dtype: DType { get }
  var shape: Shape { get }

  /// Identifies the tensor's bytes, if that is known without reading: two readers of one merge whose digests are equal
  /// hold equal bytes, two whose digests differ do not. `nil` makes the engine compare the bytes where it matters.
  var digest: [UInt8]? { get }

  /// How many elements are best read at a time, because they are stored together; 0 if it does not matter.
  var preferredElementCount: Int { get }

  /// Reads elements `elements`, counted in C order, as little-endian bytes.
  ///
  /// Called from several threads at a time. `buffer` has exactly the size of those elements.
  func read(elements: Range<Int>, into buffer: UnsafeMutableRawBufferPointer) throws

  /// The bytes of those elements where they lie in memory already, valid while the reader lives.
  func residentBytes(of elements: Range<Int>) -> UnsafeRawBufferPointer?
}

extension TensorReader {
  package var digest: [UInt8]? { nil }

  package var preferredElementCount: Int { 0 }

  package func residentBytes(of elements: Range<Int>) -> UnsafeRawBufferPointer? { nil }
}

/// A tensor in memory.
package final class ResidentTensor: TensorReader, @unchecked Sendable {
  package let dtype: DType
  package let shape: Shape
  // Sendable: written before anybody else holds the object, read only from then on.
  private let storage: UnsafeMutableRawBufferPointer

  /// - Parameter fill: writes all bytes of the tensor.
  /// - Throws: `sizeMismatch` for a size beyond `Int` or elements that are no whole bytes; what `fill` throws.
  package init(dtype: DType, shape: Shape, fill: (UnsafeMutableRawBufferPointer) throws -> Void) throws {
    let byteCount = try ResidentTensor.byteCount(dtype, shape)
    self.dtype = dtype
    self.shape = shape
    storage = .allocate(byteCount: max(1, byteCount), alignment: 64)
    try fill(UnsafeMutableRawBufferPointer(rebasing: storage[..<byteCount]))
  }

  /// - Throws: `sizeMismatch` unless `bytes` are exactly the elements of that shape.
  package convenience init(dtype: DType, shape: Shape, bytes: [UInt8]) throws {
    let byteCount = try ResidentTensor.byteCount(dtype, shape)
    guard byteCount == bytes.count else {
      throw MergeError(
        .sizeMismatch, "\(bytes.count) bytes do not hold exactly \(shape.elementCount) \(dtype.rawValue) elements")
    }
    try self.init(dtype: dtype, shape: shape) { $0.copyBytes(from: bytes) }
  }

  deinit { storage.deallocate() }

  private static func byteCount(_ dtype: DType, _ shape: Shape) throws(MergeError) -> Int {
    do throws(TensorError) {
      return try shape.byteCount(of: dtype)
    } catch {
      throw MergeError(.sizeMismatch, error.message)
    }
  }

  package func read(elements: Range<Int>, into buffer: UnsafeMutableRawBufferPointer) throws {
    guard let bytes = residentBytes(of: elements), bytes.count == buffer.count else {
      throw MergeError(.sizeMismatch, "\(buffer.count) bytes do not hold elements \(elements) of \(dtype.rawValue)")
    }
    buffer.copyMemory(from: bytes)
  }

  package func residentBytes(of elements: Range<Int>) -> UnsafeRawBufferPointer? {
    StoredRange.bytes(of: elements, dtype).map { UnsafeRawBufferPointer(rebasing: storage[$0]) }
  }
}
