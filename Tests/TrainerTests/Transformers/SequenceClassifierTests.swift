import Foundation
import Testing
import Trainer

/// Small encoders of each family against transformers: see Golden/generate_transformers.py.
struct SequenceClassifierTests {
  struct Case: Decodable {
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
    let logitGradient: Data
  }

  private static let golden = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Golden/transformers.json")

  private func cases() throws -> [(Case, EncoderConfiguration)] {
    let data = try Data(contentsOf: Self.golden)
    let decoder = JSONDecoder()
    let cases = try decoder.decode([Case].self, from: data)
    let objects = try #require(try JSONSerialization.jsonObject(with: data) as? [[String: Any]])
    return try zip(cases, objects).map { known, object in
      let config = try JSONSerialization.data(withJSONObject: try #require(object["config"]))
      return (known, try EncoderConfiguration(json: Array(config)))
    }
  }

  private func floats(_ data: Data) -> [Float] {
    stride(from: 0, to: data.count, by: 4).map { start in
      Float(bitPattern: (0..<4).reduce(0) { $0 | UInt32(data[data.startIndex + start + $1]) << UInt32(8 * $1) })
    }
  }

  private func model(_ known: Case, _ configuration: EncoderConfiguration) throws -> (SequenceClassifier, [Float]) {
    let model = try SequenceClassifier(configuration, classCount: known.logits.count / 4 / known.ids.count)
    #expect(model.parameters.all.map(\.name) == known.parameters.map(\.name), "\(known.name)")
    #expect(model.parameters.all.map(\.shape) == known.parameters.map(\.shape), "\(known.name)")
    return (model, known.parameters.flatMap { floats($0.values) })
  }

  private func tokens(_ known: Case, _ configuration: EncoderConfiguration) throws -> PackedTokens {
    var tokens = PackedTokens()
    for (ids, types) in zip(known.ids, known.types) { try tokens.append(ids: ids, typeIDs: types, for: configuration) }
    return tokens
  }

  /// The largest difference, by the largest magnitude of what is expected.
  private func distance(_ found: [Float], _ expected: [Float]) -> Float {
    guard found.count == expected.count else { return .infinity }
    let largest = expected.reduce(0) { max($0, abs($1)) }
    return zip(found, expected).reduce(0) { max($0, abs($1.0 - $1.1)) } / max(largest, 1e-6)
  }

  @Test func hiddenStatesAndLogits() throws {
    for (known, configuration) in try cases() {
      let (model, weights) = try model(known, configuration)
      let pass = try model.forward(tokens(known, configuration), weights: weights)
      #expect(known.hidden.count == configuration.layerCount + 1)
      for (index, hidden) in known.hidden.enumerated() {
        #expect(distance(pass.hiddenState(index), floats(hidden)) < 1e-5, "\(known.name), hidden state \(index)")
      }
      #expect(distance(pass.logits, floats(known.logits)) < 1e-5, "\(known.name)")
    }
  }

  @Test func everyGradient() throws {
    for (known, configuration) in try cases() {
      let (model, weights) = try model(known, configuration)
      let pass = try model.forward(tokens(known, configuration), weights: weights)
      var gradient = [Float](repeating: 0, count: model.parameters.elementCount)
      model.backward(pass, logitGradient: floats(known.logitGradient), weights: weights, gradient: &gradient)
      for (parameter, expected) in zip(model.parameters.all, known.parameters) {
        let found = Array(gradient[parameter.offset..<(parameter.offset + parameter.elementCount)])
        // Softmax does not feel a shift of all keys: that gradient is 0 but for rounding.
        let isNothing = parameter.name.contains("key.bias") || parameter.name.contains("k_lin.bias")
        if isNothing {
          #expect(found.allSatisfy { abs($0) < 1e-5 }, "\(known.name): \(parameter.name)")
        } else {
          #expect(distance(found, floats(expected.gradient)) < 1e-4, "\(known.name): \(parameter.name)")
        }
      }
    }
  }

  @Test func gradientsAddUp() throws {
    let (known, configuration) = try #require(try cases().first)
    let (model, weights) = try model(known, configuration)
    let pass = try model.forward(tokens(known, configuration), weights: weights)
    let zeros = [Float](repeating: 0, count: model.parameters.elementCount)
    var once = zeros
    model.backward(pass, logitGradient: floats(known.logitGradient), weights: weights, gradient: &once)
    var twice = zeros
    for _ in 0..<2 {
      model.backward(pass, logitGradient: floats(known.logitGradient), weights: weights, gradient: &twice)
    }
    #expect(distance(twice, once.map { 2 * $0 }) < 1e-6)
  }

  @Test func whatDoesNotFitTheModelIsRefused() throws {
    let (_, configuration) = try #require(try cases().first)
    let refused: [([Int32], [Int32], String)] = [
      ([], [], "sequence 1 has 0 tokens"), ([30], [0], "token 0: id 30"), ([3, -1], [0, 0], "token 1: id -1"),
      ([3], [2], "token 0: type 2"), (Array(repeating: 3, count: 15), Array(repeating: 0, count: 15), "15 tokens"),
    ]
    for (ids, types, message) in refused {
      var tokens = PackedTokens()
      try tokens.append(ids: [1, 2], typeIDs: [0, 1], for: configuration)
      let error = #expect(throws: TrainerError.self) { try tokens.append(ids: ids, typeIDs: types, for: configuration) }
      #expect(error?.code == .inputOutOfRange)
      #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
      #expect(tokens.sequenceCount == 1)
    }
  }

  @Test(arguments: [
    ("", "JSON"), ("[]", "object"), ("{}", "none"), (#"{"model_type":"gpt2"}"#, "gpt2"),
    (#"{"model_type":"bert"}"#, "vocab_size"),
    (#"{"model_type":"bert","position_embedding_type":"relative_key"}"#, "positions"),
    (#"{"model_type":"bert","is_decoder":true}"#, "decoder"),
    (
      #"{"model_type":"bert","vocab_size":9,"hidden_size":7,"num_hidden_layers":1,"num_attention_heads":2,"intermediate_size":4,"max_position_embeddings":4,"type_vocab_size":1}"#,
      "shared by 2 heads"
    ),
    (
      #"{"model_type":"roberta","vocab_size":9,"hidden_size":8,"num_hidden_layers":1,"num_attention_heads":2,"intermediate_size":4,"max_position_embeddings":2,"type_vocab_size":1}"#,
      "position"
    ),
    (#"{"model_type":"bert","vocab_size":9000000000,"hidden_size":8}"#, "vocab_size"),
    (#"{"model_type":"bert","vocab_size":9,"hidden_size":8,"num_hidden_layers":100000}"#, "num_hidden_layers"),
    (
      #"{"model_type":"bert","vocab_size":9,"hidden_size":8,"num_hidden_layers":1,"num_attention_heads":2,"intermediate_size":4,"max_position_embeddings":4,"type_vocab_size":1,"hidden_act":"swish"}"#,
      "swish"
    ),
  ])
  func configurationsThatCannotBeMeant(json: String, message: String) {
    let error = #expect(throws: TrainerError.self) { try EncoderConfiguration(json: Array(json.utf8)) }
    #expect(error?.code == .malformedNetwork)
    #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
  }
}
