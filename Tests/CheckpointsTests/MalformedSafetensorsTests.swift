import Checkpoints
import Testing

/// One malformed file of each kind, with the fact that must be stated about it.
struct MalformedSafetensorsTests {
  struct Malformed: Sendable, CustomTestStringConvertible {
    let kind: String
    let code: CheckpointError.Code
    let bytes: [UInt8]

    init(_ kind: String, _ code: CheckpointError.Code, _ bytes: [UInt8]) {
      self.kind = kind
      self.code = code
      self.bytes = bytes
    }

    init(_ kind: String, _ code: CheckpointError.Code, _ header: String, _ dataByteCount: Int = 0) {
      self.init(kind, code, safetensorsFile(header, dataByteCount: dataByteCount))
    }

    var testDescription: String { kind }
  }

  @Test("is refused", arguments: length + json + duplicates + metadata + entries + shapes + offsets + layout)
  func isRefused(file: Malformed) {
    #expect { try SafetensorsHeader.read(file.bytes) } throws: { error in
      (error as? CheckpointError)?.code == file.code
    }
  }

  @Test func thereAreEnoughKinds() {
    let all = [
      Self.length, Self.json, Self.duplicates, Self.metadata, Self.entries, Self.shapes, Self.offsets, Self.layout,
    ]
    #expect(Set(all.joined().map(\.kind)).count >= 60)
  }

  static let sound = "{" + entry("a", "F32", "[1]", "[0,4]") + "}"

  static let length: [Malformed] = [
    Malformed("no bytes", .empty, []),
    Malformed("one byte", .truncated, [0]),
    Malformed("seven bytes", .truncated, [2, 0, 0, 0, 0, 0, 0]),
    Malformed("length field only, header missing", .truncated, lengthField(2)),
    Malformed("length field of zero", .headerNotJSON, lengthField(0)),
    Malformed("header shorter than its length", .truncated, lengthField(100) + Array(sound.utf8)),
    Malformed("length one beyond the limit", .headerTooLarge, lengthField(100_000_001)),
    Malformed("length at the limit in a short file", .truncated, lengthField(100_000_000)),
    Malformed("length of 2^63", .headerTooLarge, lengthField(1 << 63)),
    Malformed("length of 2^64 - 1", .headerTooLarge, lengthField(.max)),
    Malformed("length that is big-endian", .headerTooLarge, [0, 0, 0, 0, 0, 0, 0, 2] + Array("{}".utf8)),
    Malformed("a zip archive", .headerTooLarge, Array("PK\u{3}\u{4}\u{0}\u{0}\u{8}\u{8}archive/data.pkl".utf8)),
    Malformed("a pointer to a large file", .headerTooLarge, Array("version https://example.org/spec/v1".utf8)),
    Malformed("length that ends inside the JSON", .headerNotJSON, lengthField(20) + Array(sound.utf8)),
  ]

  static let json: [Malformed] = [
    Malformed("header of spaces", .headerNotJSON, "      "),
    Malformed("header of a list", .headerNotJSON, "[]"),
    Malformed("header of a string", .headerNotJSON, "\"a\""),
    Malformed("header of null", .headerNotJSON, "null"),
    Malformed("two objects", .headerNotJSON, "{}{}"),
    Malformed("padding with NUL", .headerNotJSON, "{}\0\0\0\0\0\0"),
    Malformed("byte-order mark", .headerNotJSON, "\u{FEFF}{}"),
    Malformed("trailing comma", .headerNotJSON, "{" + entry("a", "F32", "[1]", "[0,4]") + ",}", 4),
    Malformed("single quotes", .headerNotJSON, "{'a':{}}"),
    Malformed("comment", .headerNotJSON, "{/* */}"),
    Malformed("unclosed object", .headerNotJSON, "{\"a\":{"),
    Malformed("name not UTF-8", .headerNotJSON, safetensorsFile(Array("{\"".utf8) + [0xFF] + Array("\":{}}".utf8))),
    Malformed("name with an overlong NUL", .headerNotJSON, safetensorsFile(Array("{\"".utf8) + [0xC0, 0x80, 0x22])),
    Malformed("name with a lone surrogate", .headerNotJSON, #"{"\ud800":{}}"#),
    Malformed("name with a raw control character", .headerNotJSON, "{\"\u{1}\":{}}"),
    Malformed("number with a leading zero", .headerNotJSON, "{" + entry("a", "F32", "[01]", "[0,4]") + "}", 4),
    Malformed("number that is NaN", .headerNotJSON, "{" + entry("a", "F32", "[NaN]", "[0,4]") + "}", 4),
    Malformed("number without a finite value", .headerNotJSON, "{\"a\":1e999}"),
    Malformed(
      "lists nested 200 deep", .headerNotJSON,
      "{\"a\":" + String(repeating: "[", count: 200) + String(repeating: "]", count: 200) + "}"),
  ]

  static let duplicates: [Malformed] = [
    Malformed(
      "tensor twice", .duplicateKey,
      "{" + entry("a", "F32", "[1]", "[0,4]") + "," + entry("a", "I32", "[1]", "[0,4]") + "}", 4),
    Malformed(
      "tensor twice, once escaped", .duplicateKey,
      "{" + entry("a", "F32", "[1]", "[0,4]") + "," + entry("\\u0061", "F32", "[1]", "[4,8]") + "}", 8),
    Malformed("metadata twice", .duplicateKey, "{\"__metadata__\":{},\"__metadata__\":{}}"),
    Malformed("metadata key twice", .duplicateKey, "{\"__metadata__\":{\"k\":\"1\",\"k\":\"2\"}}"),
    Malformed(
      "dtype twice", .duplicateKey,
      "{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F16\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4),
    Malformed(
      "unknown field twice", .duplicateKey,
      "{\"a\":{\"x\":1,\"x\":2,\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4),
  ]

  static let metadata: [Malformed] = [
    Malformed("metadata is a list", .badMetadata, "{\"__metadata__\":[]}"),
    Malformed("metadata is a string", .badMetadata, "{\"__metadata__\":\"pt\"}"),
    Malformed("metadata value is a number", .badMetadata, "{\"__metadata__\":{\"step\":3}}"),
    Malformed("metadata value is null", .badMetadata, "{\"__metadata__\":{\"step\":null}}"),
    Malformed("metadata value is an object", .badMetadata, "{\"__metadata__\":{\"a\":{}}}"),
    Malformed(
      "metadata is a tensor", .badMetadata, "{" + entry("__metadata__", "F32", "[1]", "[0,4]") + "}", 4),
  ]

  static let entries: [Malformed] = [
    Malformed("entry is null", .badEntry, "{\"a\":null}"),
    Malformed("entry is a number", .badEntry, "{\"a\":1}"),
    Malformed("entry is a list", .badEntry, "{\"a\":[\"F32\",[1],[0,4]]}", 4),
    Malformed("entry is empty", .badEntry, "{\"a\":{}}"),
    Malformed("dtype missing", .badEntry, "{\"a\":{\"shape\":[1],\"data_offsets\":[0,4]}}", 4),
    Malformed("shape missing", .badEntry, "{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,4]}}", 4),
    Malformed("offsets missing", .badEntry, "{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}", 4),
    Malformed("dtype is a number", .badEntry, "{\"a\":{\"dtype\":32,\"shape\":[1],\"data_offsets\":[0,4]}}", 4),
    Malformed("dtype unknown", .unknownDType, "{" + entry("a", "C128", "[1]", "[0,16]") + "}", 16),
    Malformed("dtype in lower case", .unknownDType, "{" + entry("a", "f32", "[1]", "[0,4]") + "}", 4),
    Malformed("dtype in PyTorch's spelling", .unknownDType, "{" + entry("a", "float32", "[1]", "[0,4]") + "}", 4),
    Malformed("dtype empty", .unknownDType, "{" + entry("a", "", "[1]", "[0,4]") + "}", 4),
  ]

  static let shapes: [Malformed] = [
    Malformed("shape is a number", .badShape, "{" + entry("a", "F32", "1", "[0,4]") + "}", 4),
    Malformed("shape is null", .badShape, "{" + entry("a", "F32", "null", "[0,4]") + "}", 4),
    Malformed("dimension is negative", .badShape, "{" + entry("a", "F32", "[-1]", "[0,4]") + "}", 4),
    Malformed("dimension is minus zero", .badShape, "{" + entry("a", "F32", "[-0]", "[0,0]") + "}"),
    Malformed("dimension is a fraction", .badShape, "{" + entry("a", "F32", "[1.0]", "[0,4]") + "}", 4),
    Malformed("dimension has an exponent", .badShape, "{" + entry("a", "F32", "[1e0]", "[0,4]") + "}", 4),
    Malformed("dimension is a string", .badShape, "{" + entry("a", "F32", "[\"1\"]", "[0,4]") + "}", 4),
    Malformed("dimension is true", .badShape, "{" + entry("a", "F32", "[true]", "[0,4]") + "}", 4),
    Malformed(
      "dimension beyond 64 bits", .badShape, "{" + entry("a", "F32", "[18446744073709551616]", "[0,4]") + "}", 4),
    Malformed(
      "element count wraps round to 1", .badShape, "{" + entry("a", "F32", "[4294967297,4294967297]", "[0,4]") + "}", 4),
    Malformed(
      "bit count wraps round to 0", .badShape, "{" + entry("a", "F32", "[576460752303423488]", "[0,0]") + "}"),
    Malformed("sub-byte elements end inside a byte", .sizeMismatch, "{" + entry("a", "F4", "[3]", "[0,2]") + "}", 2),
    Malformed("fewer bytes than the shape takes", .sizeMismatch, "{" + entry("a", "F32", "[2]", "[0,4]") + "}", 4),
    Malformed("more bytes than the shape takes", .sizeMismatch, "{" + entry("a", "F32", "[1]", "[0,8]") + "}", 8),
    Malformed("empty shape without bytes", .sizeMismatch, "{" + entry("a", "F32", "[]", "[0,0]") + "}"),
    Malformed("empty dimension with bytes", .sizeMismatch, "{" + entry("a", "F32", "[0]", "[0,4]") + "}", 4),
  ]

  static let offsets: [Malformed] = [
    Malformed("offsets are a number", .badOffsets, "{" + entry("a", "F32", "[1]", "4") + "}", 4),
    Malformed("one offset", .badOffsets, "{" + entry("a", "F32", "[1]", "[4]") + "}", 4),
    Malformed("three offsets", .badOffsets, "{" + entry("a", "F32", "[1]", "[0,4,8]") + "}", 4),
    Malformed("offset is negative", .badOffsets, "{" + entry("a", "F32", "[1]", "[-4,0]") + "}", 4),
    Malformed("offset is a fraction", .badOffsets, "{" + entry("a", "F32", "[1]", "[0,4.0]") + "}", 4),
    Malformed("offset is a string", .badOffsets, "{" + entry("a", "F32", "[1]", "[\"0\",4]") + "}", 4),
    Malformed("offset beyond 63 bits", .badOffsets, "{" + entry("a", "F32", "[1]", "[0,9223372036854775808]") + "}", 4),
    Malformed("offsets reversed", .badOffsets, "{" + entry("a", "F32", "[1]", "[4,0]") + "}", 4),
  ]

  static let layout: [Malformed] = [
    Malformed("hole before the first tensor", .hole, "{" + entry("a", "F32", "[1]", "[4,8]") + "}", 8),
    Malformed(
      "hole between tensors", .hole,
      "{" + entry("a", "F32", "[1]", "[0,4]") + "," + entry("b", "F32", "[1]", "[8,12]") + "}", 12),
    Malformed("empty tensor after a hole", .hole, "{" + entry("a", "F32", "[0]", "[4,4]") + "}", 4),
    Malformed(
      "offsets near the largest integer", .hole,
      "{" + entry("a", "U8", "[1]", "[9223372036854775806,9223372036854775807]") + "}", 1),
    Malformed(
      "tensors overlap", .overlap,
      "{" + entry("a", "F32", "[2]", "[0,8]") + "," + entry("b", "F32", "[1]", "[4,8]") + "}", 8),
    Malformed(
      "tensors share all bytes", .overlap,
      "{" + entry("a", "F32", "[1]", "[0,4]") + "," + entry("b", "F32", "[1]", "[0,4]") + "}", 4),
    Malformed(
      "empty tensor inside another", .overlap,
      "{" + entry("a", "F32", "[1]", "[0,4]") + "," + entry("b", "F32", "[0]", "[2,2]") + "}", 4),
    Malformed("last tensor cut off", .truncated, "{" + entry("a", "F32", "[2]", "[0,8]") + "}", 7),
    Malformed("all data missing", .truncated, sound),
    Malformed("one byte after the last tensor", .trailingBytes, sound, 5),
    Malformed("bytes after a header without tensors", .trailingBytes, "{}", 1),
  ]
}
