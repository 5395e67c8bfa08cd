/// One strip of up to 1024 elements on the way to tokens.
struct DeltaStrip<Word: DeltaWord> {
  let child: UnsafePointer<Word>
  let base: UnsafePointer<Word>
  let flip: Word
  let exponentShift: Word
  let exponentMask: Word
  let top: Int16

  init(
    child: UnsafeRawPointer, base: UnsafeRawPointer, layout: ElementLayout, top: Int
  ) {
    // Chunks may stand at any address: x86 and ARM read words everywhere, and `loadUnaligned` says so below.
    self.child = UnsafePointer(OpaquePointer(child))
    self.base = UnsafePointer(OpaquePointer(base))
    flip = layout.isFloat ? ~0 : 0
    exponentShift = Word(truncatingIfNeeded: layout.exponentShift)
    exponentMask = Word(truncatingIfNeeded: layout.exponentMask)
    self.top = Int16(truncatingIfNeeded: top)
  }

  @inline(__always)
  static func load(_ pointer: UnsafePointer<Word>, _ index: Int) -> Word {
    Word(littleEndian: UnsafeRawPointer(pointer + index).loadUnaligned(as: Word.self))
  }

  /// Differences of elements `range`, from `deltas[0]` on.
  @inline(__always)
  func subtract(_ range: Range<Int>, into deltas: UnsafeMutablePointer<Word>) {
    let count = range.count
    let start = range.lowerBound
    var index = 0
    while index < count {
      let new = DeltaStrip.load(child, start &+ index).ordered(flip)
      let old = DeltaStrip.load(base, start &+ index).ordered(flip)
      deltas[index] = new &- old
      index &+= 1
    }
  }

  /// The context of an element, before the shift.
  @inline(__always)
  func context(_ index: Int) -> UInt16 {
    let exponent = DeltaStrip.load(base, index) &>> exponentShift & exponentMask
    let distance = top &- Int16(truncatingIfNeeded: exponent)
    return UInt16(bitPattern: max(0, min(15, distance)))
  }

  /// Context and token of each difference: `context << 8 | token`.
  @inline(__always)
  func makeKeys(_ range: Range<Int>, deltas: UnsafePointer<Word>, into keys: UnsafeMutablePointer<UInt16>) {
    let count = range.count
    let start = range.lowerBound
    var index = 0
    while index < count {
      keys[index] = context(start &+ index) &<< 8 | Word.token(deltas[index].absolute)
      index &+= 1
    }
  }

  @inline(__always)
  static func isZero(_ deltas: UnsafePointer<Word>, count: Int) -> Bool {
    var bits: Word = 0
    var index = 0
    while index < count {
      bits |= deltas[index]
      index &+= 1
    }
    return bits == 0
  }
}
