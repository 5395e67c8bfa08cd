import Documents
import Merging

/// Models whose output embedding is their input embedding: stored once, or twice with the same bytes.
///
/// A model that stores only one has the other all the same. The result is tied if its base is and no model has an
/// output embedding of its own; then it is stored as the base stores it.
enum TiedEmbeddings {
  /// The output embedding and the input embeddings it can be tied to, by the names that architectures give them.
  private static let pairs: [(output: String, inputs: [String])] = [
    (
      "lm_head.weight",
      [
        "model.embed_tokens.weight", "transformer.wte.weight", "embed_tokens.weight", "wte.weight", "shared.weight",
        "model.decoder.embed_tokens.weight", "transformer.word_embeddings.weight", "gpt_neox.embed_in.weight",
      ]
    ),
    ("embed_out.weight", ["gpt_neox.embed_in.weight"]),
    ("cls.predictions.decoder.weight", ["bert.embeddings.word_embeddings.weight"]),
    ("language_model.lm_head.weight", ["language_model.model.embed_tokens.weight"]),
    ("model.language_model.lm_head.weight", ["model.language_model.embed_tokens.weight"]),
  ]

  private static var outputNames: [String] { pairs.map(\.output) }

  /// The input embedding that stands for an output embedding that the model does not store.
  static func standIn(for tensor: String, in model: OpenModel) -> String? {
    guard model.descriptor(tensor) == nil, let pair = pairs.first(where: { $0.output == tensor }) else { return nil }
    guard isTied(model.configuration) != false else { return nil }
    return pair.inputs.first { model.descriptor($0) != nil }
  }

  /// The input embedding that an output embedding of the model is tied to, whether it is stored or not.
  static func tiedInput(of tensor: String, in model: OpenModel) -> String? {
    if let standIn = standIn(for: tensor, in: model) { return standIn }
    guard isTied(model.configuration) == true, let pair = pairs.first(where: { $0.output == tensor }) else {
      return nil
    }
    return pair.inputs.first { model.descriptor($0) != nil }
  }

  /// Whether the result's output embedding is its input embedding, and whether the merge is what parted them: a model
  /// brought one of its own.
  static func state(of names: [String], _ template: ModelInput) -> (isTied: Bool?, isParted: Bool) {
    let isTied = isTied(template.model.configuration)
    guard isTied == true, outputNames.allSatisfy({ template.model.descriptor($0) == nil }) else {
      return (isTied, false)
    }
    let names = Set(names.map(JSONKey.init))
    let isParted = outputNames.contains { names.contains(JSONKey($0)) }
    return (!isParted, isParted)
  }

  static let partedNote = "the output embedding is no longer the input embedding: a model has one of its own"

  /// What the configuration says; nil if it says nothing.
  static func isTied(_ configuration: JSONObject?) -> Bool? {
    (configuration?["tie_word_embeddings"] ?? configuration?["text_config"]?["tie_word_embeddings"])?.boolValue
  }
}
