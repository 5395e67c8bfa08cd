import Documents
import Testing

struct JSONParserTests {
  @Test(
    "reads values",
    arguments: [
      ("null", JSONValue.null), (" true\n", true), ("false", false), ("0", 0), ("-0", .number(-0.0)), ("-12", -12),
      ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
      ("9223372036854775808", .number(9_223_372_036_854_775_808)), ("1.0", .number(1)), ("1e3", .number(1000)),
      ("-2.5E-1", .number(-0.25)), ("\"a\"", "a"), ("[]", []), ("{}", [:]), ("[1,[2,{}],\"x\"]", [1, [2, [:]], "x"]),
      ("{\"b\":1,\"a\":{\"c\":null}}", ["b": 1, "a": ["c": nil]]), ("\"größe ✓ 😀\"", "größe ✓ 😀"),
      (#""\"\\\/\b\f\n\r\t\u0041\u00e9\ud83d\ude00""#, "\"\\/\u{8}\u{c}\n\r\tA\u{e9}😀"), (#""\u0000""#, "\0"),
    ] as [(String, JSONValue)])
  func reads(text: String, value: JSONValue) throws {
    #expect(try JSONParser.parse(text) == value)
  }

  @Test(
    "refuses",
    arguments: [
      ("", DocumentError.Code.syntax), (" ", .syntax), ("nul", .syntax), ("True", .syntax), ("[1,]", .syntax),
      ("[1 2]", .syntax), ("{\"a\":1,}", .syntax), ("{\"a\" 1}", .syntax), ("{a:1}", .syntax), ("{1:1}", .syntax),
      ("01", .syntax), ("-", .syntax), ("1.", .syntax), (".5", .syntax), ("+1", .syntax), ("1e", .syntax),
      ("0x10", .trailingContent), ("NaN", .syntax), ("1e999", .numberOutOfRange), ("-1e999", .numberOutOfRange),
      ("\"a", .syntax), ("\"\u{1}\"", .syntax), ("\"\t\"", .syntax), (#""\x""#, .syntax), (#""\u12g4""#, .syntax),
      (#""\u12"#, .syntax), (#""\"#, .syntax), (#""\ud800""#, .invalidUnicode), (#""\ud800\u0041""#, .invalidUnicode),
      (#""\udc00""#, .invalidUnicode), (#""\ud800\ud800""#, .invalidUnicode), ("\u{feff}1", .syntax),
      ("1 2", .trailingContent), ("{}x", .trailingContent), ("[", .syntax), ("{", .syntax), ("{\"a\"", .syntax),
      ("[1", .syntax), ("// c\n1", .syntax), ("'a'", .syntax), ("{\"a\":1,\"a\":1}", .duplicateKey),
      (#"{"a":1,"\u0061":2}"#, .duplicateKey), ("{\"x\":{\"a\":1,\"b\":2,\"a\":3}}", .duplicateKey),
    ])
  func refuses(text: String, code: DocumentError.Code) {
    #expect { try JSONParser.parse(text) } throws: { ($0 as? DocumentError)?.code == code }
  }

  @Test(
    "refuses bytes that are not UTF-8",
    arguments: [
      [0x80], [0xC0, 0x80], [0xC1, 0xBF], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xC3],
      [0xF5, 0x80, 0x80, 0x80], [0xFF], [0x5C, 0x6E, 0xC3],
    ] as [[UInt8]])
  func refusesInvalidUTF8(bytes: [UInt8]) {
    #expect { try JSONParser.parse(Array("[\"ab".utf8) + bytes + Array("\"]".utf8)) } throws: {
      let error = $0 as? DocumentError
      return error?.code == .invalidUnicode && (4...6).contains(error?.offset ?? 0)
    }
  }

  @Test func keysThatDifferOnlyInNormalisationAreTwoKeys() throws {
    let value = try JSONParser.parse(#"{"\u00e9":1,"e\u0301":2}"#)
    #expect(value["\u{e9}"] == 1)
    #expect(value["e\u{301}"] == 2)
    #expect(JSONValue.string("\u{e9}") != .string("e\u{301}"))
  }

  @Test func findsDuplicatesInLargeObjects() throws {
    let members = (0..<1000).map { "\"k\($0)\":\($0)" }
    let value = try JSONParser.parse("{" + members.joined(separator: ",") + "}")
    #expect(value["k777"] == 777)
    #expect(value["k1000"] == nil)
    #expect { try JSONParser.parse("{" + (members + ["\"k500\":0"]).joined(separator: ",") + "}") } throws: {
      let error = $0 as? DocumentError
      return error?.code == .duplicateKey && error?.key == "k500"
    }
  }

  @Test func limitsDepth() throws {
    let limits = JSONLimits(maximumDepth: 3, maximumByteCount: 100)
    #expect(try JSONParser.parse("[[[1]]]", limits: limits) == [[[1]]])
    #expect { try JSONParser.parse("[[{\"a\":[]}]]", limits: limits) } throws: {
      ($0 as? DocumentError)?.code == .tooDeep
    }
    #expect { try JSONParser.parse(String(repeating: "[", count: 5_000_000)) } throws: {
      ($0 as? DocumentError)?.code == .tooDeep
    }
  }

  @Test func limitsSize() {
    let limits = JSONLimits(maximumDepth: 3, maximumByteCount: 4)
    #expect { try JSONParser.parse("\"abc\"", limits: limits) } throws: { ($0 as? DocumentError)?.code == .tooLarge }
  }

  @Test func limitsTheNumberOfValues() throws {
    let limits = JSONLimits(maximumValueCount: 4)
    #expect(try JSONParser.parse("[1,{\"a\":2}]", limits: limits) == [1, ["a": 2]])
    for text in ["[1,2,3,4]", "{\"a\":[[[]]],\"b\":1}"] {
      #expect { try JSONParser.parse(text, limits: limits) } throws: { ($0 as? DocumentError)?.code == .tooLarge }
    }
  }

  @Test func errorsSayWhereAndWhat() {
    #expect { try JSONParser.parse("{\n  \"ä\": tru\n}") } throws: {
      let error = $0 as? DocumentError
      return error?.line == 2 && error?.column == 8 && error?.offset == 10
        && error?.description == "2:8: expected \"true\", found \"t\""
    }
  }

  @Test func largeHeaderIsReadQuickly() throws {
    let entries = (0..<8260).map { index in
      "\"model.layers.\(index / 9).self_attn.\(index).q_proj.weight.padding_to_make_names_longer\":"
        + "{\"dtype\":\"BF16\",\"shape\":[4096,4096],\"data_offsets\":[\(index * 1000),\(index * 1000 + 1000)]}"
    }
    let text = Array(("{" + entries.joined(separator: ",") + "}").utf8)
    var value = JSONValue.null
    let elapsed = try ContinuousClock().measure { value = try JSONParser.parse(text) }
    #expect(value.objectValue?.count == 8260)
    // A bound that only an accidental quadratic step would break; speed is measured in release builds.
    #expect(elapsed < .seconds(5))
  }
}
