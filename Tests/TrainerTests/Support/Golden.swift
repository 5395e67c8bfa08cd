import Documents
import Foundation
import Testing
import Trainer

/// The reference values in Tests/TrainerTests/Golden, written by the Python programs beside them.
enum Golden {
  static func read(_ name: String) throws -> JSONValue {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let file = folder.appending(path: "Golden/\(name)")
    return try JSONParser.parse(Array(Data(contentsOf: file)))
  }

  /// `[{"name": …, "shape": …, "values": …}, …]`; counters have `"integers"`.
  static func stateDict(_ json: JSONValue?) throws -> StateDict {
    var result = StateDict()
    for entry in try #require(json?.arrayValue) {
      let name = try #require(entry["name"]?.stringValue)
      let shape = try integers(entry["shape"])
      if entry["integers"] != nil {
        try result.set(name, shape: shape, integers: try integers(entry["integers"]).map(Int64.init))
      } else {
        try result.set(name, shape: shape, values: try floats(entry["values"]))
      }
    }
    return result
  }

  static func floats(_ json: JSONValue?) throws -> [Float] {
    try #require(json?.arrayValue).map { Float(try #require($0.numberValue)) }
  }

  static func integers(_ json: JSONValue?) throws -> [Int] {
    try #require(json?.arrayValue).map { Int(try #require($0.integerValue)) }
  }

  /// The bytes of a hexadecimal string.
  static func bytes(_ json: JSONValue?) throws -> [UInt8] {
    let digits = Array(try #require(json?.stringValue).utf8)
    return try stride(from: 0, to: digits.count, by: 2).map { index in
      try #require(UInt8(String(decoding: digits[index..<index + 2], as: UTF8.self), radix: 16))
    }
  }

  /// A case's batch, for its network.
  static func examples(_ json: JSONValue, for network: NetworkDefinition) throws -> FloatExamples {
    try FloatExamples(
      inputShape: network.input, labels: try integers(json["labels"]).map(Int32.init),
      values: try floats(json["inputs"]))
  }
}

/// The largest difference of two blocks of numbers, relative to the largest number of the second.
func relativeDifference(_ values: [Float], _ expected: [Float]) -> Float {
  guard values.count == expected.count else { return .infinity }
  let scale = expected.reduce(0) { max($0, abs($1)) }
  let difference = zip(values, expected).reduce(0) { max($0, abs($1.0 - $1.1)) }
  return difference / max(scale, .leastNormalMagnitude)
}
