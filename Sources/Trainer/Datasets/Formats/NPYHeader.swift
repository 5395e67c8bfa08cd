import Documents
import Tensors

/// The dictionary at the start of an npy file: `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`.
///
/// Only the literals that numpy writes are read; nothing is evaluated.
struct NPYHeader {
  let dtype: DType
  let isBigEndian: Bool
  let dimensions: [Int]

  private enum Value: Equatable {
    case text(String)
    case flag(Bool)
    case sizes([Int])
  }

  private static let dtypes: [String: DType] = [
    "b1": .bool, "u1": .u8, "i1": .i8, "u2": .u16, "i2": .i16, "f2": .f16, "u4": .u32, "i4": .i32, "f4": .f32,
    "u8": .u64, "i8": .i64, "f8": .f64,
  ]

  init(_ bytes: [UInt8], name: String) throws {
    let refuse = { (what: String) in TrainerError(.malformedDataFile, "\(name.quoted()): \(what)") }
    var scanner = Scanner(bytes: bytes[...])
    guard let fields = scanner.dictionary() else {
      throw refuse("the header is not a dictionary of descr, fortran_order and shape")
    }
    guard Set(fields.keys) == ["descr", "fortran_order", "shape"], case .text(let type) = fields["descr"],
      case .flag(let isFortran) = fields["fortran_order"], case .sizes(let dimensions) = fields["shape"]
    else { throw refuse("the header must hold descr, fortran_order and shape, and nothing else") }
    guard !type.contains("O") else {
      throw refuse("the elements are Python objects; pickled data is never opened, save numbers instead")
    }
    guard let order = type.first, "<>|=".contains(order), let dtype = Self.dtypes[String(type.dropFirst())] else {
      throw refuse("elements of type \(type.quoted(limit: 40)) are not read")
    }
    guard !isFortran || dimensions.count < 2 else {
      throw refuse("the elements are in Fortran order; save numpy.ascontiguousarray(x) instead")
    }
    self.dtype = dtype
    isBigEndian = order == ">"
    self.dimensions = dimensions
  }

  private struct Scanner {
    var bytes: ArraySlice<UInt8>

    mutating func skipSpace() {
      while let byte = bytes.first, byte == 0x20 || byte == 0x0A { bytes.removeFirst() }
    }

    mutating func take(_ character: Character) -> Bool {
      skipSpace()
      guard let value = character.asciiValue, bytes.first == value else { return false }
      bytes.removeFirst()
      return true
    }

    mutating func word(_ word: String) -> Bool {
      skipSpace()
      guard bytes.starts(with: word.utf8) else { return false }
      bytes.removeFirst(word.utf8.count)
      return true
    }

    /// The whole of the text, nil if it is anything else.
    mutating func dictionary() -> [String: Value]? {
      guard take("{") else { return nil }
      var fields: [String: Value] = [:]
      while !take("}") {
        guard let key = string(), fields[key] == nil, take(":"), let value = value() else { return nil }
        fields[key] = value
        if take(",") { continue }
        guard take("}") else { return nil }
        break
      }
      skipSpace()
      return bytes.isEmpty ? fields : nil
    }

    private mutating func string() -> String? {
      let quote: Character = take("'") ? "'" : "\""
      guard quote == "'" || take("\"") else { return nil }
      guard let end = bytes.firstIndex(of: quote.asciiValue ?? 0) else { return nil }
      let text = String(decoding: bytes[bytes.startIndex..<end], as: UTF8.self)
      bytes = bytes[(end + 1)...]
      return text.contains("\\") ? nil : text
    }

    private mutating func value() -> Value? {
      if word("True") { return .flag(true) }
      if word("False") { return .flag(false) }
      if take("(") { return sizes().map(Value.sizes) }
      return string().map(Value.text)
    }

    private mutating func sizes() -> [Int]? {
      var sizes: [Int] = []
      while !take(")") {
        skipSpace()
        let digits = bytes.prefix { (0x30...0x39).contains($0) }
        guard let size = Int(String(decoding: digits, as: UTF8.self)) else { return nil }
        sizes.append(size)
        bytes = bytes[digits.endIndex...]
        if take(",") { continue }
        guard take(")") else { return nil }
        break
      }
      return sizes
    }
  }
}
