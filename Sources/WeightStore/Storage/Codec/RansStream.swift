/// Eight interleaved rANS coders with states in [2^15, 2^31) that share one stream of 16-bit words: symbol i belongs to
/// state i mod 8.
///
/// As bytes: `wordCount: u32`, the eight states before the first symbol, `u32` each, then the words in the order in
/// which decoding takes them. Decoding a symbol: `slot = state & 2047` names the symbol s, then
/// `state = frequency(s) * (state >> 11) + slot - start(s)`, and if that is below 2^15, `state = state << 16 | word`.
/// After the last symbol every state is 2^15 and no word is left.
enum RansStream {
  static let stateCount = 8
  static let lowest: UInt32 = 1 << 15

  /// Writes symbols `keys`, which index `symbols`; `words` must have room for as many words as there are keys.
  static func encode<Key: FixedWidthInteger & UnsignedInteger>(
    _ keys: UnsafePointer<Key>, count: Int, symbols: UnsafePointer<RansSymbol>, words: UnsafeMutablePointer<UInt16>,
    to writer: inout PayloadWriter
  ) {
    let end = words + count
    var next = end
    var index = count
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: stateCount) { states in
      states.initialize(repeating: lowest)
      while index & 7 != 0 {
        index &-= 1
        put(symbols[Int(truncatingIfNeeded: keys[index])], &states[index & 7], &next)
      }
      var (state0, state1, state2, state3) = (states[0], states[1], states[2], states[3])
      var (state4, state5, state6, state7) = (states[4], states[5], states[6], states[7])
      while index > 0 {
        index &-= 8
        put(symbols[Int(truncatingIfNeeded: keys[index &+ 7])], &state7, &next)
        put(symbols[Int(truncatingIfNeeded: keys[index &+ 6])], &state6, &next)
        put(symbols[Int(truncatingIfNeeded: keys[index &+ 5])], &state5, &next)
        put(symbols[Int(truncatingIfNeeded: keys[index &+ 4])], &state4, &next)
        put(symbols[Int(truncatingIfNeeded: keys[index &+ 3])], &state3, &next)
        put(symbols[Int(truncatingIfNeeded: keys[index &+ 2])], &state2, &next)
        put(symbols[Int(truncatingIfNeeded: keys[index &+ 1])], &state1, &next)
        put(symbols[Int(truncatingIfNeeded: keys[index])], &state0, &next)
      }
      writer.appendLittleEndian(UInt32(truncatingIfNeeded: end - next))
      for state in [state0, state1, state2, state3, state4, state5, state6, state7] { writer.appendLittleEndian(state) }
      writer.append(UnsafeRawBufferPointer(start: next, count: 2 * (end - next)))
    }
  }

  @inline(__always)
  private static func put(_ symbol: RansSymbol, _ state: inout UInt32, _ next: inout UnsafeMutablePointer<UInt16>) {
    let isFull = state >= symbol.limit
    // Written always, kept only if the state is full: no branch that could be guessed wrong.
    (next - 1).pointee = UInt16(truncatingIfNeeded: state).littleEndian
    next -= isFull ? 1 : 0
    let small = isFull ? state &>> 16 : state
    let quotient = UInt32(
      truncatingIfNeeded: (UInt64(small) &* UInt64(symbol.magic)) &>> UInt64(symbol.shift))
    state = small &+ symbol.startAndComplement &>> 16 &+ quotient &* (symbol.startAndComplement & 0xffff)
  }

  /// What stands before the words.
  struct Header {
    let states: [UInt32]
    let words: UnsafeRawBufferPointer

    init(_ reader: inout ByteReader) throws(StoreError) {
      let wordCount = Int(try reader.word32())
      var states: [UInt32] = []
      for _ in 0..<stateCount {
        let state = try reader.word32()
        guard state >= lowest, state < 1 << 31 else {
          throw StoreError(.corruptObject, "rANS state \(state) is out of range")
        }
        states.append(state)
      }
      self.states = states
      words = try reader.bytes(2 * wordCount)
    }
  }
}

/// Decodes the symbols of a rANS stream in groups, and reads only words that exist.
struct RansDecoder {
  /// Symbols of one group at most. Groups but the last have a multiple of 8.
  static let groupSymbolCount = 64

  private var states: [UInt32]
  private var next: UnsafePointer<UInt16>
  /// Up to here a whole group can be decoded without reading past the end.
  private var limit: UnsafePointer<UInt16>
  private var end: UnsafePointer<UInt16>
  private let tail: UnsafeMutablePointer<UInt16>
  private var isInTail = false

  /// - Parameter tail: room for three groups of words.
  init(_ header: RansStream.Header, tail: UnsafeMutablePointer<UInt16>) {
    states = header.states
    self.tail = tail
    // The words may stand at an odd address: they are only ever read unaligned.
    next = UnsafePointer(OpaquePointer(header.words.baseAddress ?? UnsafeRawPointer(tail)))
    end = next + header.words.count / 2
    limit = next
    setLimit()
  }

  /// Decodes one group. `slots` gives the slots of the model that symbol `index` of the group belongs to.
  ///
  /// - Returns: `false` if the stream has ended too early.
  @inline(__always)
  mutating func decode(
    count: Int, into symbols: UnsafeMutablePointer<UInt8>, slots: (_ index: Int) -> UnsafePointer<UInt32>
  ) -> Bool {
    if next > limit, !moveToTail() { return false }
    var next = self.next
    states.withUnsafeMutableBufferPointer { states in
      var (state0, state1, state2, state3) = (states[0], states[1], states[2], states[3])
      var (state4, state5, state6, state7) = (states[4], states[5], states[6], states[7])
      let whole = count & ~7
      var index = 0
      while index < whole {
        symbols[index] = RansDecoder.step(slots(index), &state0, &next)
        symbols[index &+ 1] = RansDecoder.step(slots(index &+ 1), &state1, &next)
        symbols[index &+ 2] = RansDecoder.step(slots(index &+ 2), &state2, &next)
        symbols[index &+ 3] = RansDecoder.step(slots(index &+ 3), &state3, &next)
        symbols[index &+ 4] = RansDecoder.step(slots(index &+ 4), &state4, &next)
        symbols[index &+ 5] = RansDecoder.step(slots(index &+ 5), &state5, &next)
        symbols[index &+ 6] = RansDecoder.step(slots(index &+ 6), &state6, &next)
        symbols[index &+ 7] = RansDecoder.step(slots(index &+ 7), &state7, &next)
        index &+= 8
      }
      (states[0], states[1], states[2], states[3]) = (state0, state1, state2, state3)
      (states[4], states[5], states[6], states[7]) = (state4, state5, state6, state7)
      while index < count {
        symbols[index] = RansDecoder.step(slots(index), &states[index & 7], &next)
        index &+= 1
      }
    }
    self.next = next
    return true
  }

  /// Whether the stream ends here, as it must after the last symbol.
  var isAtEnd: Bool { next == end && states.allSatisfy { $0 == RansStream.lowest } }

  private mutating func setLimit() {
    let wordCount = end - next
    // `next - 1` is never read: the first group then starts in the tail.
    limit = wordCount >= RansDecoder.groupSymbolCount ? end - RansDecoder.groupSymbolCount : next - 1
  }

  /// The last words are copied to where zeros follow them; from there one group may run over the end, no second one.
  @inline(never)
  private mutating func moveToTail() -> Bool {
    guard !isInTail else { return false }
    isInTail = true
    let wordCount = end - next
    let raw = UnsafeMutableRawPointer(tail)
    raw.copyMemory(from: UnsafeRawPointer(next), byteCount: 2 * wordCount)
    (raw + 2 * wordCount).initializeMemory(as: UInt8.self, repeating: 0, count: 4 * RansDecoder.groupSymbolCount)
    next = UnsafePointer(tail)
    end = next + wordCount
    limit = end
    return true
  }

  @inline(__always)
  private static func step(
    _ slots: UnsafePointer<UInt32>, _ state: inout UInt32, _ next: inout UnsafePointer<UInt16>
  ) -> UInt8 {
    let entry = slots[Int(truncatingIfNeeded: state & UInt32(RansModel.scale - 1))]
    let advanced = (entry &>> 8 & 0xfff) &* (state &>> 11) &+ entry &>> 20
    let word = UInt32(UInt16(littleEndian: UnsafeRawPointer(next).loadUnaligned(as: UInt16.self)))
    let isLow = advanced < RansStream.lowest
    state = isLow ? advanced &<< 16 | word : advanced
    next += isLow ? 1 : 0
    return UInt8(truncatingIfNeeded: entry)
  }
}
