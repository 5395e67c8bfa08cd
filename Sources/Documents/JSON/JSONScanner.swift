/// A position in JSON bytes, and the grammar's rules that move it.
struct JSONScanner {
  let bytes: UnsafeRawBufferPointer
  var offset = 0
  /// Reused for strings with escapes.
  var unescaped: [UInt8] = []
  private var valuesLeft: Int

  init(_ bytes: UnsafeRawBufferPointer, maximumValueCount: Int) {
    self.bytes = bytes
    valuesLeft = maximumValueCount
  }

  var isAtEnd: Bool { offset == bytes.count }

  /// The byte at the position; nil at the end.
  @inline(__always)
  var next: UInt8? { offset < bytes.count ? bytes[offset] : nil }

  @inline(__always)
  mutating func skipWhitespace() {
    while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { offset &+= 1 }
  }

  /// Moves over one byte if it is the one given.
  @inline(__always)
  mutating func skip(_ byte: UInt8) -> Bool {
    guard next == byte else { return false }
    offset &+= 1
    return true
  }

  /// Reads the value that starts here.
  mutating func value(depthLeft: Int) throws(DocumentError) -> JSONValue {
    guard let byte = next else { throw unexpected("a value") }
    guard valuesLeft > 0 else { throw tooManyValues() }
    valuesLeft &-= 1
    switch byte {
    case UInt8(ascii: "{"): return .object(try object(depthLeft: depthLeft))
    case UInt8(ascii: "["): return .array(try array(depthLeft: depthLeft))
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    case UInt8(ascii: "t"): return try literal("true", .bool(true))
    case UInt8(ascii: "f"): return try literal("false", .bool(false))
    case UInt8(ascii: "n"): return try literal("null", .null)
    default: throw unexpected("a value")
    }
  }

  private mutating func literal(_ word: StaticString, _ value: JSONValue) throws(DocumentError) -> JSONValue {
    let end = offset + word.utf8CodeUnitCount
    guard end <= bytes.count,
      UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount).elementsEqual(bytes[offset..<end])
    else {
      throw unexpected("\"\(word)\"")
    }
    offset = end
    return value
  }

  private mutating func array(depthLeft: Int) throws(DocumentError) -> [JSONValue] {
    guard depthLeft > 0 else { throw tooDeep() }
    offset &+= 1
    skipWhitespace()
    var elements: [JSONValue] = []
    if skip(UInt8(ascii: "]")) { return elements }
    while true {
      elements.append(try value(depthLeft: depthLeft - 1))
      skipWhitespace()
      if skip(UInt8(ascii: "]")) { return elements }
      guard skip(UInt8(ascii: ",")) else { throw unexpected("\",\" or \"]\"") }
      skipWhitespace()
    }
  }

  private mutating func object(depthLeft: Int) throws(DocumentError) -> JSONObject {
    guard depthLeft > 0 else { throw tooDeep() }
    offset &+= 1
    skipWhitespace()
    var object = JSONObject()
    if skip(UInt8(ascii: "}")) { return object }
    while true {
      let keyOffset = offset
      guard next == UInt8(ascii: "\"") else { throw unexpected("a key in quotes") }
      let key = try string()
      skipWhitespace()
      guard skip(UInt8(ascii: ":")) else { throw unexpected("\":\"") }
      skipWhitespace()
      let member = try value(depthLeft: depthLeft - 1)
      guard object.append(key, member) else {
        throw error(.duplicateKey, "the key \(key.quoted()) stands twice in one object", at: keyOffset, key: key)
      }
      skipWhitespace()
      if skip(UInt8(ascii: "}")) { return object }
      guard skip(UInt8(ascii: ",")) else { throw unexpected("\",\" or \"}\"") }
      skipWhitespace()
    }
  }
}
