import Glibc
import WeightStore

/// Numbers and dates as people read them.
enum Format {
  /// `4.1 MiB`, `512 B`.
  static func bytes(_ count: Int) -> String {
    var value = Double(count)
    var unit = "B"
    for next in ["KiB", "MiB", "GiB", "TiB"] where value >= 1024 {
      value /= 1024
      unit = next
    }
    return unit == "B" ? "\(count) B" : "\(decimal(value, places: 1)) \(unit)"
  }

  /// Fixed number of places, independent of the locale.
  static func decimal(_ value: Double, places: Int) -> String {
    guard value.isFinite else { return value.isNaN ? "nan" : value < 0 ? "-inf" : "inf" }
    let scale = pow(10.0, Double(places))
    let rounded = (value.magnitude * scale).rounded(.toNearestOrEven)
    guard rounded < 1e15 else { return "\(value)" }
    let whole = Int64(rounded) / Int64(scale)
    let fraction = String(Int64(rounded) % Int64(scale))
    let sign = value < 0 && rounded > 0 ? "-" : ""
    guard places > 0 else { return "\(sign)\(whole)" }
    return "\(sign)\(whole).\(String(repeating: "0", count: places - fraction.count))\(fraction)"
  }

  /// `87.4 %`.
  static func percent(_ fraction: Double, places: Int = 1) -> String { "\(decimal(fraction * 100, places: places)) %" }

  /// Three significant digits: `0.0123`, `1.23e-06`.
  static func significant(_ value: Double) -> String {
    guard value.isFinite, value != 0 else { return value == 0 ? "0" : decimal(value, places: 0) }
    let exponent = Int(floor(log10(value.magnitude)))
    if exponent >= -4 && exponent < 6 { return decimal(value, places: max(0, 2 - exponent)) }
    let mantissa = decimal(value / pow(10, Double(exponent)), places: 2)
    return "\(mantissa)e\(exponent < 0 ? "-" : "+")\(abs(exponent) < 10 ? "0" : "")\(abs(exponent))"
  }

  static func count(_ number: Int, _ noun: String, _ plural: String? = nil) -> String {
    "\(number) \(number == 1 ? noun : plural ?? noun + "s")"
  }

  /// `2026-03-01 14:05:09 +0100`.
  static func date(_ signature: Commit.Signature) -> String {
    date(unixSeconds: signature.unixSeconds, zoneMinutes: signature.zoneMinutes)
  }

  static func date(unixSeconds: Int64, zoneMinutes: Int64) -> String {
    // Checked: both numbers may come from a stored object.
    let (shift, overflowed) = zoneMinutes.multipliedReportingOverflow(by: 60)
    let (local, overflowedAgain) = unixSeconds.addingReportingOverflow(shift)
    var seconds = time_t(local)
    var fields = tm()
    guard !overflowed, !overflowedAgain, gmtime_r(&seconds, &fields) != nil else { return "@\(unixSeconds)" }
    let zone = zoneMinutes.magnitude
    let offset = "\(zoneMinutes < 0 ? "-" : "+")\(two(Int(zone / 60)))\(two(Int(zone % 60)))"
    let day = "\(Int(fields.tm_year) + 1900)-\(two(Int(fields.tm_mon) + 1))-\(two(Int(fields.tm_mday)))"
    return "\(day) \(two(Int(fields.tm_hour))):\(two(Int(fields.tm_min))):\(two(Int(fields.tm_sec))) \(offset)"
  }

  private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
