import Documents
import Glibc

/// Rows of fields from text, one line each: of CSV (RFC 4180, fields may be quoted) or of TSV (nothing is quoted).
///
/// Empty lines are passed over, a byte order mark at the start is dropped; lines end in LF or CR LF.
struct DelimitedReader {
  private let stream: ByteStream
  private let name: String
  private let separator: UInt8
  private let isQuoted: Bool

  /// Bytes at hand, and the next of them.
  private var piece = [UInt8](repeating: 0, count: 1 << 16)
  private var (next, count) = (0, 0)

  /// The fields of the current row, one after the other, and where each ends.
  private var bytes: [UInt8] = []
  private var ends: [Int] = []
  /// Where the current row begins, from 1.
  private(set) var line = 0
  private var lineBreakCount = 0

  /// Bytes of one row, and fields.
  private static let rowLimit = 1 << 24
  private static let fieldLimit = 1 << 20

  init(_ file: DataFile, separator: UInt8, isQuoted: Bool) throws {
    stream = try ByteStream(file)
    name = file.name
    self.separator = separator
    self.isQuoted = isQuoted
    if try peek() == 0xEF, count >= 3, piece[1] == 0xBB, piece[2] == 0xBF { next = 3 }
  }

  var fieldCount: Int { ends.count }

  /// The bytes of a field of the current row.
  func field(_ index: Int) -> ArraySlice<UInt8> { bytes[(index == 0 ? 0 : ends[index - 1])..<ends[index]] }

  /// A field as text.
  ///
  /// - Throws: `TrainerError` with code `malformedDataFile` and the line for bytes that are not UTF-8.
  func text(_ index: Int) throws -> String {
    guard let text = String(validating: field(index), as: UTF8.self) else {
      throw refusal("has bytes that are not UTF-8 in field \(index + 1)")
    }
    return text
  }

  func refusal(_ what: String) -> TrainerError {
    TrainerError(.malformedDataFile, "line \(line) of \(name.quoted()) \(what)")
  }

  /// Reads the next row; false at the end.
  mutating func advance() throws -> Bool {
    while true {
      line = lineBreakCount + 1
      bytes.removeAll(keepingCapacity: true)
      ends.removeAll(keepingCapacity: true)
      guard try peek() != nil else {
        try stream.checkEnd()
        return false
      }
      try readRow()
      if !(ends.count == 1 && bytes.isEmpty) { return true }
    }
  }

  private mutating func peek() throws -> UInt8? {
    if next == count {
      count = try piece.withUnsafeMutableBytes { try stream.fill($0) }
      next = 0
    }
    return next < count ? piece[next] : nil
  }

  private mutating func readRow() throws {
    while try !readField() {
      guard ends.count < Self.fieldLimit else { throw refusal("has more than \(Self.fieldLimit) fields") }
    }
  }

  /// Reads a field and what ends it; true if the row ends with it.
  private mutating func readField() throws -> Bool {
    if isQuoted, try peek() == UInt8(ascii: "\"") { try readQuoted() }
    while let byte = try peek() {
      next += 1
      if byte == separator {
        ends.append(bytes.count)
        return false
      }
      if byte == UInt8(ascii: "\n") {
        lineBreakCount += 1
        if bytes.count > (ends.last ?? 0), bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
        break
      }
      guard bytes.count < Self.rowLimit else { throw refusal("has more than \(Self.rowLimit) bytes") }
      bytes.append(byte)
    }
    ends.append(bytes.count)
    return true
  }

  /// Reads a field in quotation marks; two of them stand for one.
  private mutating func readQuoted() throws {
    next += 1
    while let byte = try peek() {
      next += 1
      if byte == UInt8(ascii: "\"") {
        guard try peek() == UInt8(ascii: "\"") else { return try checkAfterQuotation() }
        next += 1
      }
      if byte == UInt8(ascii: "\n") { lineBreakCount += 1 }
      guard bytes.count < Self.rowLimit else { throw refusal("has more than \(Self.rowLimit) bytes") }
      bytes.append(byte)
    }
    throw refusal("begins a quotation that does not end")
  }

  private mutating func checkAfterQuotation() throws {
    let byte = try peek()
    guard byte == nil || byte == separator || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") else {
      throw refusal("goes on after the quotation mark at the end of field \(ends.count + 1)")
    }
  }
}

extension DelimitedReader {
  /// A field as a finite number; nil if it is none.
  func number(_ index: Int) -> Double? {
    let field = field(index)
    if let value = Self.simpleNumber(field) { return value }
    let allowed = field.allSatisfy { (0x30...0x39).contains($0) || "+-.eE".utf8.contains($0) }
    guard allowed, let value = Double(String(decoding: field, as: UTF8.self)), value.isFinite else { return nil }
    return value
  }

  /// Up to 15 digits with at most one point: exact, because numerator and power of ten are.
  private static func simpleNumber(_ field: ArraySlice<UInt8>) -> Double? {
    let isNegative = field.first == UInt8(ascii: "-")
    let digits = isNegative ? field.dropFirst() : field
    guard (1...16).contains(digits.count) else { return nil }
    var (value, places, hasPoint, count) = (0, 0, false, 0)
    for byte in digits {
      if byte == UInt8(ascii: "."), !hasPoint {
        hasPoint = true
      } else if (0x30...0x39).contains(byte) {
        value = value * 10 + Int(byte - 0x30)
        count += 1
        if hasPoint { places += 1 }
      } else {
        return nil
      }
    }
    guard (1...15).contains(count) else { return nil }
    let magnitude = Double(value) / powersOfTen[places]
    return isNegative ? -magnitude : magnitude
  }

  private static let powersOfTen: [Double] = (0...15).map { pow(10, Double($0)) }
}
