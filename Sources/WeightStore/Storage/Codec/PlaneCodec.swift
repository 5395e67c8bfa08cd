/// The `planes` encoding: byte planes, each stored in the smallest of three forms.
///
/// Payload: `width: u8`, `rotated: u8` (0 or 1), then for each plane `form: u8`, `byteCount: u32` little-endian, bytes.
/// Forms: 0 the bytes themselves, 1 a zlib stream, 2 one byte that fills the plane.
package enum PlaneCodec {
  private enum Form: UInt8 {
    case raw = 0
    case zlib = 1
    case constant = 2
  }

  private static let widths: Set<Int> = [1, 2, 4, 8]
  private static let planeHeaderByteCount = 5

  /// `nil` when the bytes are not whole elements.
  package static func encode(_ bytes: UnsafeRawBufferPointer, width: Int, rotatesSign: Bool) throws(StoreError)
    -> [UInt8]?
  {
    guard widths.contains(width), bytes.count.isMultiple(of: width), !bytes.isEmpty else { return nil }
    let planes = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 64)
    defer { planes.deallocate() }
    BytePlanes.split(bytes, width: width, rotatesSign: rotatesSign, into: planes)

    let planeByteCount = bytes.count / width
    var payload: [UInt8] = [UInt8(width), rotatesSign ? 1 : 0]
    for plane in 0..<width {
      let range = (plane * planeByteCount)..<((plane + 1) * planeByteCount)
      let (form, stored) = try encodePlane(UnsafeRawBufferPointer(rebasing: planes[range]))
      payload.append(form.rawValue)
      payload.appendLittleEndian(UInt32(stored.count))
      payload += stored
    }
    return payload
  }

  private static func encodePlane(_ plane: UnsafeRawBufferPointer) throws(StoreError) -> (Form, [UInt8]) {
    let entropy = PlaneEntropy(plane)
    if let constant = entropy.constant { return (.constant, [constant]) }
    // Mantissa planes are noise: spending time on a saving below 1/64 is not worth it.
    guard entropy.estimatedByteCount < plane.count - plane.count / 64 else { return (.raw, Array(plane)) }
    if let stored = try ZlibStream.compress(plane, strategy: .huffmanOnly, limit: plane.count - 1) {
      return (.zlib, stored)
    }
    return (.raw, Array(plane))
  }

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
