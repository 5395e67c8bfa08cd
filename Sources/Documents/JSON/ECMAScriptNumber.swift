/// Numbers as text, the way ECMAScript's Number::toString lays them out.
enum ECMAScriptNumber {
  /// The text of a finite number; nil for the others.
  ///
  /// With k significant digits and the decimal point after the n-th:
  ///
  ///     k ≤ n ≤ 21    digits, then n − k zeros
  ///     0 < n ≤ 21    digits with a point after the n-th
  ///     −6 < n ≤ 0    `0.`, then −n zeros, then digits
  ///     otherwise     d[.ddd]e±(n − 1)
  ///
  /// - Source: ECMA-262 §6.1.6.1.20.
  static func text(_ value: Double) -> String? {
    guard value.isFinite else { return nil }
    guard value != 0 else { return "0" }
    let (digits, point) = decimal(value.magnitude)
    let sign = value < 0 ? "-" : ""
    if digits.count <= point, point <= 21 {
      return sign + digits + zeros(point - digits.count)
    }
    if point > 0, point <= 21 {
      return sign + digits.prefix(point) + "." + digits.dropFirst(point)
    }
    if point > -6, point <= 0 {
      return sign + "0." + zeros(-point) + digits
    }
    let fraction = digits.count > 1 ? "." + digits.dropFirst() : ""
    let exponent = point - 1
    return sign + digits.prefix(1) + fraction + (exponent < 0 ? "e-" : "e+") + String(exponent.magnitude)
  }

  /// The shortest digits that read back as the value, without zeros at either end, and the place of the decimal point
  /// before them. The standard library's description holds just these digits, in one of the forms `12.5`, `1.25e-7`.
  private static func decimal(_ value: Double) -> (digits: String, point: Int) {
    let parts = value.description.split(separator: "e")
    let exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
    let mantissa = (parts.first ?? "0").split(separator: ".", omittingEmptySubsequences: false)
    let whole = mantissa.first ?? ""
    let digits = whole + (mantissa.count > 1 ? mantissa[1] : "")
    let significant = digits.drop { $0 == "0" }
    let trailing = significant.reversed().prefix { $0 == "0" }.count
    let leading = digits.count - significant.count
    return (String(significant.dropLast(trailing)), whole.count + exponent - leading)
  }

  private static func zeros(_ count: Int) -> String {
    String(repeating: "0", count: count)
  }
}
