/// The `planes` encoding: byte planes, each in its own form.
///
/// Payload: `width: u8` (1, 2, 4 or 8), `exponentBitCount: u8` (0 for integers), then the planes as `PlaneStream`s, the
/// least significant first. Where there is an exponent, every element is rotated left by one bit first: the sign goes
/// to the low end, and the exponent fills the top byte.
enum EntropyPlanes {
  static func encode(
    _ bytes: UnsafeRawBufferPointer, layout: ElementLayout, workspace: CodecWorkspace, to writer: inout PayloadWriter
  ) {
    let count = bytes.count / layout.width
    let planes = workspace.planes
    BytePlanes.split(
      bytes, width: layout.width, rotatesSign: layout.isFloat,
      into: UnsafeMutableRawBufferPointer(start: planes, count: bytes.count))
    writer.append(UInt8(layout.width))
    writer.append(UInt8(layout.exponentBitCount))
    for plane in 0..<layout.width where !writer.isOverfull {
      PlaneStream.encode(
        planes + plane * count, count: count, workspace: workspace, scratch: workspace.bits, to: &writer)
    }
  }

  static func decode(
    _ payload: UnsafeRawBufferPointer, into bytes: UnsafeMutableRawBufferPointer, workspace: CodecWorkspace
  ) throws(StoreError) {
    var reader = ByteReader(payload)
    let layout = try ElementLayout(&reader, byteCount: bytes.count)
    let count = bytes.count / layout.width
    for plane in 0..<layout.width {
      try PlaneStream.decode(&reader, into: workspace.planes + plane * count, count: count, workspace: workspace)
    }
    guard reader.isAtEnd else { throw StoreError(.corruptObject, "planes are followed by extra bytes") }
    BytePlanes.join(
      UnsafeRawBufferPointer(start: workspace.planes, count: bytes.count), width: layout.width,
      rotatesSign: layout.isFloat, into: bytes)
  }
}

extension ElementLayout {
  /// Reads the first two bytes of a payload that stands for `byteCount` bytes.
  init(_ reader: inout ByteReader, byteCount: Int) throws(StoreError) {
    let width = Int(try reader.byte())
    let exponentBitCount = Int(try reader.byte())
    guard let layout = ElementLayout(width: width, exponentBitCount: exponentBitCount),
      byteCount.isMultiple(of: width)
    else {
      throw StoreError(
        .corruptObject,
        "elements of \(width) bytes with \(exponentBitCount) exponent bits do not fit \(byteCount) bytes")
    }
    self = layout
  }
}
