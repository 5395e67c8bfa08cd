import Documents
import Testing

struct JSONMergeTests {
  private static func merge(_ base: String?, _ ours: String?, _ theirs: String?) throws -> (String?, [String]) {
    func value(_ text: String?) throws -> JSONValue? { try text.map { try JSONParser.parse($0) } }
    let merge = try JSONMerge(base: value(base), ours: value(ours), theirs: value(theirs))
    return (merge.value.map { String(decoding: $0.compactBytes(), as: UTF8.self) }, merge.conflicts)
  }

  @Test func eachKeyIsMergedForItself() throws {
    let merged = try JSONMergeTests.merge(
      #"{"a":1,"b":{"x":1,"y":2},"gone":0,"both":0}"#, #"{"a":2,"b":{"x":1,"y":2},"gone":0,"both":5,"new":true}"#,
      #"{"both":5,"a":1,"b":{"y":3,"x":1},"other":null}"#)
    #expect(merged.0 == #"{"a":2,"b":{"y":3,"x":1},"both":5,"new":true,"other":null}"#)
    #expect(merged.1 == [])
  }

  @Test func sortedObjectsStaySorted() throws {
    let merged = try JSONMergeTests.merge(#"{"b":1}"#, #"{"b":1,"d":1}"#, #"{"a":1,"b":1,"c":1}"#)
    #expect(merged.0 == #"{"a":1,"b":1,"c":1,"d":1}"#)
  }

  @Test func differentChangesConflict() throws {
    let merged = try JSONMergeTests.merge(
      #"{"a":1,"rope":{"factor":1},"list":[1],"kept":0}"#, #"{"a":2,"rope":{"factor":2},"list":[1,2],"kept":1}"#,
      #"{"a":3,"rope":{"factor":3},"list":[0,1]}"#)
    #expect(merged.0 == #"{"a":2,"rope":{"factor":2},"list":[1,2],"kept":1}"#)
    #expect(merged.1 == ["a", "rope.factor", "list", "kept"])
  }

  @Test func valuesThatAreNoObjectsAreWhole() throws {
    #expect(try JSONMergeTests.merge("1", "1", "2") == ("2", []))
    #expect(try JSONMergeTests.merge("1", "3", "2") == ("3", ["the whole value"]))
    #expect(try JSONMergeTests.merge(nil, #"{"a":1}"#, #"{"b":2}"#) == (#"{"a":1,"b":2}"#, []))
    #expect(try JSONMergeTests.merge("1", nil, nil) == (nil, []))
  }
}
