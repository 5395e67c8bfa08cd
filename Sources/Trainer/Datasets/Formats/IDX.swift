import Documents
import Tensors

/// An array from an IDX file, the format of MNIST: `00 00 <type> <rank>`, then one big-endian 32-bit size for each
/// dimension, then the elements in C order, big-endian. A file may be gzip-compressed; one that is not is read piece by
/// piece.
///
/// Source: Y. LeCun, C. Cortes, C. J. C. Burges, "The MNIST database of handwritten digits".
package enum IDX {
  private static let dtypes: [UInt8: DType] = [0x08: .u8, 0x09: .i8, 0x0B: .i16, 0x0C: .i32, 0x0D: .f32, 0x0E: .f64]

  /// Reads a file that need not be trusted: nothing is allocated that the header does not promise and the file's length
  /// does not allow.
  ///
  /// - Throws: `TrainerError` with code `malformedDataFile` and the offset, or `resourceLimit`.
  package static func read(_ file: DataFile) throws -> DataArray {
    let stream = try ByteStream(file)
    let (dtype, dimensions) = try header(stream, name: file.name)
    guard let shape = try? Shape(dimensions), let byteCount = try? shape.byteCount(of: dtype) else {
      throw TrainerError(
        .resourceLimit, "\(file.name.quoted()) has shape \(dimensions), more than \(Int.max) bytes")
    }
    guard byteCount <= stream.remainingLimit else {
      throw TrainerError(
        .malformedDataFile,
        "\(file.name.quoted()) promises \(byteCount) bytes of shape \(dimensions), "
          + "more than its \(file.byteCount) bytes can hold")
    }
    guard stream.isCompressed else {
      let end = stream.position + byteCount
      guard end == file.byteCount else {
        throw TrainerError(
          .malformedDataFile, "\(file.name.quoted()) goes on after byte \(end - 1), where its data end")
      }
      return try DataArray(
        file: file, name: file.name, dtype: dtype, isBigEndian: true, dimensions: dimensions, offset: stream.position)
    }
    try MemoryBudget.check(byteCount, of: file.name)
    let content = try ByteBlock(count: byteCount)
    try stream.read(into: content.bytes)
    try stream.finish()
    return try DataArray(
      file: DataFile(content, name: file.name), name: file.name, dtype: dtype, isBigEndian: true,
      dimensions: dimensions, offset: 0)
  }

  private static func header(_ stream: ByteStream, name: String) throws -> (DType, [Int]) {
    let magic = try stream.read(4)
    guard magic[0] == 0, magic[1] == 0 else {
      throw TrainerError(
        .malformedDataFile, "\(name.quoted()) is not an IDX file: it does not begin with two zero bytes")
    }
    guard let dtype = dtypes[magic[2]] else {
      throw TrainerError(
        .malformedDataFile, "\(name.quoted()) holds elements of IDX type \(magic[2]) (byte 2), which does not exist")
    }
    guard (1...4).contains(magic[3]) else {
      throw TrainerError(.malformedDataFile, "\(name.quoted()) has \(magic[3]) dimensions (byte 3), 1 to 4 are read")
    }
    let sizes = try stream.read(4 * Int(magic[3]))
    let dimensions = stride(from: 0, to: sizes.count, by: 4).map { offset in
      sizes[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
    }
    return (dtype, dimensions)
  }
}
