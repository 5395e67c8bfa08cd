/// Sums whose order is fixed, so that they come out the same on any machine, and that vectorise all the same: element i
/// goes to sum i mod 8; the eight are added up as ((0+4)+(2+6)) + ((1+5)+(3+7)).
enum FixedOrderSum {
  /// Σ aᵢbᵢ.
  static func dot(_ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, count: Int) -> Double {
    var lanes = SIMD8<Double>(repeating: 0)
    let whole = count & ~7
    for i in stride(from: 0, to: whole, by: 8) {
      let left = UnsafeRawPointer(a + i).loadUnaligned(as: SIMD8<Double>.self)
      let right = UnsafeRawPointer(b + i).loadUnaligned(as: SIMD8<Double>.self)
      lanes += left * right
    }
    for i in whole..<count { lanes[i & 7] += a[i] * b[i] }
    return fold(lanes)
  }

  /// Σ |aᵢ|.
  static func magnitude(_ a: UnsafePointer<Double>, count: Int) -> Double {
    var lanes = SIMD8<Double>(repeating: 0)
    let whole = count & ~7
    for i in stride(from: 0, to: whole, by: 8) {
      for lane in 0..<8 { lanes[lane] += a[i + lane].magnitude }
    }
    for i in whole..<count { lanes[i & 7] += a[i].magnitude }
    return fold(lanes)
  }

  private static func fold(_ lanes: SIMD8<Double>) -> Double {
    let four = lanes.lowHalf + lanes.highHalf
    let two = four.lowHalf + four.highHalf
    return two[0] + two[1]
  }
}
