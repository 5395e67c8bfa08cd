import Documents
import Tensors

/// Tensors whose rows stand for tokens, and which of them are one tensor under two names, by the names that architectures
/// give them.
///
/// - Checked by: EmbeddingNamesTests.
package enum EmbeddingNames {
  /// The output embedding and the input embeddings it can be tied to.
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

  package static var outputs: [String] { pairs.map(\.output) }

  /// The input embeddings that an output embedding of this name can be tied to.
  package static func inputs(ofOutput name: String) -> [String] { pairs.first { $0.output == name }?.inputs ?? [] }

  /// Ends of names of tensors whose first axis counts tokens: input and output embeddings and the output's bias.
  private static let vocabularyNames: Set<String> = [
    "embed_tokens.weight", "lm_head.weight", "lm_head.bias", "wte.weight", "word_embeddings.weight", "embed_in.weight",
    "embed_out.weight", "tok_embeddings.weight", "output.weight", "shared.weight", "embeddings.weight",
    "embedding.weight", "predictions.decoder.weight", "predictions.decoder.bias", "predictions.bias",
    "vocab_projector.weight", "vocab_projector.bias", "lm_head.decoder.weight", "lm_head.decoder.bias",
  ]

  /// Whether rows of a tensor stand for tokens: by its name, and because its model has that many.
  package static func isVocabulary(_ name: String, _ shape: Shape, _ configuration: JSONObject?) -> Bool {
    guard vocabularyNames.contains(where: { name == $0 || name.hasSuffix("." + $0) }), let rows = shape.dimensions.first
    else { return false }
    guard let stated = vocabularySize(configuration) else { return true }
    return rows == stated
  }

  /// `vocab_size`, also of the part of a model that reads text.
  package static func vocabularySize(_ configuration: JSONObject?) -> Int? {
    let own = configuration?["vocab_size"] ?? configuration?["text_config"]?["vocab_size"]
    return own?.integerValue.flatMap { Int(exactly: $0) }
  }

  /// Whether the output embedding is the input embedding, as the configuration says; nil if it says nothing.
  package static func isTied(_ configuration: JSONObject?) -> Bool? {
    (configuration?["tie_word_embeddings"] ?? configuration?["text_config"]?["tie_word_embeddings"])?.boolValue
  }
}
