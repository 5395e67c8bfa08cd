import Documents

/// An array of bytes from an IDX file, the format of MNIST: `00 00 08 <rank>`, then one big-endian 32-bit size for each
/// dimension, then the elements in C order. A file may be gzip-compressed.
package struct IDX: Sendable, Equatable {
  let dimensions: [Int]
  let bytes: [UInt8]

  /// The most elements a file may hold.
  static let elementLimit = 1 << 31

  /// Reads a whole file from its bytes, which need not be trusted: nothing is allocated that the header does not
  /// promise and the file's length does not allow.
  ///
  /// - Parameter name: how messages call the file.
  /// - Throws: `TrainerError` with code `malformedDataFile` and the offset, or `resourceLimit`.
  package init(fileBytes: [UInt8], name: String) throws {
    let stream = try ByteStream(fileBytes, name: name)
    let magic = try stream.read(4)
    guard magic[0] == 0, magic[1] == 0 else {
      throw TrainerError(
        .malformedDataFile, "\(name.quoted()) is not an IDX file: it does not begin with two zero bytes")
    }
    guard magic[2] == 0x08 else {
      throw TrainerError(
        .malformedDataFile,
        "\(name.quoted()) holds elements of IDX type \(magic[2]) (byte 2), only 8, unsigned bytes, is read")
    }
    guard (1...4).contains(magic[3]) else {
      throw TrainerError(.malformedDataFile, "\(name.quoted()) has \(magic[3]) dimensions (byte 3), 1 to 4 are read")
    }
    let header = try stream.read(4 * Int(magic[3]))
    let dimensions = stride(from: 0, to: header.count, by: 4).map { offset in
      header[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
    }
    let count = try Self.elementCount(dimensions, name: name)
    guard count <= stream.remainingLimit else {
      throw TrainerError(
        .malformedDataFile,
        "\(name.quoted()) promises \(count) bytes of shape \(dimensions), "
          + "more than its \(fileBytes.count) bytes can hold"
      )
    }
    bytes = try stream.read(count)
    try stream.finish()
    self.dimensions = dimensions
  }

  private static func elementCount(_ dimensions: [Int], name: String) throws -> Int {
    var count = 1
    for dimension in dimensions {
      let (product, overflow) = count.multipliedReportingOverflow(by: dimension)
      guard !overflow, product <= elementLimit else {
        throw TrainerError(
          .resourceLimit, "\(name.quoted()) has shape \(dimensions), more than \(elementLimit) elements")
      }
      count = product
    }
    return count
  }
}
