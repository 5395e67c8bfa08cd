/// The `zlibPlanes` encoding, which is read but no longer written: byte planes, each in one of three forms.
///
/// Payload: `width: u8`, `rotated: u8` (0 or 1), then for each plane `form: u8`, `byteCount: u32` little-endian, bytes.
/// Forms: 0 the bytes themselves, 1 a zlib stream, 2 one byte that fills the plane.
enum ZlibPlanes {
  private enum Form: UInt8 {
    case raw = 0
    case zlib = 1
    case constant = 2
  }

  private static let widths: Set<Int> = [1, 2, 4, 8]

  package static func decode(_ payload: UnsafeRawBufferPointer, into bytes: UnsafeMutableRawBufferPointer)
    throws(StoreError)
  {
    var reader = ByteReader(payload)
    let width = Int(try reader.byte())
    let rotated = try reader.byte()
    guard widths.contains(width), rotated <= 1, bytes.count.isMultiple(of: width) else {
      throw StoreError(.corruptObject, "planes of width \(width) do not fit \(bytes.count) bytes")
    }
    let planes = UnsafeMutableRawBufferPointer.allocate(byteCount: max(1, bytes.count), alignment: 64)
    defer { planes.deallocate() }
    let planeByteCount = bytes.count / width
    for plane in 0..<width {
      let range = (plane * planeByteCount)..<((plane + 1) * planeByteCount)
      try decodePlane(&reader, into: UnsafeMutableRawBufferPointer(rebasing: planes[range]))
    }
    guard reader.isAtEnd else { throw StoreError(.corruptObject, "planes are followed by extra bytes") }
    let joined = UnsafeRawBufferPointer(rebasing: planes[..<bytes.count])
    BytePlanes.join(joined, width: width, rotatesSign: rotated == 1, into: bytes)
  }

  private static func decodePlane(
    _ reader: inout ByteReader, into plane: UnsafeMutableRawBufferPointer
  ) throws(StoreError) {
    let formByte = try reader.byte()
    let stored = try reader.bytes(Int(try reader.word32()))
    switch Form(rawValue: formByte) {
    case .raw where stored.count == plane.count: plane.copyMemory(from: stored)
    case .zlib: try ZlibStream.decompress(stored, into: plane)
    case .constant where stored.count == 1: _ = plane.initializeMemory(as: UInt8.self, repeating: stored[0])
    default:
      throw StoreError(.corruptObject, "plane form \(formByte) with \(stored.count) bytes cannot fill \(plane.count)")
    }
  }
}
