extension DeltaTokens {
  /// - Throws: `StoreError.corruptObject` for anything that is not a payload for this many bytes.
  static func decode(
    _ payload: UnsafeRawBufferPointer, base: UnsafeRawBufferPointer, into bytes: UnsafeMutableRawBufferPointer,
    workspace: CodecWorkspace
  ) throws(StoreError) {
    var reader = ByteReader(payload)
    let header = try Header(&reader, byteCount: bytes.count)
    guard base.count == bytes.count else {
      throw StoreError(.corruptObject, "a delta for \(bytes.count) bytes has a base of \(base.count)")
    }
    guard let child = bytes.baseAddress, let parent = base.baseAddress else { return }
    let count = bytes.count / header.layout.width
    let bitmapByteCount = bitmapByteCount(elementCount: count)
    try PlaneStream.decode(&reader, into: workspace.planes, count: bitmapByteCount, workspace: workspace)
    try DeltaModels.read(&reader, shift: header.shift, workspace: workspace)
    let stream = try RansStream.Header(&reader)
    let rawBits = try reader.bytes(header.rawBitByteCount)
    guard reader.isAtEnd else { throw StoreError(.corruptObject, "a delta is followed by extra bytes") }
    let isWhole =
      switch header.layout.width {
      case 1: decode(header, stream, rawBits, parent, child, as: UInt8.self, count, workspace)
      case 2: decode(header, stream, rawBits, parent, child, as: UInt16.self, count, workspace)
      case 4: decode(header, stream, rawBits, parent, child, as: UInt32.self, count, workspace)
      default: decode(header, stream, rawBits, parent, child, as: UInt64.self, count, workspace)
      }
    guard isWhole else {
      throw StoreError(.corruptObject, "the tokens of a delta do not end where its \(count) elements do")
    }
  }

  private struct Header {
    let layout: ElementLayout
    let shift: Int
    let top: Int
    let rawBitByteCount: Int

    init(_ reader: inout ByteReader, byteCount: Int) throws(StoreError) {
      layout = try ElementLayout(&reader, byteCount: byteCount)
      shift = Int(try reader.byte())
      let reserved = try reader.byte()
      top = Int(try reader.word16())
      rawBitByteCount = Int(try reader.word32())
      guard DeltaContexts.shifts.contains(shift), reserved == 0, top <= layout.exponentMask else {
        throw StoreError(
          .corruptObject, "a delta has context shift \(shift), top \(top), reserved \(reserved): unknown here")
      }
    }
  }

  private static func decode<Word: DeltaWord>(
    _ header: Header, _ stream: RansStream.Header, _ rawBits: UnsafeRawBufferPointer, _ base: UnsafeRawPointer,
    _ child: UnsafeMutableRawPointer, as word: Word.Type, _ count: Int, _ workspace: CodecWorkspace
  ) -> Bool {
    let strip = DeltaStrip<Word>(child: base, base: base, layout: header.layout, top: header.top)
    var rans = RansDecoder(stream, tail: workspace.tailWords)
    var source = RawBitReader(rawBits, tail: workspace.tailBits)
    let bitmap = workspace.planes
    let contexts = workspace.stripContexts
    let slots = UnsafePointer(workspace.ransSlots)
    let contextShift = UInt16(truncatingIfNeeded: header.shift)
    var start = 0
    while start < count {
      let stripCount = min(CodecWorkspace.stripElementCount, count &- start)
      var index = 0
      while index < stripCount {
        contexts[index] = (strip.context(start &+ index) &>> contextShift) &<< UInt16(RansModel.scaleBitCount)
        index &+= 1
      }
      var offset = 0
      while offset < stripCount {
        let blockCount = min(blockElementCount, stripCount &- offset)
        let first = start &+ offset
        let block = first / blockElementCount
        if bitmap[block &>> 3] &>> UInt8(truncatingIfNeeded: block & 7) & 1 == 0 {
          let width = MemoryLayout<Word>.size
          (child + first &* width).copyMemory(from: base + first &* width, byteCount: blockCount &* width)
        } else {
          let blockContexts = contexts + offset
          let isWhole = rans.decode(count: blockCount, into: workspace.blockTokens) { index in
            slots + Int(blockContexts[index])
          }
          guard isWhole, source.prepare() else { return false }
          rebuild(strip, first, blockCount, &source, workspace, child)
        }
        offset &+= blockElementCount
      }
      start &+= stripCount
    }
    return rans.isAtEnd && source.isAtEnd
  }

  @inline(__always)
  private static func rebuild<Word: DeltaWord>(
    _ strip: DeltaStrip<Word>, _ first: Int, _ count: Int, _ source: inout RawBitReader, _ workspace: CodecWorkspace,
    _ child: UnsafeMutableRawPointer
  ) {
    let tokens = workspace.blockTokens
    let counts = workspace.rawBitCounts
    let bases = workspace.tokenBases
    var bits = source
    var index = 0
    while index < count {
      let token = Int(tokens[index])
      let raw = bits.take(Int(counts[token]), isWide: Word.bitWidth == 64)
      let magnitude = Word(truncatingIfNeeded: bases[token] &+ raw &>> 1)
      let signs: Word = 0 &- Word(truncatingIfNeeded: raw & 1)
      let delta = (magnitude ^ signs) &- signs
      let old = DeltaStrip.load(strip.base, first &+ index).ordered(strip.flip)
      let new = (old &+ delta).ordered(strip.flip)
      child.storeBytes(
        of: new.littleEndian, toByteOffset: (first &+ index) &* MemoryLayout<Word>.size, as: Word.self)
      index &+= 1
    }
    source = bits
  }
}

/// Reads raw bits block by block, and only bytes that exist.
struct RawBitReader {
  /// A block takes 32 times 63 bits at most; one more word may be read.
  static let blockByteCount = 32 * 8 + 8

  private var start: UnsafeRawPointer
  private var byteCount: Int
  private var bitPosition = 0
  private let tail: UnsafeMutablePointer<UInt8>
  private var isInTail = false

  init(_ bytes: UnsafeRawBufferPointer, tail: UnsafeMutablePointer<UInt8>) {
    start = bytes.baseAddress ?? UnsafeRawPointer(tail)
    byteCount = bytes.count
    self.tail = tail
  }

  /// Makes sure that the bits of one more block can be taken. `false` if they have ended too early.
  @inline(__always)
  mutating func prepare() -> Bool {
    bitPosition &>> 3 &+ RawBitReader.blockByteCount <= byteCount ? true : moveToTail()
  }

  /// The last bytes are copied to where zeros follow them; a block that runs over the end is the last.
  @inline(never)
  private mutating func moveToTail() -> Bool {
    if isInTail { return bitPosition <= 8 * byteCount }
    isInTail = true
    let offset = bitPosition >> 3
    guard offset <= byteCount else { return false }
    let rest = byteCount - offset
    UnsafeMutableRawPointer(tail).copyMemory(from: start + offset, byteCount: rest)
    (tail + rest).update(repeating: 0, count: 2 * RawBitReader.blockByteCount)
    start = UnsafeRawPointer(tail)
    byteCount = rest
    bitPosition &= 7
    return true
  }

  /// The next `count` bits, at most 56, or 63 if `isWide`.
  @inline(__always)
  mutating func take(_ count: Int, isWide: Bool) -> UInt64 {
    let value =
      UInt64(littleEndian: start.loadUnaligned(fromByteOffset: bitPosition &>> 3, as: UInt64.self))
      &>> UInt64(truncatingIfNeeded: bitPosition & 7)
    if isWide, count > 56 {
      let low = value & (1 &<< 32 &- 1)
      bitPosition &+= 32
      let high = take(count &- 32, isWide: false)
      return high &<< 32 | low
    }
    bitPosition &+= count
    return value & (1 &<< UInt64(truncatingIfNeeded: count) &- 1)
  }

  /// Whether nothing but the filling of the last byte is left.
  var isAtEnd: Bool { (bitPosition + 7) >> 3 == byteCount }
}
