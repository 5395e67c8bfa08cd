import Documents
import Tensors

/// An array in a data file: elements in C order, which are in memory or read when they are asked for.
package struct DataArray: Sendable {
  let file: DataFile
  /// What messages call the array: the file's name, or the file's and the array's.
  let name: String
  let dtype: DType
  let isBigEndian: Bool
  package let dimensions: [Int]
  /// Where the first element stands.
  let offset: Int

  let elementCount: Int
  /// Elements of one entry of the first dimension: of one image of many.
  package let rowElementCount: Int
  /// Bytes of one element.
  let elementWidth: Int

  var byteCount: Int { elementCount * elementWidth }

  /// An array that the file has been found to hold completely.
  ///
  /// - Throws: `TrainerError` with code `malformedDataFile` if it does not, or elements are not whole bytes.
  init(
    file: DataFile, name: String, dtype: DType, isBigEndian: Bool = false, dimensions: [Int], offset: Int
  ) throws {
    // Of an array without rows, a row may still be larger than any number.
    guard let width = dtype.byteWidth, let shape = try? Shape(dimensions), let size = try? shape.byteCount(of: dtype),
      let row = try? Shape(Array(dimensions.dropFirst())), (try? row.byteCount(of: dtype)) != nil
    else {
      throw TrainerError(
        .malformedDataFile, "\(name.quoted()) has shape \(dimensions) of \(dtype.rawValue), which is not to be read")
    }
    guard offset <= file.byteCount, size <= file.byteCount - offset else {
      throw TrainerError(
        .malformedDataFile,
        "\(name.quoted()) promises \(size) bytes of shape \(dimensions) from byte \(offset) on, "
          + "more than its \(file.byteCount) bytes can hold")
    }
    self.file = file
    self.name = name
    self.dtype = dtype
    self.isBigEndian = isBigEndian
    self.dimensions = dimensions
    self.offset = offset
    elementCount = shape.elementCount
    rowElementCount = row.elementCount
    elementWidth = width
  }

  /// Calls `body` with the elements of one entry of the first dimension, as the file holds them.
  func withRow<Result>(_ row: Int, _ body: (UnsafeRawBufferPointer) throws -> Result) throws -> Result {
    let count = rowElementCount * elementWidth
    return try file.withBytes(at: offset + row * count, count: count, body)
  }

  /// All elements of an integer array.
  ///
  /// - Throws: `TrainerError` with code `malformedDataFile` for elements that are no integers.
  package func integers() throws -> [Int] {
    guard !dtype.isFloatingPoint, dtype != .c64 else {
      throw TrainerError(
        .malformedDataFile, "\(name.quoted()) has elements of type \(dtype.rawValue) where integers are wanted")
    }
    try MemoryBudget.check(elementCount * 8, of: name)
    return try file.withBytes(at: offset, count: byteCount) { bytes in
      switch dtype {
      case .i8: load(bytes) { (value: Int8) in Int(value) }
      case .i16: load(bytes) { (value: Int16) in Int(value) }
      case .u16: load(bytes) { (value: UInt16) in Int(value) }
      case .i32: load(bytes) { (value: Int32) in Int(value) }
      case .u32: load(bytes) { (value: UInt32) in Int(value) }
      case .i64: load(bytes) { (value: Int64) in Int(value) }
      case .u64: load(bytes) { (value: UInt64) in Int(clamping: value) }
      default: bytes.map(Int.init)
      }
    }
  }

  private func load<Value: FixedWidthInteger & BitwiseCopyable>(
    _ bytes: UnsafeRawBufferPointer, _ convert: (Value) -> Int
  ) -> [Int] {
    (0..<elementCount).map { index in
      let value = bytes.loadUnaligned(fromByteOffset: index * MemoryLayout<Value>.size, as: Value.self)
      return convert(isBigEndian ? Value(bigEndian: value) : Value(littleEndian: value))
    }
  }

  /// The elements in `bytes`, which are of this array's type, as F32: F64 and integers are rounded, the others exact.
  func convert(_ bytes: UnsafeRawBufferPointer, into target: UnsafeMutableBufferPointer<Float>) throws {
    if isBigEndian && elementWidth > 1 { return try convertSwapped(bytes, into: target) }
    switch dtype {
    case .f16, .bf16, .f32, .f64: try FloatConversion.decode(bytes, as: dtype, into: target)
    case .i8: store(bytes, target) { (value: Int8) in Float(value) }
    case .i16: store(bytes, target) { (value: Int16) in Float(Int16(littleEndian: value)) }
    case .u16: store(bytes, target) { (value: UInt16) in Float(UInt16(littleEndian: value)) }
    case .i32: store(bytes, target) { (value: Int32) in Float(Int32(littleEndian: value)) }
    case .u32: store(bytes, target) { (value: UInt32) in Float(UInt32(littleEndian: value)) }
    case .i64: store(bytes, target) { (value: Int64) in Float(Int64(littleEndian: value)) }
    case .u64: store(bytes, target) { (value: UInt64) in Float(UInt64(littleEndian: value)) }
    case .u8, .bool: store(bytes, target) { (value: UInt8) in Float(value) }
    default:
      throw TrainerError(.malformedDataFile, "\(name.quoted()) has elements of type \(dtype.rawValue), no numbers")
    }
  }

  /// As `convert`, of elements whose first byte is the highest.
  private func convertSwapped(
    _ bytes: UnsafeRawBufferPointer, into target: UnsafeMutableBufferPointer<Float>
  ) throws {
    var swapped = [UInt8](repeating: 0, count: bytes.count)
    for index in swapped.indices {
      swapped[index] = bytes[index - index % elementWidth + elementWidth - 1 - index % elementWidth]
    }
    let little = try DataArray(
      file: file, name: name, dtype: dtype, dimensions: dimensions, offset: offset)
    try swapped.withUnsafeBytes { try little.convert($0, into: target) }
  }

  @inline(__always)
  private func store<Value: BitwiseCopyable>(
    _ bytes: UnsafeRawBufferPointer, _ target: UnsafeMutableBufferPointer<Float>, _ convert: (Value) -> Float
  ) {
    for index in 0..<target.count {
      target[index] = convert(bytes.loadUnaligned(fromByteOffset: index * MemoryLayout<Value>.size, as: Value.self))
    }
  }
}
