import Documents

/// The shape of an encoder of BERT's family, from the `config.json` of a Hugging Face folder.
///
/// - Source: J. Devlin et al., "BERT", NAACL 2019; Y. Liu et al., "RoBERTa", 2019; V. Sanh et al., "DistilBERT", 2019.
package struct EncoderConfiguration: Sendable, Equatable {
  /// Whose names the parameters have, and what stands before the classifier.
  package enum Family: String, Sendable, CaseIterable {
    case bert
    case roberta
    case distilBERT = "distilbert"
  }

  /// Between the two matrices of a block.
  package enum Activation: Sendable, Equatable {
    case gelu
    /// With the hyperbolic tangent in the place of the error function.
    case geluTanh
    case relu
  }

  /// How one vector is made of those of a text's tokens: `classifier_pooling`.
  package enum Pooling: Sendable, Equatable {
    /// That of the first token, "cls": what transformers' classifiers of this family take.
    case firstToken
    case mean
  }

  package let family: Family
  package let vocabularySize: Int
  package let hiddenSize: Int
  package let layerCount: Int
  package let headCount: Int
  package let intermediateSize: Int
  /// Rows of the table of positions.
  package let positionCount: Int
  /// Kinds of text that are told apart; 0 where there is no table of them.
  package let typeCount: Int
  package let layerNormEpsilon: Float
  package let activation: Activation
  /// The row of the position table that the first token takes: RoBERTa begins after the id of its padding.
  package let firstPosition: Int
  package let hiddenDropout: Double
  package let attentionDropout: Double
  /// Before the classifier.
  package let classifierDropout: Double
  package let pooling: Pooling
  /// Of the classifier: the labels that `id2label` names, or `num_labels`, 2 unless given.
  package let classCount: Int
  /// Everything the file says.
  package let json: JSONObject

  package var headSize: Int { hiddenSize / headCount }
  /// The longest sequence.
  package var maximumTokenCount: Int { positionCount - firstPosition }

  /// More would be a claim on memory that no encoder makes.
  private static let largestSize = 1 << 20
  private static let largestLayerCount = 1024

  /// - Throws: `TrainerError.malformedNetwork` for another architecture, what is missing, or sizes that do not fit.
  package init(json bytes: [UInt8]) throws {
    let root: JSONValue
    do {
      root = try JSONParser.parse(bytes)
    } catch {
      throw TrainerError(.malformedNetwork, "config.json is not JSON: \(error)")
    }
    guard let object = root.objectValue else { throw TrainerError(.malformedNetwork, "config.json is no object") }
    let fields = Fields(object: object)
    json = object
    family = try Self.family(fields)
    let isDistilled = family == .distilBERT
    vocabularySize = try fields.count("vocab_size")
    hiddenSize = try fields.count(isDistilled ? "dim" : "hidden_size")
    layerCount = try fields.count(isDistilled ? "n_layers" : "num_hidden_layers", atMost: Self.largestLayerCount)
    headCount = try fields.count(isDistilled ? "n_heads" : "num_attention_heads")
    intermediateSize = try fields.count(isDistilled ? "hidden_dim" : "intermediate_size")
    positionCount = try fields.count("max_position_embeddings")
    typeCount = isDistilled ? 0 : try fields.count("type_vocab_size")
    layerNormEpsilon = Float(try fields.number("layer_norm_eps", default: 1e-12))
    activation = try Self.activation(fields, isDistilled ? "activation" : "hidden_act")
    firstPosition = family == .roberta ? Int(try fields.number("pad_token_id", default: 1)) + 1 : 0
    hiddenDropout = try fields.number(isDistilled ? "dropout" : "hidden_dropout_prob", default: 0.1)
    attentionDropout = try fields.number(
      isDistilled ? "attention_dropout" : "attention_probs_dropout_prob", default: 0.1)
    classifierDropout =
      try isDistilled
      ? fields.number("seq_classif_dropout", default: 0.2)
      : fields.number("classifier_dropout", default: hiddenDropout)
    pooling = try Self.pooling(fields)
    classCount = try Self.classCount(fields)
    for (name, probability) in [
      ("hidden dropout", hiddenDropout), ("attention dropout", attentionDropout),
      ("classifier dropout", classifierDropout),
    ] where probability > 1 {
      throw TrainerError(.malformedNetwork, "config.json: \(name) has a probability of \(probability)")
    }
    guard hiddenSize.isMultiple(of: headCount) else {
      throw TrainerError(
        .malformedNetwork, "config.json: a hidden size of \(hiddenSize) cannot be shared by \(headCount) heads")
    }
    guard firstPosition >= 0, firstPosition < positionCount else {
      throw TrainerError(.malformedNetwork, "config.json: no position is left after those for padding")
    }
  }

  private static func family(_ fields: Fields) throws -> Family {
    let type = fields.object["model_type"]?.stringValue ?? "none"
    // Models that are BERT in all but their training.
    guard let family = Family(rawValue: type == "xlm-roberta" || type == "camembert" ? "roberta" : type) else {
      throw TrainerError(
        .malformedNetwork,
        "config.json: the architecture is \(type.quoted(limit: 40)); bert, roberta and distilbert are known")
    }
    let position = fields.object["position_embedding_type"]?.stringValue ?? "absolute"
    guard position == "absolute" else {
      throw TrainerError(.malformedNetwork, "config.json: positions are \(position.quoted(limit: 40)), not absolute")
    }
    guard fields.object["is_decoder"]?.boolValue != true else {
      throw TrainerError(.malformedNetwork, "config.json: the model is a decoder")
    }
    return family
  }

  private static func pooling(_ fields: Fields) throws -> Pooling {
    let name = fields.object["classifier_pooling"]?.stringValue ?? "cls"
    switch name {
    case "cls": return .firstToken
    case "mean": return .mean
    default:
      throw TrainerError(
        .malformedNetwork, "config.json: \"classifier_pooling\" is \(name.quoted(limit: 40)), not cls or mean")
    }
  }

  private static func classCount(_ fields: Fields) throws -> Int {
    if let labels = fields.object["id2label"]?.objectValue, !labels.isEmpty { return labels.members.count }
    return fields.object["num_labels"] == nil ? 2 : try fields.count("num_labels", atMost: LayerLimits.features)
  }

  private static func activation(_ fields: Fields, _ key: String) throws -> Activation {
    let name = fields.object[key]?.stringValue ?? "gelu"
    switch name {
    case "gelu": return .gelu
    case "gelu_new", "gelu_pytorch_tanh": return .geluTanh
    case "relu": return .relu
    default:
      throw TrainerError(.malformedNetwork, "config.json: \"\(key)\" is \(name.quoted(limit: 40)), which is not known")
    }
  }

  private struct Fields {
    let object: JSONObject

    func count(_ key: String, atMost limit: Int = largestSize) throws -> Int {
      guard let number = object[key]?.integerValue, number > 0, number <= limit else {
        throw TrainerError(.malformedNetwork, "config.json: \"\(key)\" is not an integer from 1 to \(limit)")
      }
      return Int(number)
    }

    func number(_ key: String, default standard: Double) throws -> Double {
      guard let value = object[key], value != .null else { return standard }
      guard let number = value.numberValue, number >= 0, number <= Double(largestSize) else {
        throw TrainerError(.malformedNetwork, "config.json: \"\(key)\" is not a number from 0 on")
      }
      return number
    }
  }
}
