/// A canonical Huffman code for bytes, with codes of at most 11 bits.
///
/// Codes are given out by length, then by symbol, and stand in the stream with their first bit lowest.
struct HuffmanCode {
  static let maximumLength = 11
  static let slotCount = 1 << maximumLength

  /// For each byte the length of its code; 0 if it does not occur.
  let lengths: [UInt8]

  /// `nil` with fewer than two symbols.
  init?(_ counts: [UInt32]) {
    var symbols = counts.indices.filter { counts[$0] > 0 }
    guard symbols.count >= 2 else { return nil }
    symbols.sort { (counts[$0], $0) < (counts[$1], $1) }
    var lengths = HuffmanCode.unlimitedLengths(symbols.map { UInt64(counts[$0]) })
    guard HuffmanCode.limit(&lengths) else { return nil }
    var table = [UInt8](repeating: 0, count: 256)
    for (symbol, length) in zip(symbols, lengths) { table[symbol] = UInt8(length) }
    self.lengths = table
  }

  /// Reads lengths from untrusted bytes.
  ///
  /// - Throws: `StoreError.corruptObject` unless the code is complete: every bit sequence means something.
  init(checking lengths: [UInt8]) throws(StoreError) {
    var used = 0
    for length in lengths where length > 0 {
      guard length <= HuffmanCode.maximumLength else {
        throw StoreError(.corruptObject, "a Huffman code of \(length) bits is longer than \(HuffmanCode.maximumLength)")
      }
      used += 1 << (HuffmanCode.maximumLength - Int(length))
    }
    guard lengths.count == 256, used == HuffmanCode.slotCount else {
      throw StoreError(.corruptObject, "Huffman code lengths use \(used) of \(HuffmanCode.slotCount) slots")
    }
    self.lengths = lengths
  }

  /// Bits of all symbols with these counts.
  func bitCount(_ counts: [UInt32]) -> Int {
    zip(counts, lengths).reduce(0) { $0 + Int($1.0) * Int($1.1) }
  }

  /// Code lengths for counts in ascending order, by merging the two rarest again and again.
  private static func unlimitedLengths(_ counts: [UInt64]) -> [Int] {
    let leafCount = counts.count
    var weights = counts
    var parents = [Int](repeating: 0, count: 2 * leafCount - 1)
    var leaf = 0
    var node = leafCount
    for next in leafCount..<(2 * leafCount - 1) {
      var weight: UInt64 = 0
      for _ in 0..<2 {
        let takesLeaf = leaf < leafCount && (node >= next || weights[leaf] <= weights[node])
        let taken = takesLeaf ? leaf : node
        if takesLeaf { leaf += 1 } else { node += 1 }
        weight += weights[taken]
        parents[taken] = next
      }
      weights.append(weight)
    }
    var depths = [Int](repeating: 0, count: 2 * leafCount - 1)
    for index in stride(from: 2 * leafCount - 3, through: 0, by: -1) { depths[index] = depths[parents[index]] + 1 }
    return Array(depths[..<leafCount])
  }

  /// Cuts lengths (of symbols in ascending order of count) to the maximum and mends the code: rare symbols give room.
  private static func limit(_ lengths: inout [Int]) -> Bool {
    var used = 0
    for index in lengths.indices {
      lengths[index] = min(lengths[index], maximumLength)
      used += 1 << (maximumLength - lengths[index])
    }
    while used > slotCount {
      guard let index = lengths.firstIndex(where: { $0 < maximumLength }) else { return false }
      lengths[index] += 1
      used -= 1 << (maximumLength - lengths[index])
    }
    for index in lengths.indices.reversed() {
      while used < slotCount, lengths[index] > 1, used + 1 << (maximumLength - lengths[index]) <= slotCount {
        used += 1 << (maximumLength - lengths[index])
        lengths[index] -= 1
      }
    }
    return used == slotCount
  }

  /// For each byte `code << 4 | length`.
  var encodingTable: [UInt16] {
    var table = [UInt16](repeating: 0, count: 256)
    forEachCode { symbol, length, code in table[symbol] = UInt16(code << 4 | length) }
    return table
  }

  /// For each value of the next 11 bits `symbol << 8 | length`.
  func fillSlots(_ slots: UnsafeMutablePointer<UInt16>) {
    forEachCode { symbol, length, code in
      for slot in stride(from: code, to: HuffmanCode.slotCount, by: 1 << length) {
        slots[slot] = UInt16(symbol << 8 | length)
      }
    }
  }

  /// Codes come with their first bit lowest.
  private func forEachCode(_ body: (_ symbol: Int, _ length: Int, _ code: Int) -> Void) {
    var next = 0
    for length in 1...HuffmanCode.maximumLength {
      for symbol in 0..<256 where Int(lengths[symbol]) == length {
        let reversed = UInt16(truncatingIfNeeded: next).bitReversed >> UInt16(16 - length)
        body(symbol, length, Int(reversed))
        next += 1
      }
      next <<= 1
    }
  }
}

extension UInt16 {
  fileprivate var bitReversed: UInt16 {
    var value = self
    value = (value & 0x5555) << 1 | (value >> 1) & 0x5555
    value = (value & 0x3333) << 2 | (value >> 2) & 0x3333
    value = (value & 0x0f0f) << 4 | (value >> 4) & 0x0f0f
    return value << 8 | value >> 8
  }
}
