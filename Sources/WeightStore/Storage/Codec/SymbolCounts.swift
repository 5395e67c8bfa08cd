#if canImport(Glibc)
  import Glibc
#endif

/// How often each byte occurs.
struct SymbolCounts {
  let counts: [UInt32]
  let total: Int

  private init(counts: [UInt32], total: Int) {
    self.counts = counts
    self.total = total
  }

  /// Counts all bytes.
  init(_ bytes: UnsafePointer<UInt8>, count: Int) {
    let counts = SymbolCounts.counts { table in SymbolCounts.add(bytes, count: count, to: table) }
    self.init(counts: counts, total: count)
  }

  /// Counts 16 pieces of 1024 bytes, spread evenly; all bytes if there are not more than twice as many.
  init(sampling bytes: UnsafePointer<UInt8>, count: Int) {
    let pieceCount = 16
    let pieceByteCount = 1024
    guard count > 2 * pieceCount * pieceByteCount else {
      self.init(bytes, count: count)
      return
    }
    let counts = SymbolCounts.counts { table in
      for piece in 0..<pieceCount {
        let start = (count - pieceByteCount) / (pieceCount - 1) * piece
        SymbolCounts.add(bytes + start, count: pieceByteCount, to: table)
      }
    }
    self.init(counts: counts, total: pieceCount * pieceByteCount)
  }

  /// The byte that is the only one, if so.
  var constant: UInt8? {
    guard let symbol = counts.firstIndex(where: { $0 > 0 }), Int(counts[symbol]) == total else { return nil }
    return UInt8(symbol)
  }

  /// Shannon's bound for an order-0 coder.
  var entropyBitCount: Double { entropy(counts) }

  // Four histograms: equal neighbouring bytes would otherwise wait for each other's increment.
  private static func counts(_ body: (UnsafeMutablePointer<UInt32>) -> Void) -> [UInt32] {
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 4 * 256) { table in
      table.initialize(repeating: 0)
      guard let start = table.baseAddress else { return [UInt32](repeating: 0, count: 256) }
      body(start)
      var sums = [UInt32](repeating: 0, count: 256)
      for index in 0..<(4 * 256) { sums[index & 255] &+= table[index] }
      return sums
    }
  }

  private static func add(_ bytes: UnsafePointer<UInt8>, count: Int, to table: UnsafeMutablePointer<UInt32>) {
    var index = 0
    while index &+ 8 <= count {
      let word = UInt64(littleEndian: UnsafeRawPointer(bytes + index).loadUnaligned(as: UInt64.self))
      table[Int(truncatingIfNeeded: word & 0xff)] &+= 1
      table[256 &+ Int(truncatingIfNeeded: word &>> 8 & 0xff)] &+= 1
      table[512 &+ Int(truncatingIfNeeded: word &>> 16 & 0xff)] &+= 1
      table[768 &+ Int(truncatingIfNeeded: word &>> 24 & 0xff)] &+= 1
      table[Int(truncatingIfNeeded: word &>> 32 & 0xff)] &+= 1
      table[256 &+ Int(truncatingIfNeeded: word &>> 40 & 0xff)] &+= 1
      table[512 &+ Int(truncatingIfNeeded: word &>> 48 & 0xff)] &+= 1
      table[768 &+ Int(truncatingIfNeeded: word &>> 56)] &+= 1
      index &+= 8
    }
    while index < count {
      table[Int(bytes[index])] &+= 1
      index &+= 1
    }
  }
}

/// Shannon's bound in bits for symbols with these counts.
func entropy(_ counts: some Sequence<UInt32>) -> Double {
  var total = 0.0
  var sum = 0.0
  for count in counts where count > 0 {
    let count = Double(count)
    total += count
    sum += count * log2(count)
  }
  return total > 0 ? max(0, total * log2(total) - sum) : 0
}
