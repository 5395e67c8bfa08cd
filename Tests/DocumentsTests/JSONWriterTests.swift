import Documents
import Testing

struct JSONWriterTests {
  private func canonical(_ value: JSONValue) -> String {
    String(decoding: value.canonicalBytes(), as: UTF8.self)
  }

  /// The samples of RFC 8785, appendix B, as bit patterns.
  @Test(
    "writes numbers as ECMAScript does",
    arguments: [
      (0x0000_0000_0000_0000, "0"), (0x8000_0000_0000_0000, "0"), (0x0000_0000_0000_0001, "5e-324"),
      (0x8000_0000_0000_0001, "-5e-324"), (0x7FEF_FFFF_FFFF_FFFF, "1.7976931348623157e+308"),
      (0xFFEF_FFFF_FFFF_FFFF, "-1.7976931348623157e+308"), (0x4340_0000_0000_0000, "9007199254740992"),
      (0xC340_0000_0000_0000, "-9007199254740992"), (0x4430_0000_0000_0000, "295147905179352830000"),
      (0x44B5_2D02_C7E1_4AF5, "9.999999999999997e+22"), (0x44B5_2D02_C7E1_4AF6, "1e+23"),
      (0x44B5_2D02_C7E1_4AF7, "1.0000000000000001e+23"), (0x444B_1AE4_D6E2_EF4E, "999999999999999700000"),
      (0x444B_1AE4_D6E2_EF4F, "999999999999999900000"), (0x444B_1AE4_D6E2_EF50, "1e+21"),
      (0x3EB0_C6F7_A0B5_ED8C, "9.999999999999997e-7"), (0x3EB0_C6F7_A0B5_ED8D, "0.000001"),
      (0x41B3_DE43_5555_5553, "333333333.3333332"), (0x41B3_DE43_5555_5554, "333333333.33333325"),
      (0x41B3_DE43_5555_5555, "333333333.3333333"), (0x41B3_DE43_5555_5556, "333333333.3333334"),
      (0x41B3_DE43_5555_5557, "333333333.33333343"), (0xBECB_F647_612F_3696, "-0.0000033333333333333333"),
      (0x4314_3FF3_C1CB_0959, "1424953923781206.2"),
    ] as [(UInt64, String)])
  func numbers(bits: UInt64, text: String) {
    #expect(canonical(.number(Double(bitPattern: bits))) == text)
  }

  @Test func integersAreDecimal() {
    #expect(canonical([.integer(.min), .integer(.max), 0, -7]) == "[-9223372036854775808,9223372036854775807,0,-7]")
  }

  @Test func numbersWithoutAValueAreNull() {
    #expect(canonical([.number(.nan), .number(.infinity)]) == "[null,null]")
  }

  @Test func keysAreSortedByTheirBytes() {
    let value: JSONValue = ["b": 1, "a": 2, "B": 3, "": 4, "é": 5, "z": 6, "\u{1F600}": 7, "\u{FFFD}": 8, "aa": 9]
    #expect(canonical(value) == "{\"\":4,\"B\":3,\"a\":2,\"aa\":9,\"b\":1,\"z\":6,\"é\":5,\"\u{FFFD}\":8,\"😀\":7}")
  }

  @Test func escapesAreMinimal() {
    #expect(canonical("\"\\/\u{8}\u{c}\n\r\t\u{0}\u{1f}\u{7f}é") == #""\"\\/\b\f\n\r\t\u0000\u001f"# + "\u{7f}é\"")
  }

  @Test(
    "canonical bytes read back as the same bytes",
    arguments: [
      "{\"z\":[1,2.5,{\"y\":null,\"x\":[true,false]}],\"a\":\"\\u00e9\\n\"}", "[1e-7,1e21,123456789.125]",
      "\"\\ud83d\\ude00\"",
    ])
  func canonicalIsAFixedPoint(text: String) throws {
    let once = try JSONParser.parse(text).canonicalBytes()
    #expect(try JSONParser.parse(once).canonicalBytes() == once)
  }

  @Test func prettyTextKeepsOrder() {
    let value: JSONValue = ["b": [1, "x"], "a": [:], "c": []]
    #expect(
      value.prettyString() == """
        {
          "b": [
            1,
            "x"
          ],
          "a": {},
          "c": []
        }
        """)
  }
}
