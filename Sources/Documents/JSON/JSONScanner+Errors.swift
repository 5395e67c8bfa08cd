extension JSONScanner {
  /// The error that something else than `expected` stands here.
  func unexpected(_ expected: String, code: DocumentError.Code = .syntax) -> DocumentError {
    guard let byte = next else { return error(code, "expected \(expected), found the end of the text", at: offset) }
    let isPrintable = byte > 0x20 && byte < 0x7F
    let found = isPrintable ? "\"\(Unicode.Scalar(byte))\"" : "the byte 0x\(String(byte, radix: 16))"
    return error(code, "expected \(expected), found \(found)", at: offset)
  }

  func tooDeep() -> DocumentError {
    error(.tooDeep, "arrays and objects are nested deeper than the limit", at: offset)
  }

  func tooManyValues() -> DocumentError {
    error(.tooLarge, "the text holds more values than the limit", at: offset)
  }

  /// An error at a byte offset, with its line and column counted.
  func error(_ code: DocumentError.Code, _ message: String, at place: Int, key: String? = nil) -> DocumentError {
    var line = 1
    var column = 1
    for byte in bytes[..<min(place, bytes.count)] {
      if byte == 0x0A {
        line += 1
        column = 1
      } else if byte & 0xC0 != 0x80 {
        column += 1
      }
    }
    return DocumentError(code, message, line: line, column: column, offset: place, key: key)
  }
}
