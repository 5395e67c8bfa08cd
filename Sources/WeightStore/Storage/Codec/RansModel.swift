#if canImport(Glibc)
  import Glibc
#endif

/// Frequencies of up to 256 symbols that add up to 2048, for the rANS coder.
///
/// As bytes: the first and the last symbol that occur, one byte each, then for every symbol from the first to the last its
/// frequency plus 1 in Elias' gamma code: as many zeros as there are bits below the highest, a one, then those bits, the
/// lowest first. The first bit is the lowest of the first byte; the last byte is filled up with zeros.
enum RansModel {
  static let scaleBitCount = 11
  static let scale = 1 << scaleBitCount
  static let symbolCount = 256

  /// Scales counts so that they add up to 2048 and none that was positive becomes zero. No counts at all give symbol 0
  /// everything.
  static func normalize(_ counts: UnsafePointer<UInt32>, into frequencies: UnsafeMutablePointer<UInt16>) {
    var total: UInt64 = 0
    var last = 0
    for symbol in 0..<symbolCount where counts[symbol] > 0 {
      total += UInt64(counts[symbol])
      last = symbol
    }
    frequencies.update(repeating: 0, count: symbolCount)
    guard total > 0 else {
      frequencies[0] = UInt16(scale)
      return
    }
    var sum = 0
    for symbol in 0...last where counts[symbol] > 0 {
      let scaled = (UInt64(counts[symbol]) * UInt64(scale) + total / 2) / total
      frequencies[symbol] = UInt16(max(1, scaled))
      sum += Int(frequencies[symbol])
    }
    // Rounding has made them too many or too few: change the one where it costs least, until they fit.
    while sum != scale {
      let step = sum < scale ? 1 : -1
      var best = 0
      var bestCost = Double.infinity
      for symbol in 0...last where counts[symbol] > 0 && (step > 0 || frequencies[symbol] > 1) {
        // The derivative of `count * -log2(frequency)`, at the middle of the step.
        let cost = -Double(step) * Double(counts[symbol]) / (Double(frequencies[symbol]) + 0.5 * Double(step))
        if cost < bestCost {
          bestCost = cost
          best = symbol
        }
      }
      frequencies[best] = UInt16(Int(frequencies[best]) + step)
      sum += step
    }
  }

  static func write(_ frequencies: UnsafePointer<UInt16>, to writer: inout PayloadWriter) {
    let (first, last) = bounds(frequencies)
    writer.append(UInt8(first))
    writer.append(UInt8(last))
    var bits: UInt64 = 0
    var bitCount: UInt64 = 0
    for symbol in first...last {
      let value = UInt64(frequencies[symbol]) + 1
      let top = UInt64(63 - value.leadingZeroBitCount)
      bits |= (1 << top | (value & (1 << top - 1)) << (top + 1)) << bitCount
      bitCount += 2 * top + 1
      while bitCount >= 8 {
        writer.append(UInt8(truncatingIfNeeded: bits))
        bits >>= 8
        bitCount -= 8
      }
    }
    if bitCount > 0 { writer.append(UInt8(truncatingIfNeeded: bits)) }
  }

  private static func bounds(_ frequencies: UnsafePointer<UInt16>) -> (first: Int, last: Int) {
    var first = 0
    while first < symbolCount - 1, frequencies[first] == 0 { first += 1 }
    var last = symbolCount - 1
    while last > first, frequencies[last] == 0 { last -= 1 }
    return (first, last)
  }

  /// Reads a model from untrusted bytes.
  static func read(
    _ reader: inout ByteReader, into frequencies: UnsafeMutablePointer<UInt16>
  ) throws(StoreError) {
    frequencies.update(repeating: 0, count: symbolCount)
    let first = Int(try reader.byte())
    let last = Int(try reader.byte())
    guard first <= last else { throw StoreError(.corruptObject, "symbols \(first) to \(last) are no range") }
    var sum = 0
    var bits: UInt64 = 0
    var bitCount = 0
    for symbol in first...last {
      // At most 23 bits stand for one frequency.
      while bits.trailingZeroBitCount >= bitCount || bitCount < 2 * bits.trailingZeroBitCount + 1 {
        guard bitCount <= 24 else { throw StoreError(.corruptObject, "a frequency is larger than \(scale)") }
        bits |= UInt64(try reader.byte()) << UInt64(bitCount)
        bitCount += 8
      }
      let top = bits.trailingZeroBitCount
      let low = bits >> UInt64(top + 1) & (1 << UInt64(top) - 1)
      let frequency = Int(low) + (1 << top) - 1
      guard frequency <= scale else { throw StoreError(.corruptObject, "frequency \(frequency) is above \(scale)") }
      frequencies[symbol] = UInt16(frequency)
      sum += frequency
      bits >>= UInt64(2 * top + 1)
      bitCount -= 2 * top + 1
    }
    guard bits == 0 else { throw StoreError(.corruptObject, "frequencies are followed by bits that mean nothing") }
    guard sum == scale else { throw StoreError(.corruptObject, "frequencies add up to \(sum), not to \(scale)") }
  }

  /// For each symbol what encoding needs.
  static func fillSymbols(_ frequencies: UnsafePointer<UInt16>, _ symbols: UnsafeMutablePointer<RansSymbol>) {
    var start: UInt32 = 0
    for symbol in 0..<symbolCount {
      let frequency = UInt32(frequencies[symbol])
      symbols[symbol] = RansSymbol(frequency: frequency, start: start)
      start += frequency
    }
  }

  /// For each slot `offset in the symbol << 20 | frequency << 8 | symbol`.
  static func fillSlots(_ frequencies: UnsafePointer<UInt16>, _ slots: UnsafeMutablePointer<UInt32>) {
    var slot = 0
    for symbol in 0..<symbolCount {
      let frequency = UInt32(frequencies[symbol])
      var offset: UInt32 = 0
      while offset < frequency, slot < scale {
        slots[slot] = offset << 20 | frequency << 8 | UInt32(symbol)
        offset += 1
        slot += 1
      }
    }
  }

  /// Bits that symbols with these counts take under these frequencies.
  static func bitCount(_ counts: UnsafePointer<UInt32>, _ frequencies: UnsafePointer<UInt16>) -> Double {
    var sum = 0.0
    for symbol in 0..<symbolCount where counts[symbol] > 0 {
      sum += Double(counts[symbol]) * (Double(scaleBitCount) - log2(Double(frequencies[symbol])))
    }
    return sum
  }
}

/// One symbol as the encoder needs it: dividing by its frequency is a multiplication.
struct RansSymbol {
  /// States from here on give off a word first.
  let limit: UInt32
  /// `ceil(2^shift / frequency)`: exact for all states below 2^31.
  let magic: UInt32
  let shift: UInt32
  /// `start << 16 | 2048 - frequency`.
  let startAndComplement: UInt32

  init(frequency: UInt32, start: UInt32) {
    let divisor = max(1, frequency)
    let logarithm = UInt32(32 - (divisor - 1).leadingZeroBitCount)
    shift = 31 + logarithm
    magic = UInt32(truncatingIfNeeded: (UInt64(1) << UInt64(shift) + UInt64(divisor) - 1) / UInt64(divisor))
    limit = frequency << 20
    startAndComplement = start << 16 | (UInt32(RansModel.scale) - frequency)
  }
}
