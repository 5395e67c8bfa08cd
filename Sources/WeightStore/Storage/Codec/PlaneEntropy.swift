#if canImport(Glibc)
  import Glibc
#endif

/// What an order-0 entropy coder could make of a plane, from its histogram.
struct PlaneEntropy {
  /// The byte that fills the plane, if one does.
  let constant: UInt8?
  /// Shannon's bound in bytes.
  let estimatedByteCount: Int

  init(_ plane: UnsafeRawBufferPointer) {
    // Four histograms: equal neighbouring bytes would otherwise wait for each other's increment.
    var counts = [UInt32](repeating: 0, count: 4 * 256)
    counts.withUnsafeMutableBufferPointer { counts in
      var index = 0
      while index &+ 4 <= plane.count {
        counts[Int(plane[index])] &+= 1
        counts[256 &+ Int(plane[index &+ 1])] &+= 1
        counts[512 &+ Int(plane[index &+ 2])] &+= 1
        counts[768 &+ Int(plane[index &+ 3])] &+= 1
        index &+= 4
      }
      while index < plane.count {
        counts[Int(plane[index])] &+= 1
        index &+= 1
      }
    }
    var bits = 0.0
    var constant: UInt8?
    let total = Double(plane.count)
    for symbol in 0..<256 {
      let count =
        Int(counts[symbol]) + Int(counts[256 + symbol]) + Int(counts[512 + symbol]) + Int(counts[768 + symbol])
      guard count > 0 else { continue }
      if count == plane.count { constant = UInt8(symbol) }
      bits -= Double(count) * log2(Double(count) / total)
    }
    self.constant = constant
    estimatedByteCount = Int(bits / 8)
  }
}
