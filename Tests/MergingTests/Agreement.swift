import Merging
import Tensors

/// How well results agree with a reference that was computed in another order.
///
/// Allowed: one unit in the last place for BF16 and F16, two for F32, or a millionth of the largest input;
/// for F64 1e-13 of the largest input.
struct Agreement {
  private let scale: Double
  private(set) var count = 0
  private(set) var exactCount = 0
  private(set) var failures: [String] = []

  init(scale inputs: [Double]) {
    scale = inputs.filter(\.isFinite).map(\.magnitude).max() ?? 0
  }

  mutating func compare(_ merged: Merged, _ expected: [UInt8], _ what: String) {
    guard expected.count == merged.bytes.count,
      let expectedValues = try? FloatConversion.doubles(expected, as: merged.dtype),
      let values = try? merged.values
    else {
      failures.append("\(what): \(merged.bytes.count) bytes, expected \(expected.count)")
      return
    }
    for (index, (actual, wanted)) in zip(values, expectedValues).enumerated() {
      count += 1
      if actual == wanted || (actual.isNaN && wanted.isNaN) {
        exactCount += 1
      } else if !isNear(actual, wanted, merged.dtype) {
        failures.append("\(what): element \(index) is \(actual), expected \(wanted)")
      }
    }
  }

  private func isNear(_ actual: Double, _ wanted: Double, _ dtype: DType) -> Bool {
    guard actual.isFinite, wanted.isFinite else { return false }
    let distance = (actual - wanted).magnitude
    // What cancels out leaves rounding noise.
    if distance <= 1e-13 * scale { return true }
    let larger = max(actual.magnitude, wanted.magnitude)
    switch dtype {
    case .bf16: return distance <= Agreement.unit(larger, fractionBits: 7, leastExponent: -126)
    case .f16: return distance <= Agreement.unit(larger, fractionBits: 10, leastExponent: -14)
    case .f32:
      return distance <= max(2 * Agreement.unit(larger, fractionBits: 23, leastExponent: -126), 1e-6 * scale)
    default: return false
    }
  }

  /// One unit in the last place of a number of that size.
  private static func unit(_ value: Double, fractionBits: Int, leastExponent: Int) -> Double {
    let exponent = value == 0 ? leastExponent : max(leastExponent, Int(value.exponent))
    return Double(sign: .plus, exponent: exponent - fractionBits, significand: 1)
  }
}
