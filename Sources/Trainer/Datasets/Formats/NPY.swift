import Documents
import Tensors

/// An array from a file that `numpy.save` wrote: `93 "NUMPY" <version>`, the length of the header, the header as a
/// Python dictionary, then the elements.
///
/// Files of Python objects (pickles) are refused: opening one would run what it says.
/// Source: numpy.lib.format, versions 1 to 3.
package enum NPY {
  private static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)
  /// numpy itself reads 10,000 bytes of header unless told otherwise.
  private static let headerLimit = 1 << 16

  /// - Parameters:
  ///   - offset: where the array begins in the file.
  ///   - end: where the file, or the archive's member, ends.
  /// - Throws: `TrainerError` with code `malformedDataFile` and what is wrong.
  package static func read(_ file: DataFile, name: String? = nil, offset: Int = 0, end: Int? = nil) throws -> DataArray
  {
    let name = name ?? file.name
    let end = end ?? file.byteCount
    let refuse = { (what: String) in TrainerError(.malformedDataFile, "\(name.quoted()) \(what)") }
    guard end - offset >= 10 else { throw refuse("has \(end - offset) bytes, the start of an npy file takes 10") }
    let start = try file.read(at: offset, count: 10)
    guard Array(start.prefix(6)) == magic else { throw refuse("is not an npy file: it does not begin with \\x93NUMPY") }
    guard (1...3).contains(start[6]) else { throw refuse("is of npy version \(start[6]), 1 to 3 are read") }
    var headerStart = offset + 10
    var headerCount = Int(start[8]) | Int(start[9]) << 8
    if start[6] > 1 {
      guard end - offset >= 12 else { throw refuse("ends in the length of its header") }
      let high = try file.read(at: offset + 10, count: 2)
      headerCount |= Int(high[0]) << 16 | Int(high[1]) << 24
      headerStart += 2
    }
    guard headerCount <= headerLimit else {
      throw refuse("has a header of \(headerCount) bytes, \(headerLimit) are read")
    }
    guard headerCount <= end - headerStart else { throw refuse("ends at byte \(end - offset), inside its header") }
    let header = try NPYHeader(file.read(at: headerStart, count: headerCount), name: name)
    let array = try DataArray(
      file: file, name: name, dtype: header.dtype, isBigEndian: header.isBigEndian, dimensions: header.dimensions,
      offset: headerStart + headerCount)
    let dataEnd = array.offset + array.byteCount
    guard dataEnd == end else {
      throw refuse(
        dataEnd < end
          ? "goes on after byte \(dataEnd - offset - 1), where its data end"
          : "ends at byte \(end - offset), \(dataEnd - end) bytes before its header says")
    }
    return array
  }
}
