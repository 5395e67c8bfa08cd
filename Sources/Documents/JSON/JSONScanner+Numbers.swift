extension JSONScanner {
  /// Reads the number that starts here: `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`.
  mutating func number() throws(DocumentError) -> JSONValue {
    let start = offset
    let isNegative = skip(UInt8(ascii: "-"))
    var magnitude: UInt64 = 0
    var fits = true
    let digits = offset
    while let digit = skipDigit() {
      let (product, overflow) = magnitude.multipliedReportingOverflow(by: 10)
      let (sum, carry) = product.addingReportingOverflow(UInt64(digit))
      magnitude = sum
      fits = fits && !overflow && !carry
    }
    guard offset > digits else { throw unexpected("a digit") }
    guard offset == digits + 1 || bytes[digits] != UInt8(ascii: "0") else {
      throw error(.syntax, "a number starts with a superfluous 0", at: digits)
    }
    let isWhole = try !skipFractionAndExponent()
    if isWhole, fits {
      if !isNegative, let value = Int64(exactly: magnitude) { return .integer(value) }
      // −0 is no integer: it stays the float it is.
      if isNegative, (1...Int64.min.magnitude).contains(magnitude) {
        return .integer(Int64(truncatingIfNeeded: 0 &- magnitude))
      }
    }
    let text = String(decoding: bytes[start..<offset], as: UTF8.self)
    guard let value = Double(text), value.isFinite else {
      throw error(.numberOutOfRange, "the number \(text.prefix(40)) is beyond the range of 64-bit floats", at: start)
    }
    return .number(value)
  }

  /// Moves over a fraction and an exponent; says whether there was either.
  private mutating func skipFractionAndExponent() throws(DocumentError) -> Bool {
    let start = offset
    if skip(UInt8(ascii: ".")) { try skipDigits() }
    if skip(UInt8(ascii: "e")) || skip(UInt8(ascii: "E")) {
      if !skip(UInt8(ascii: "+")) { _ = skip(UInt8(ascii: "-")) }
      try skipDigits()
    }
    return offset > start
  }

  private mutating func skipDigits() throws(DocumentError) {
    guard skipDigit() != nil else { throw unexpected("a digit") }
    while skipDigit() != nil {}
  }

  @inline(__always)
  private mutating func skipDigit() -> UInt8? {
    guard let byte = next, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
    offset &+= 1
    return byte &- UInt8(ascii: "0")
  }
}
