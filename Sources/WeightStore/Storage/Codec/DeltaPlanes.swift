/// The `deltaPlanes` encoding: differences to a base chunk of the same size as byte planes.
///
/// d as in `DeltaTokens`; then zigzag, `d << 1 ^ d >> (w - 1)` with an arithmetic shift, so that small magnitudes have
/// empty high bytes. Payload: `width: u8`, `exponentBitCount: u8`, then the planes as `PlaneStream`s, the least
/// significant first.
enum DeltaPlanes {
  static func encode(
    _ bytes: UnsafeRawBufferPointer, base: UnsafeRawBufferPointer, layout: ElementLayout, workspace: CodecWorkspace,
    to writer: inout PayloadWriter
  ) {
    guard let child = bytes.baseAddress, let parent = base.baseAddress else { return }
    let count = bytes.count / layout.width
    let zigzag = UnsafeMutableRawPointer(workspace.keys)
    makeDifferences(child, parent, count, layout: layout, into: zigzag)
    BytePlanes.split(
      UnsafeRawBufferPointer(start: zigzag, count: bytes.count), width: layout.width, rotatesSign: false,
      into: UnsafeMutableRawBufferPointer(start: workspace.planes, count: bytes.count))
    writer.append(UInt8(layout.width))
    writer.append(UInt8(layout.exponentBitCount))
    for plane in 0..<layout.width where !writer.isOverfull {
      PlaneStream.encode(
        workspace.planes + plane * count, count: count, workspace: workspace, scratch: workspace.bits, to: &writer)
    }
  }

  /// Differences of `count` elements in zigzag form.
  static func makeDifferences(
    _ child: UnsafeRawPointer, _ base: UnsafeRawPointer, _ count: Int, layout: ElementLayout,
    into zigzag: UnsafeMutableRawPointer
  ) {
    switch layout.width {
    case 1: makeDifferences(child, base, count, flip: UInt8(0), into: zigzag)
    case 2: makeDifferences(child, base, count, flip: layout.isFloat ? UInt16.max : 0, into: zigzag)
    case 4: makeDifferences(child, base, count, flip: layout.isFloat ? UInt32.max : 0, into: zigzag)
    default: makeDifferences(child, base, count, flip: layout.isFloat ? UInt64.max : 0, into: zigzag)
    }
  }

  @inline(__always)
  private static func makeDifferences<Word: DeltaWord>(
    _ child: UnsafeRawPointer, _ base: UnsafeRawPointer, _ count: Int, flip: Word, into zigzag: UnsafeMutableRawPointer
  ) {
    let width = MemoryLayout<Word>.size
    for index in 0..<count {
      let new = Word(littleEndian: child.loadUnaligned(fromByteOffset: index &* width, as: Word.self)).ordered(flip)
      let old = Word(littleEndian: base.loadUnaligned(fromByteOffset: index &* width, as: Word.self)).ordered(flip)
      let delta = new &- old
      let signs: Word = 0 &- (delta &>> Word(Word.bitWidth - 1))
      zigzag.storeBytes(of: (delta &<< 1 ^ signs).littleEndian, toByteOffset: index &* width, as: Word.self)
    }
  }

  static func decode(
    _ payload: UnsafeRawBufferPointer, base: UnsafeRawBufferPointer, into bytes: UnsafeMutableRawBufferPointer,
    workspace: CodecWorkspace
  ) throws(StoreError) {
    guard base.count == bytes.count else {
      throw StoreError(.corruptObject, "a delta for \(bytes.count) bytes has a base of \(base.count)")
    }
    var reader = ByteReader(payload)
    let layout = try ElementLayout(&reader, byteCount: bytes.count)
    let count = bytes.count / layout.width
    for plane in 0..<layout.width {
      try PlaneStream.decode(&reader, into: workspace.planes + plane * count, count: count, workspace: workspace)
    }
    guard reader.isAtEnd else { throw StoreError(.corruptObject, "planes are followed by extra bytes") }
    BytePlanes.join(
      UnsafeRawBufferPointer(start: workspace.planes, count: bytes.count), width: layout.width, rotatesSign: false,
      into: bytes)
    guard let child = bytes.baseAddress, let parent = base.baseAddress else { return }
    switch layout.width {
    case 1: addDifferences(parent, child, count, flip: UInt8(0))
    case 2: addDifferences(parent, child, count, flip: layout.isFloat ? UInt16.max : 0)
    case 4: addDifferences(parent, child, count, flip: layout.isFloat ? UInt32.max : 0)
    default: addDifferences(parent, child, count, flip: layout.isFloat ? UInt64.max : 0)
    }
  }

  @inline(__always)
  private static func addDifferences<Word: DeltaWord>(
    _ base: UnsafeRawPointer, _ child: UnsafeMutableRawPointer, _ count: Int, flip: Word
  ) {
    let width = MemoryLayout<Word>.size
    for index in 0..<count {
      let zigzag = Word(littleEndian: child.loadUnaligned(fromByteOffset: index &* width, as: Word.self))
      let delta = zigzag &>> 1 ^ (0 &- (zigzag & 1))
      let old = Word(littleEndian: base.loadUnaligned(fromByteOffset: index &* width, as: Word.self)).ordered(flip)
      child.storeBytes(of: (old &+ delta).ordered(flip).littleEndian, toByteOffset: index &* width, as: Word.self)
    }
  }
}
