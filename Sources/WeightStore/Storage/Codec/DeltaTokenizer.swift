/// Turns differences into tokens, raw bits, a bitmap and counts, strip by strip.
struct DeltaTokenizer<Word: DeltaWord> {
  private let workspace: CodecWorkspace
  private let deltas: UnsafeMutablePointer<Word>
  private(set) var keyCount = 0
  private(set) var rawBitCount = 0
  private var bits: UInt64 = 0
  private var bitCount: UInt64 = 0
  private var bitTarget: UnsafeMutablePointer<UInt8>

  /// Clears the counts of the workspace, which this fills: twice 16 contexts of 256 tokens, until `finish` adds them up.
  init(workspace: CodecWorkspace) {
    self.workspace = workspace
    deltas = workspace.stripDeltas.bindMemory(to: Word.self, capacity: CodecWorkspace.stripElementCount)
    bitTarget = workspace.bits
    workspace.counts.update(repeating: 0, count: 2 * DeltaTokenizer.tableCount)
  }

  private static var tableCount: Int { DeltaContexts.maximumCount * RansModel.symbolCount }

  /// `bitmap` bits must be zero; those of blocks that are coded become one.
  mutating func add(_ strip: DeltaStrip<Word>, _ range: Range<Int>, bitmap: UnsafeMutablePointer<UInt8>) {
    let blockElementCount = DeltaTokens.blockElementCount
    strip.subtract(range, into: deltas)
    var start = 0
    while start < range.count {
      let count = min(blockElementCount, range.count &- start)
      if !DeltaStrip<Word>.isZero(deltas + start, count: count) {
        let first = range.lowerBound &+ start
        let block = first / blockElementCount
        bitmap[block &>> 3] |= 1 &<< UInt8(truncatingIfNeeded: block & 7)
        let keys = workspace.keys + keyCount
        strip.makeKeys(first..<(first &+ count), deltas: deltas + start, into: keys)
        keyCount &+= count
        addBlock(deltas + start, keys, count: count)
      }
      start &+= blockElementCount
    }
  }

  private mutating func addBlock(
    _ deltas: UnsafePointer<Word>, _ keys: UnsafePointer<UInt16>, count: Int
  ) {
    let even = workspace.counts
    let odd = even + DeltaTokenizer.tableCount
    // Two tables: the same token twice in a row need not wait for its own increment.
    var index = 0
    while index &+ 1 < count {
      even[Int(keys[index])] &+= 1
      odd[Int(keys[index &+ 1])] &+= 1
      index &+= 2
    }
    if index < count { even[Int(keys[index])] &+= 1 }
    index = 0
    if Word.bitWidth <= 16 {
      // Three times 15 bits fit beside the 7 that may be left over.
      while index &+ 3 <= count {
        putRawBits(deltas[index], token: Int(keys[index] & 0xff))
        putRawBits(deltas[index &+ 1], token: Int(keys[index &+ 1] & 0xff))
        putRawBits(deltas[index &+ 2], token: Int(keys[index &+ 2] & 0xff))
        flush()
        index &+= 3
      }
    }
    while index < count {
      putRawBits(deltas[index], token: Int(keys[index] & 0xff))
      flush()
      index &+= 1
    }
  }

  /// The caller flushes before there are more than 64 bits.
  @inline(__always)
  private mutating func putRawBits(_ delta: Word, token: Int) {
    let magnitude = delta.absolute
    let sign = UInt64(truncatingIfNeeded: delta &>> Word(Word.bitWidth - 1))
    let count = workspace.rawBitCounts[token]
    if Word.bitWidth == 64 {
      // Up to 63 bits do not fit beside what is left over: the sign goes first.
      put(sign, count: min(1, UInt64(count)))
      put(UInt64(truncatingIfNeeded: magnitude) & workspace.rawBitMasks[token], count: UInt64(max(1, count) &- 1))
    } else {
      let low = UInt64(truncatingIfNeeded: magnitude) & workspace.rawBitMasks[token]
      bits |= (low &<< 1 | sign) &<< bitCount
      bitCount &+= UInt64(count)
    }
  }

  private mutating func put(_ value: UInt64, count: UInt64) {
    let low = min(count, 32)
    bits |= (value & (1 &<< low &- 1)) &<< bitCount
    bitCount &+= low
    flush()
    guard count > 32 else { return }
    bits |= (value &>> 32) &<< bitCount
    bitCount &+= count &- 32
    flush()
  }

  @inline(__always)
  private mutating func flush() {
    UnsafeMutableRawPointer(bitTarget).storeBytes(of: bits.littleEndian, as: UInt64.self)
    bitTarget += Int(truncatingIfNeeded: bitCount &>> 3)
    bits &>>= bitCount & 56
    bitCount &= 7
  }

  /// Completes the last byte of the raw bits and adds up the counts.
  mutating func finish() {
    if bitCount > 0 {
      bitTarget.pointee = UInt8(truncatingIfNeeded: bits)
      bitTarget += 1
    }
    let counts = workspace.counts
    for index in 0..<DeltaTokenizer.tableCount { counts[index] &+= counts[DeltaTokenizer.tableCount + index] }
  }

  var rawBits: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: workspace.bits, count: bitTarget - workspace.bits)
  }
}
