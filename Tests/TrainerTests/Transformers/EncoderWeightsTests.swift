import Documents
import Testing
import Trainer

struct EncoderWeightsTests {
  private static let config: JSONValue = [
    "model_type": "bert", "vocab_size": 5, "hidden_size": 4, "num_hidden_layers": 1, "num_attention_heads": 2,
    "intermediate_size": 6, "max_position_embeddings": 7, "type_vocab_size": 2,
  ]

  private func network() throws -> NetworkDefinition { try NetworkDefinition(json: Self.config) }

  /// Every parameter with values of its own, under another name.
  private func checkpoint(_ name: (String) -> String?) throws -> StateDict {
    var result = StateDict()
    for (number, parameter) in try network().parameters.enumerated() {
      guard let name = name(parameter.name) else { continue }
      let values = (0..<parameter.elementCount).map { Float(100 * number + $0) }
      try result.set(name, shape: parameter.shape, values: values)
    }
    return result
  }

  @Test func aClassifierStaysAsItIs() throws {
    let state = try checkpoint { $0 }
    let found = try EncoderWeights(state, for: network())
    #expect(found.weights == state && found.unusedNames.isEmpty)
    try found.weights.validate(for: network())
  }

  @Test func anEncoderAloneGetsItsFamilysPrefix() throws {
    var state = try checkpoint { $0.hasPrefix("bert.") && !$0.contains("pooler") ? String($0.dropFirst(5)) : nil }
    try state.set("embeddings.position_ids", shape: [1, 7], integers: Array(0..<7))
    let found = try EncoderWeights(state, for: network())
    #expect(found.unusedNames == ["embeddings.position_ids"])
    #expect(
      found.weights.names
        == (try network().parameters.map(\.name).filter { !$0.contains("pooler") && !$0.hasPrefix("classifier") }))
    let name = "bert.embeddings.word_embeddings.weight"
    #expect(found.weights[name]?.values == state["embeddings.word_embeddings.weight"]?.values)
    #expect(found.names[name] == "embeddings.word_embeddings.weight")
  }

  @Test func gammaAndBetaAreWeightAndBias() throws {
    let state = try checkpoint {
      $0.replacing("LayerNorm.weight", with: "LayerNorm.gamma").replacing("LayerNorm.bias", with: "LayerNorm.beta")
    }
    let found = try EncoderWeights(state, for: network())
    #expect(found.unusedNames.isEmpty)
    try found.weights.validate(for: network())
  }

  @Test func anEncoderThatDoesNotFitIsRefused() throws {
    let missing = try checkpoint { $0.contains("query.weight") ? nil : $0 }
    let error = #expect(throws: TrainerError.self) { try EncoderWeights(missing, for: network()) }
    #expect(error?.code == .missingParameter)
    #expect(error?.message.contains("bert.encoder.layer.0.attention.self.query.weight") == true)
    var other = try checkpoint { $0 }
    try other.set("bert.embeddings.word_embeddings.weight", shape: [6, 4], values: Array(repeating: 0, count: 24))
    let wrong = #expect(throws: TrainerError.self) { try EncoderWeights(other, for: network()) }
    #expect(wrong?.code == .wrongParameterShape)
    #expect(wrong?.message.contains("[6, 4]") == true)
  }
}
