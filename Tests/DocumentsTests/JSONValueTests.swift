import Documents
import Testing

struct JSONValueTests {
  @Test func accessorsGiveOnlyTheirOwnType() {
    let value: JSONValue = ["s": "x", "i": 3, "n": 2.5, "b": true, "a": [1], "o": [:], "z": nil]
    #expect(value["s"]?.stringValue == "x")
    #expect(value["i"]?.integerValue == 3)
    #expect(value["i"]?.numberValue == 3)
    #expect(value["n"]?.numberValue == 2.5)
    #expect(value["n"]?.integerValue == nil)
    #expect(value["b"]?.boolValue == true)
    #expect(value["a"]?.arrayValue == [1])
    #expect(value["o"]?.objectValue?.isEmpty == true)
    #expect(value["z"] == .null)
    #expect(value["missing"] == nil)
    #expect(value["s"]?["x"] == nil)
  }

  @Test func aRepeatedKeyReplacesInPlace() {
    let object = JSONObject([(key: "a", value: 1), (key: "b", value: 2), (key: "a", value: 3)])
    #expect(object.members.map(\.key) == ["a", "b"])
    #expect(object["a"] == 3)
  }

  @Test func equalityIsOfOrderedMembers() {
    #expect(JSONObject([(key: "a", value: 1)]) == ["a": 1])
    #expect(JSONValue.object(["a": 1, "b": 2]) != .object(["b": 2, "a": 1]))
    #expect(JSONValue.integer(1) != .number(1))
    #expect(Set<JSONValue>([["a": 1], ["a": 1], [1, nil], [1, nil]]).count == 2)
  }
}
