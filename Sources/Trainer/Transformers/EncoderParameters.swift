/// Where each parameter of an encoder stands in its block of floats, with the names that transformers gives it below the
/// family's: `embeddings.word_embeddings.weight`.
///
/// Shapes are PyTorch's: `[out, in]` for matrices, `[rows, hidden]` for tables.
struct EncoderParameters: Sendable {
  /// One parameter: where it begins, and its number among all.
  struct Place: Sendable {
    let offset: Int
    let number: Int
  }

  /// A matrix [out, in] and its bias [out].
  struct Affine: Sendable {
    let weight: Place
    let bias: Place
    let outputCount: Int
    let inputCount: Int
  }

  /// Of rows [size].
  struct Norm: Sendable {
    let weight: Place
    let bias: Place
  }

  struct Block: Sendable {
    let query: Affine
    let key: Affine
    let value: Affine
    let attentionOutput: Affine
    let attentionNorm: Norm
    let intermediate: Affine
    let output: Affine
    let outputNorm: Norm

    var affines: [Affine] { [query, key, value, attentionOutput, intermediate, output] }
    /// The numbers of all its parameters; they follow each other.
    var numbers: ClosedRange<Int> { query.weight.number...outputNorm.bias.number }
  }

  /// In the order of PyTorch's state dict, which is that in memory.
  private(set) var all: [LayerParameter] = []
  let words: Place
  let positions: Place
  /// nil where kinds of text are not told apart.
  let types: Place?
  let embeddingNorm: Norm
  let blocks: [Block]

  init(_ configuration: EncoderConfiguration) {
    var builder = Builder()
    let hidden = configuration.hiddenSize
    let names = Names(configuration.family)
    words = builder.table("embeddings.word_embeddings", [configuration.vocabularySize, hidden])
    let positionShape = [configuration.positionCount, hidden]
    // RoBERTa's positions come last.
    let isLast = configuration.family == .roberta
    let positions = isLast ? nil : builder.table("embeddings.position_embeddings", positionShape)
    types =
      configuration.typeCount == 0
      ? nil : builder.table("embeddings.token_type_embeddings", [configuration.typeCount, hidden])
    embeddingNorm = builder.norm("embeddings.LayerNorm", hidden)
    self.positions = positions ?? builder.table("embeddings.position_embeddings", positionShape)
    blocks = (0..<configuration.layerCount).map { index in
      let prefix = "\(names.block).\(index)."
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
    all = builder.all
  }

  private struct Builder {
    var all: [LayerParameter] = []
    var count = 0

    private mutating func add(_ name: String, _ shape: [Int], _ role: LayerParameter.Role) -> Place {
      let place = Place(offset: count, number: all.count)
      all.append(LayerParameter(name, shape: shape, role: role))
      count += shape.reduce(1, *)
      return place
    }

    mutating func table(_ name: String, _ shape: [Int]) -> Place {
      add("\(name).weight", shape, .table(zeroRow: nil))
    }

    mutating func affine(_ name: String, _ outputs: Int, _ inputs: Int) -> Affine {
      let weight = add("\(name).weight", [outputs, inputs], .weight(fanIn: inputs))
      let bias = add("\(name).bias", [outputs], .bias(fanIn: inputs))
      return Affine(weight: weight, bias: bias, outputCount: outputs, inputCount: inputs)
    }

    mutating func norm(_ name: String, _ size: Int) -> Norm {
      let weight = add("\(name).weight", [size], .constant(1))
      return Norm(weight: weight, bias: add("\(name).bias", [size], .constant(0)))
    }
  }

  /// What each family calls its parts.
  private struct Names {
    let block: String
    let query: String
    let key: String
    let value: String
    let attentionOutput: String
    let attentionNorm: String
    let intermediate: String
    let output: String
    let outputNorm: String

    init(_ family: EncoderConfiguration.Family) {
      let isDistilled = family == .distilBERT
      block = isDistilled ? "transformer.layer" : "encoder.layer"
      query = isDistilled ? "attention.q_lin" : "attention.self.query"
      key = isDistilled ? "attention.k_lin" : "attention.self.key"
      value = isDistilled ? "attention.v_lin" : "attention.self.value"
      attentionOutput = isDistilled ? "attention.out_lin" : "attention.output.dense"
      attentionNorm = isDistilled ? "sa_layer_norm" : "attention.output.LayerNorm"
      intermediate = isDistilled ? "ffn.lin1" : "intermediate.dense"
      output = isDistilled ? "ffn.lin2" : "output.dense"
      outputNorm = isDistilled ? "output_layer_norm" : "output.LayerNorm"
    }
  }
}
