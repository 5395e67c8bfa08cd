import Documents
import Testing

struct YAMLTests {
  private func parse(_ text: String) throws -> YAMLMapping {
    try YAMLDocument.parse(text, name: "recipe.yaml")
  }

  private func code(of text: String) -> DocumentError.Code? {
    do {
      _ = try parse(text)
      return nil
    } catch {
      return (error as? DocumentError)?.code
    }
  }

  @Test func readsTypedValues() throws {
    let root = try parse(
      """
      name: head tuning   # comment
      id: 1234567
      hex: 12e4567
      steps: 300
      rate: 1e-3
      half: .5
      whole: 2
      frozen: true
      note: yes
      models: [a, "b", 'c']
      weights:
        - 0.5
        - 1
      optimizer:
        name: adam
        betas: [0.9, 0.999]
      sources:
        - path: x
        - path: y
      nothing:
      text: |
        two
        lines & more *stars
      """)
    #expect(try root.string("name") == "head tuning")
    #expect(try root.string("id") == "1234567")
    #expect(try root.string("hex") == "12e4567")
    #expect(try root.integer("steps") == 300)
    #expect(try root.number("rate") == 1e-3)
    #expect(try root.number("half") == 0.5)
    #expect(try root.number("whole") == 2)
    #expect(try root.bool("frozen"))
    #expect(try root.string("note") == "yes")
    #expect(try root.strings("models") == ["a", "b", "c"])
    #expect(try root.numbers("weights") == [0.5, 1])
    #expect(try root.oneOrMoreStrings("name") == ["head tuning"])
    #expect(try root.oneOrMoreNumbers("weights") == [0.5, 1])
    let optimizer = try root.mapping("optimizer")
    #expect(try optimizer.string("name") == "adam")
    #expect(try optimizer.numbers("betas") == [0.9, 0.999])
    #expect(try root.mappings("sources").map { try $0.string("path") } == ["x", "y"])
    #expect(try root.optionalString("nothing") == nil)
    #expect(try root.optionalInteger("absent") == nil)
    #expect(try root.string("text") == "two\nlines & more *stars")
    try root.finish()
  }

  @Test(
    "types a plain scalar by the core schema",
    arguments: [
      ("1", JSONValue.integer(1)), ("-17", -17), ("+3", 3), ("0x1F", 31), ("0o17", 15), ("010", 10), ("1.", .number(1)),
      ("1e3", .number(1000)), ("-.5", .number(-0.5)), ("1_000", "1_000"), ("1:30", "1:30"), ("0x", "0x"),
      ("nan", "nan"),
      ("inf", "inf"), (".inf", ".inf"), ("e5", "e5"), ("-", "-"), (".", "."), ("0x1p3", "0x1p3"), ("yes", "yes"),
      ("~", nil),
      ("null", nil), ("False", false), ("2024-01-01", "2024-01-01"), ("\"1\"", "1"), ("'true'", "true"),
      ("!!str 5", "5"),
      ("99999999999999999999", .number(1e20)), ("0x-5", "0x-5"),
    ] as [(String, JSONValue)])
  func types(text: String, value: JSONValue) throws {
    let root = try parse(text == "-" || text == "." ? "key: \"\(text)\"" : "key: \(text)")
    #expect(root.jsonValue["key"] == value)
  }

  @Test(
    "refuses",
    arguments: [
      ("", DocumentError.Code.syntax), ("# only a comment\n", .syntax), ("- a\n- b\n", .wrongType),
      ("word", .wrongType),
      ("a: 1\na: 2\n", .duplicateKey), ("1: x\n\"1\": y\n", .duplicateKey), ("b:\n  a: 1\n  a: 2\n", .duplicateKey),
      ("a: 1\n---\nb: 2\n", .trailingContent), ("a: &x 1\nb: *x\n", .unsupportedFeature),
      ("a: &x 1\n", .unsupportedFeature), ("a: *x\n", .unsupportedFeature), ("a: !custom 1\n", .unsupportedFeature),
      ("a: !!binary aGk=\n", .unsupportedFeature), ("a: !!python/object:os.system x\n", .unsupportedFeature),
      ("? [a, b]\n: 1\n", .unsupportedFeature), ("a: [1, 2\n", .syntax), ("a: \"open\n", .syntax),
      ("a: b: c\n", .syntax),
      ("a:\n\t- tab\n", .syntax), ("a: \u{1}\n", .syntax), ("a: !!map {b: !x 1}\n", .unsupportedFeature),
    ])
  func refuses(text: String, code: DocumentError.Code) {
    #expect(self.code(of: text) == code)
  }

  @Test func keysAreTheirText() throws {
    let root = try parse("1: a\ntrue: b\n\"quoted key\": c\n2.5: d\non: e\n<<: f\n")
    #expect(root.keys == ["1", "true", "quoted key", "2.5", "on", "<<"])
    #expect(try root.string("on") == "e")
    #expect(code(of: "!x a: 1\n") == .unsupportedFeature)
    #expect(code(of: "&x a: 1\n") == .unsupportedFeature)
  }

  @Test func errorsNameFileLineAndKey() throws {
    let root = try parse("name: x\nseed: abc\nlist:\n  - 1\n  - two\nbroken: .inf\n")
    #expect { try root.integer("seed") } throws: {
      ($0 as? DocumentError)?.description
        == "recipe.yaml:2:7: \"seed\" must be an integer, found the string \"abc\""
    }
    #expect { try root.numbers("list") } throws: {
      let error = $0 as? DocumentError
      return error?.code == .wrongType && error?.line == 5 && error?.key == "list"
    }
    #expect { try root.number("broken") } throws: { ($0 as? DocumentError)?.code == .wrongType }
    #expect { try root.mapping("missing") } throws: {
      let error = $0 as? DocumentError
      return error?.code == .missingKey && error?.key == "missing" && error?.name == "recipe.yaml"
    }
    #expect(root.invalidValue(of: "seed", mustBe: "above 0").line == 2)
  }

  @Test func finishRefusesUnknownKeysAtAnyDepth() throws {
    let root = try parse("seed: 1\ninner:\n  rate: 1\n  ratee: 2\n")
    _ = try root.integer("seed")
    _ = try root.mapping("inner").number("rate")
    #expect { try root.finish() } throws: {
      let error = $0 as? DocumentError
      return error?.code == .unknownKey && error?.key == "ratee" && error?.line == 4 && error?.knownKeys == ["rate"]
    }
  }

  @Test("a file of aliases that would grow without bound ends at once", arguments: ["- ", "? "])
  func billionLaughs(use: String) {
    var text = "a0: &a0 [x, x]\n"
    for level in 1...60 {
      text += "a\(level): &a\(level) [*a\(level - 1), *a\(level - 1), *a\(level - 1)]\n"
    }
    text += "end:\n  \(use)*a60\n"
    let clock = ContinuousClock()
    let elapsed = clock.measure { #expect(code(of: text) == .unsupportedFeature) }
    #expect(elapsed < .seconds(1))
  }

  @Test("a few aliases as keys cannot grow far", arguments: [(10, 1), (2, 100_000), (4, 100_000), (5, 1000)])
  func laughsNearTheBound(levels: Int, width: Int) {
    var text = "a0: &a0 [x" + String(repeating: ",x", count: width) + "]\n"
    for level in 1...levels {
      text += "a\(level): &a\(level) [*a\(level - 1), *a\(level - 1), *a\(level - 1)]\n"
    }
    text += "end: {? *a\(levels) : 1}\n"
    let elapsed = ContinuousClock().measure { #expect(code(of: text) == .unsupportedFeature) }
    #expect(elapsed < .seconds(10))
  }

  @Test func textThatLooksLikeAliasesIsRead() throws {
    let root = try parse("filter: '*.weight'\nmore: [\"*a\", '*b', R&D]\nnote: a *b* & c\n# &x *y *z\n")
    #expect(try root.strings("more") == ["*a", "*b", "R&D"])
    #expect(try root.string("note") == "a *b* & c")
  }

  @Test("limits depth", arguments: ["[", "{a: ", "- ", "? "])
  func limitsDepth(opening: String) {
    for depth in [70, 900, 20_000] {
      let text = opening == "[" || opening == "{a: " ? "a: " : ""
      let found = code(of: text + String(repeating: opening, count: depth))
      #expect(found == .tooDeep || found == .syntax || found == .unsupportedFeature)
    }
    let closed = "a: " + String(repeating: "[", count: 70) + String(repeating: "]", count: 70)
    #expect(code(of: closed) == .tooDeep)
  }

  @Test func limitsSize() {
    #expect(code(of: "a: " + String(repeating: "x", count: 1 << 20)) == .tooLarge)
  }
}
