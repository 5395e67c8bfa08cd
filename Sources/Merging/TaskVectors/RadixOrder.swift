/// Sorting by radix.
enum RadixOrder {
  /// The rank of each key from 0 for the smallest. Of equal keys the first has the highest rank.
  static func ascendingRanks(_ keys: [UInt32]) -> [UInt32] {
    // From last to first, so that a stable sort leaves the first of equal keys at the end.
    var order = (0..<UInt32(keys.count)).reversed().map(\.self)
    var sorted = order
    for shift: UInt32 in [0, 11, 22] {
      var starts = [Int](repeating: 0, count: 1 << 11)
      for key in keys { starts[Int(key >> shift) & 0x7FF] += 1 }
      if starts.contains(keys.count) { continue }
      var next = 0
      for bin in starts.indices { (starts[bin], next) = (next, next + starts[bin]) }
      for index in order {
        let bin = Int(keys[Int(index)] >> shift) & 0x7FF
        sorted[starts[bin]] = index
        starts[bin] += 1
      }
      swap(&order, &sorted)
    }
    var ranks = [UInt32](repeating: 0, count: keys.count)
    for (rank, index) in order.enumerated() { ranks[Int(index)] = UInt32(rank) }
    return ranks
  }
}
