extension JSONScanner {
  /// Reads the string whose opening quote is here.
  mutating func string() throws(DocumentError) -> String {
    let start = offset
    offset &+= 1
    let contents = offset
    var seenBits: UInt8 = 0
    while let byte = next {
      if byte == UInt8(ascii: "\"") {
        let raw = UnsafeRawBufferPointer(rebasing: bytes[contents..<offset])
        offset &+= 1
        // Nothing to validate in ASCII.
        return seenBits < 0x80 ? String(decoding: raw, as: UTF8.self) : try validated(raw, at: contents)
      }
      seenBits |= byte
      if byte == UInt8(ascii: "\\") {
        offset = start
        return try stringWithEscapes()
      }
      guard byte >= 0x20 else { throw controlCharacter(byte) }
      offset &+= 1
    }
    throw unterminated(start)
  }

  private mutating func stringWithEscapes() throws(DocumentError) -> String {
    let start = offset
    offset &+= 1
    unescaped.removeAll(keepingCapacity: true)
    var plain = offset
    while let byte = next {
      if byte == UInt8(ascii: "\"") {
        unescaped.append(contentsOf: try validatedBytes(plain..<offset))
        offset &+= 1
        return String(decoding: unescaped, as: UTF8.self)
      }
      guard byte >= 0x20 else { throw controlCharacter(byte) }
      guard byte == UInt8(ascii: "\\") else {
        offset &+= 1
        continue
      }
      unescaped.append(contentsOf: try validatedBytes(plain..<offset))
      try escape()
      plain = offset
    }
    throw unterminated(start)
  }

  /// Reads the escape that starts here and appends its UTF-8.
  private mutating func escape() throws(DocumentError) {
    let start = offset
    offset &+= 1
    guard let letter = next else { throw unexpected("the rest of an escape") }
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): unescaped.append(letter)
    case UInt8(ascii: "b"): unescaped.append(0x08)
    case UInt8(ascii: "f"): unescaped.append(0x0C)
    case UInt8(ascii: "n"): unescaped.append(0x0A)
    case UInt8(ascii: "r"): unescaped.append(0x0D)
    case UInt8(ascii: "t"): unescaped.append(0x09)
    case UInt8(ascii: "u"):
      offset &+= 1
      unescaped.append(contentsOf: String(Character(try escapedScalar(start: start))).utf8)
      return
    default: throw unexpected("one of \"\\/bfnrtu after a backslash")
    }
    offset &+= 1
  }

  /// Reads the digits after `\u`, and the second half of a surrogate pair.
  private mutating func escapedScalar(start: Int) throws(DocumentError) -> Unicode.Scalar {
    let first = try hexadecimal()
    if let scalar = Unicode.Scalar(first) { return scalar }
    if first < 0xDC00, skip(UInt8(ascii: "\\")), skip(UInt8(ascii: "u")) {
      let second = try hexadecimal()
      if (0xDC00...0xDFFF).contains(second),
        let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
      {
        return scalar
      }
    }
    throw error(.invalidUnicode, "the escape \\u\(String(first, radix: 16)) is half of a surrogate pair", at: start)
  }

  private mutating func hexadecimal() throws(DocumentError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = next else { throw unexpected("a hexadecimal digit") }
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt32(byte - UInt8(ascii: "0"))
      case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt32(byte - UInt8(ascii: "a") + 10)
      case UInt8(ascii: "A")...UInt8(ascii: "F"): value = value << 4 | UInt32(byte - UInt8(ascii: "A") + 10)
      default: throw unexpected("a hexadecimal digit")
      }
      offset &+= 1
    }
    return value
  }

  private func validatedBytes(_ range: Range<Int>) throws(DocumentError) -> Slice<UnsafeRawBufferPointer> {
    _ = try validated(UnsafeRawBufferPointer(rebasing: bytes[range]), at: range.lowerBound)
    return bytes[range]
  }

  private func validated(_ raw: UnsafeRawBufferPointer, at start: Int) throws(DocumentError) -> String {
    let contents = raw.assumingMemoryBound(to: UInt8.self)
    if let text = String(validating: contents, as: UTF8.self) { return text }
    var fault = 0
    do throws(UTF8.ValidationError) {
      _ = try UTF8Span(validating: contents.span)
    } catch {
      fault = error.byteOffsets.lowerBound
    }
    throw self.error(.invalidUnicode, "a string holds bytes that are not UTF-8", at: start + fault)
  }

  private func controlCharacter(_ byte: UInt8) -> DocumentError {
    let code = String(byte, radix: 16)
    return error(
      .syntax, "a string holds the control character U+\(String(repeating: "0", count: 4 - code.count))\(code)",
      at: offset)
  }

  private func unterminated(_ start: Int) -> DocumentError {
    error(.syntax, "a string has no closing quote", at: start)
  }
}
