import Documents
import Foundation
import Testing
import Trainer

/// Small encoders of each family as transformers runs them: see Golden/generate_transformers.py.
struct TransformersGolden: Decodable {
  struct Parameter: Decodable {
    let name: String
    let shape: [Int]
    let values: Data
    let gradient: Data
  }
  let name: String
  let ids: [[Int32]]
  let types: [[Int32]]
  let parameters: [Parameter]
  let hidden: [Data]
  let logits: Data
  let labels: [Int32]
  let trained: Data

  private static let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Golden/transformers.json")

  static func cases() throws -> [(TransformersGolden, NetworkDefinition)] {
    let data = try Data(contentsOf: file)
    let cases = try JSONDecoder().decode([TransformersGolden].self, from: data)
    let objects = try #require(try JSONSerialization.jsonObject(with: data) as? [[String: Any]])
    return try zip(cases, objects).map { known, object in
      let config = try JSONSerialization.data(withJSONObject: try #require(object["config"]))
      return (known, try NetworkDefinition(json: JSONParser.parse(Array(config))))
    }
  }

  static func floats(_ data: Data) -> [Float] {
    stride(from: 0, to: data.count, by: 4).map { start in
      Float(bitPattern: (0..<4).reduce(0) { $0 | UInt32(data[data.startIndex + start + $1]) << UInt32(8 * $1) })
    }
  }

  func weights() throws -> StateDict {
    var result = StateDict()
    for parameter in parameters {
      try result.set(parameter.name, shape: parameter.shape, values: Self.floats(parameter.values))
    }
    return result
  }

  func sequences(_ network: NetworkDefinition) throws -> [TokenSequence] {
    let configuration = try #require(network.encoder)
    return try zip(ids, types).map { try TokenSequence(ids: $0, typeIDs: $1, for: configuration) }
  }

  /// The batch as the network takes it.
  func examples(_ network: NetworkDefinition) throws -> FloatExamples {
    guard case .tokens(let limit) = network.input else { throw TrainerError(.shapeMismatch, "no texts") }
    let rows = zip(ids, types).flatMap { ids, types in
      let padding = [Float](repeating: 0, count: limit - ids.count)
      return [Float(ids.count)] + ids.map(Float.init) + padding + types.map(Float.init) + padding
    }
    return try FloatExamples(inputShape: network.input, labels: labels, values: rows)
  }

  /// The largest difference, by the largest magnitude of what is expected.
  static func distance(_ found: [Float], _ expected: [Float]) -> Float {
    guard found.count == expected.count else { return .infinity }
    let largest = expected.reduce(0) { max($0, abs($1)) }
    return zip(found, expected).reduce(0) { max($0, abs($1.0 - $1.1)) } / max(largest, 1e-6)
  }
}
