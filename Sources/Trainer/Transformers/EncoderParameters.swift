/// Where each parameter of a sequence classifier stands in one block of floats, with the names that transformers gives it.
///
/// Shapes are PyTorch's: `[out, in]` for matrices, `[rows, hidden]` for tables.
package struct EncoderParameters: Sendable, Equatable {
  package struct Parameter: Sendable, Equatable {
    package let name: String
    package let shape: [Int]
    /// Of its first element in the block.
    package let offset: Int

    package var elementCount: Int { shape.reduce(1, *) }
  }

  /// A matrix [out, in] and its bias [out].
  struct Affine: Sendable, Equatable {
    let weight: Int
    let bias: Int
    let outputCount: Int
    let inputCount: Int
  }

  struct Norm: Sendable, Equatable {
    let weight: Int
    let bias: Int
  }

  struct Block: Sendable, Equatable {
    let query: Affine
    let key: Affine
    let value: Affine
    let attentionOutput: Affine
    let attentionNorm: Norm
    let intermediate: Affine
    let output: Affine
    let outputNorm: Norm
  }

  /// In the order of PyTorch's state dict.
  package private(set) var all: [Parameter] = []
  package private(set) var elementCount = 0

  let words: Int
  let positions: Int
  /// `nil` where kinds of text are not told apart.
  let types: Int?
  let embeddingNorm: Norm
  let blocks: [Block]
  /// Between the first token and the classifier.
  let pooler: Affine
  let classifier: Affine

  package init(_ configuration: EncoderConfiguration, classCount: Int) {
    var builder = Builder()
    let hidden = configuration.hiddenSize
    let names = Names(configuration.family)
    words = builder.table("\(names.encoder)embeddings.word_embeddings.weight", [configuration.vocabularySize, hidden])
    let positionTable = (
      name: "\(names.encoder)embeddings.position_embeddings.weight", shape: [configuration.positionCount, hidden]
    )
    // RoBERTa's positions come last.
    let isLast = configuration.family == .roberta
    var positions = isLast ? 0 : builder.table(positionTable.name, positionTable.shape)
    types =
      configuration.typeCount == 0
      ? nil
      : builder.table("\(names.encoder)embeddings.token_type_embeddings.weight", [configuration.typeCount, hidden])
    embeddingNorm = builder.norm("\(names.encoder)embeddings.LayerNorm", hidden)
    if isLast { positions = builder.table(positionTable.name, positionTable.shape) }
    self.positions = positions
    blocks = (0..<configuration.layerCount).map { index in
      let prefix = "\(names.encoder)\(names.block).\(index)."
      return Block(
        query: builder.affine(prefix + names.query, hidden, hidden),
        key: builder.affine(prefix + names.key, hidden, hidden),
        value: builder.affine(prefix + names.value, hidden, hidden),
        attentionOutput: builder.affine(prefix + names.attentionOutput, hidden, hidden),
        attentionNorm: builder.norm(prefix + names.attentionNorm, hidden),
        intermediate: builder.affine(prefix + names.intermediate, configuration.intermediateSize, hidden),
        output: builder.affine(prefix + names.output, hidden, configuration.intermediateSize),
        outputNorm: builder.norm(prefix + names.outputNorm, hidden))
    }
    pooler = builder.affine(names.pooler, hidden, hidden)
    classifier = builder.affine(names.classifier, classCount, hidden)
    all = builder.all
    elementCount = builder.count
  }

  private struct Builder {
    var all: [Parameter] = []
    var count = 0

    mutating func table(_ name: String, _ shape: [Int]) -> Int {
      let offset = count
      all.append(Parameter(name: name, shape: shape, offset: offset))
      count += shape.reduce(1, *)
      return offset
    }

    mutating func affine(_ name: String, _ outputs: Int, _ inputs: Int) -> Affine {
      let weight = table("\(name).weight", [outputs, inputs])
      return Affine(weight: weight, bias: table("\(name).bias", [outputs]), outputCount: outputs, inputCount: inputs)
    }

    mutating func norm(_ name: String, _ size: Int) -> Norm {
      let weight = table("\(name).weight", [size])
      return Norm(weight: weight, bias: table("\(name).bias", [size]))
    }
  }

  /// What each family calls its parts.
  private struct Names {
    let encoder: String
    let block: String
    let query: String
    let key: String
    let value: String
    let attentionOutput: String
    let attentionNorm: String
    let intermediate: String
    let output: String
    let outputNorm: String
    let pooler: String
    let classifier: String

    init(_ family: EncoderConfiguration.Family) {
      let isDistilled = family == .distilBERT
      encoder = "\(family.rawValue)."
      block = isDistilled ? "transformer.layer" : "encoder.layer"
      query = isDistilled ? "attention.q_lin" : "attention.self.query"
      key = isDistilled ? "attention.k_lin" : "attention.self.key"
      value = isDistilled ? "attention.v_lin" : "attention.self.value"
      attentionOutput = isDistilled ? "attention.out_lin" : "attention.output.dense"
      attentionNorm = isDistilled ? "sa_layer_norm" : "attention.output.LayerNorm"
      intermediate = isDistilled ? "ffn.lin1" : "intermediate.dense"
      output = isDistilled ? "ffn.lin2" : "output.dense"
      outputNorm = isDistilled ? "output_layer_norm" : "output.LayerNorm"
      switch family {
      case .bert: (pooler, classifier) = ("bert.pooler.dense", "classifier")
      case .roberta: (pooler, classifier) = ("classifier.dense", "classifier.out_proj")
      case .distilBERT: (pooler, classifier) = ("pre_classifier", "classifier")
      }
    }
  }
}
