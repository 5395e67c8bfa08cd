import Glibc

/// Round numbers along an axis, and how they are written.
///
/// The step is 1, 2 or 5 times a power of ten; the first and last tick enclose the values.
/// - Source: P. Heckbert, "Nice numbers for graph labels", Graphics Gems, 1990.
package struct AxisTicks: Sendable, Equatable {
  package let values: [Double]
  package let labels: [String]

  /// Larger numbers are not drawn.
  package static let largestMagnitude = 1e300

  /// - Parameter range: what must be enclosed; a range without extent is widened.
  /// - Parameter count: about so many ticks.
  package init(enclosing range: ClosedRange<Double>, count: Int = 5) {
    let limit = AxisTicks.largestMagnitude
    var low = max(range.lowerBound, -limit)
    var high = min(range.upperBound, limit)
    let magnitude = max(abs(low), abs(high))
    let smallest = magnitude == 0 ? 1 : magnitude * 1e-6
    if high - low < smallest {
      let middle = low / 2 + high / 2
      let half = low == high && magnitude > 0 ? magnitude * 0.05 : smallest / 2
      (low, high) = (middle - half, middle + half)
    }
    let raw = (high - low) / Double(max(1, count - 1))
    var exponent = Int(log10(raw).rounded(.down))
    let leading = raw / pow(10, Double(exponent))
    var mantissa = 1
    // A little more than a round number is that number: quotients are not exact.
    switch leading {
    case ...1.0001: mantissa = 1
    case ...2.0001: mantissa = 2
    case ...5.0001: mantissa = 5
    default: exponent += 1
    }
    let step = Double(mantissa) * pow(10, Double(exponent))
    let first = Int((low / step + 1e-9).rounded(.down))
    let last = Int((high / step - 1e-9).rounded(.up))
    values = (first...max(first, last)).map { AxisTicks.value($0 * mantissa, exponent) }
    labels = (first...max(first, last)).map { AxisTicks.label($0 * mantissa, exponent) }
  }

  package var range: ClosedRange<Double> { (values.first ?? 0)...(values.last ?? 1) }

  /// digits · 10^exponent, rounded once.
  private static func value(_ digits: Int, _ exponent: Int) -> Double {
    exponent < 0 ? Double(digits) / pow(10, Double(-exponent)) : Double(digits) * pow(10, Double(exponent))
  }

  private static func label(_ digits: Int, _ exponent: Int) -> String {
    if digits == 0 { return "0" }
    if exponent > 5 || exponent < -5 { return "\(digits)e\(exponent)" }
    if exponent >= 0 { return "\(digits)\(String(repeating: "0", count: exponent))" }
    let places = -exponent
    let text = String(digits.magnitude)
    let padded = String(repeating: "0", count: max(0, places + 1 - text.count)) + text
    return "\(digits < 0 ? "-" : "")\(padded.dropLast(places)).\(padded.suffix(places))"
  }
}
