import Testing
import Trainer

struct EncoderWeightsTests {
  private static let config =
    #"{"model_type":"bert","vocab_size":5,"hidden_size":4,"num_hidden_layers":1,"num_attention_heads":2,"#
    + #""intermediate_size":6,"max_position_embeddings":7,"type_vocab_size":2}"#

  private func model(classes: Int = 2) throws -> SequenceClassifier {
    try SequenceClassifier(EncoderConfiguration(json: Array(Self.config.utf8)), classCount: classes)
  }

  /// Every parameter with values of its own.
  private func checkpoint(_ model: SequenceClassifier, _ name: (String) -> String?) throws -> StateDict {
    var result = StateDict()
    for (number, parameter) in model.parameters.all.enumerated() {
      guard let name = name(parameter.name) else { continue }
      let values = (0..<parameter.elementCount).map { Float(100 * number + $0) }
      try result.set(name, shape: parameter.shape, values: values)
    }
    return result
  }

  @Test func aClassifierComesBackAsItWas() throws {
    let model = try model()
    let state = try checkpoint(model) { $0 }
    let weights = try EncoderWeights(state, for: model, seed: 1)
    #expect(weights.drawnNames.isEmpty && weights.unusedNames.isEmpty)
    #expect(try EncoderWeights.stateDict(weights.values, of: model) == state)
  }

  @Test func anEncoderAloneGetsAHead() throws {
    let model = try model()
    var state = try checkpoint(model) {
      $0.hasPrefix("bert.") && !$0.contains("pooler") ? String($0.dropFirst(5)) : nil
    }
    try state.set("embeddings.position_ids", shape: [1, 7], integers: Array(0..<7))
    let weights = try EncoderWeights(state, for: model, seed: 1)
    #expect(
      weights.drawnNames == [
        "bert.pooler.dense.weight", "bert.pooler.dense.bias", "classifier.weight", "classifier.bias",
      ])
    #expect(weights.unusedNames == ["embeddings.position_ids"])
    let result = try EncoderWeights.stateDict(weights.values, of: model)
    #expect(
      result["bert.embeddings.word_embeddings.weight"]?.values == state["embeddings.word_embeddings.weight"]?.values)
    #expect(result["classifier.bias"]?.values == [0, 0])
    let drawn = try #require(result["classifier.weight"]?.values)
    #expect(drawn.allSatisfy { $0 != 0 && abs($0) < 0.2 })
    #expect(try EncoderWeights(state, for: model, seed: 1).values == weights.values)
    #expect(try EncoderWeights(state, for: model, seed: 2).values != weights.values)
  }

  @Test func aHeadOfOtherClassesIsDrawnAnew() throws {
    let state = try checkpoint(model(classes: 3)) { $0 }
    let weights = try EncoderWeights(state, for: model(classes: 2), seed: 1)
    #expect(weights.drawnNames == ["classifier.weight", "classifier.bias"])
    #expect(weights.unusedNames == ["classifier.weight", "classifier.bias"])
  }

  @Test func anEncoderThatDoesNotFitIsRefused() throws {
    let model = try model()
    let missing = try checkpoint(model) { $0.contains("query.weight") ? nil : $0 }
    let error = #expect(throws: TrainerError.self) { try EncoderWeights(missing, for: model, seed: 1) }
    #expect(error?.code == .missingParameter)
    #expect(error?.message.contains("bert.encoder.layer.0.attention.self.query.weight") == true)
    var other = try checkpoint(model) { $0 }
    try other.set("bert.embeddings.word_embeddings.weight", shape: [6, 4], values: Array(repeating: 0, count: 24))
    let wrong = #expect(throws: TrainerError.self) { try EncoderWeights(other, for: model, seed: 1) }
    #expect(wrong?.code == .wrongParameterShape)
    #expect(wrong?.message.contains("[6, 4]") == true)
  }
}
