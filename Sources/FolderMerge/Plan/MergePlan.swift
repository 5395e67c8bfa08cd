import Checkpoints
import Documents
import Merging
import Tensors
import WeightStore

/// What a merge will do, tensor by tensor, before any weight is read.
package struct MergePlan: Sendable {
  /// One tensor of the result.
  package struct Tensor: Sendable {
    /// As the result has it; `input` may bear another name: of the tensor that this one is tied to.
    package let name: String
    package let input: MergeInput
    /// Whether it is taken from the only model of `input` as it is.
    package let isTaken: Bool

    /// What is said of the tensor: one model alone is never "equal everywhere".
    func outcome(_ status: PreparedMerge.Status) -> PreparedMerge.Status {
      guard status == .equal, input.models.count == 1, input.base == nil else { return status }
      return input.models[0].reader is FileTensor ? .taken : .combined
    }

    init(_ name: String, _ input: MergeInput, isTaken: Bool = false) {
      self.name = name
      self.input = input
      self.isTaken = isTaken
    }
  }

  package internal(set) var recipe: any MergeRecipe
  /// In the order in which they are written.
  package internal(set) var tensors: [Tensor]
  /// The checkpoint whose division into files is kept if it has the same tensors.
  package let layout: ShardedHeader
  /// What was assumed or left out, one sentence each.
  package internal(set) var notes: [String]
  /// The vocabulary of the result, where it is not simply the base's.
  let vocabulary: VocabularyAlignment?
  /// Whether the output embedding is the input embedding; nil where no model says.
  let isTied: Bool?
  /// Members of `config.json` that tell of the tensors, by path.
  var configurationChanges: [(path: [String], value: JSONValue)] = []
  /// A Jinja template, or the name of one, for the tokenizer's configuration.
  var chatTemplate: String?

  /// The rows of the vocabulary, for `config.json`, if the merge decides them.
  func vocabularySize(_ template: ModelInput) -> [(path: [String], value: JSONValue)] {
    guard vocabulary != nil, let root = template.model.configuration,
      let path = ModelConfiguration.path("vocab_size", in: root),
      let tensor = tensors.first(where: { tensor in
        template.model.descriptor(tensor.name).map {
          VocabularyAlignment.isVocabulary(tensor.name, $0.shape, of: template.model)
        } ?? false
      }), let rows = tensor.input.shape.dimensions.first
    else { return [] }
    return [(path, .integer(Int64(rows)))]
  }
}

/// A merge of whole models, as typed on the command line.
package struct MergeRequest: Sendable {
  /// What happens to a tensor that not all models have, without a base that could say whether it was added or removed.
  package enum MissingTensors: String, CaseIterable, Sendable {
    /// It is a conflict.
    case refuse
    /// It is merged over the models that have it.
    case take
    /// The result does not have it.
    case drop
  }

  package let models: [ModelInput]
  /// The model that the others were made from. It is no ingredient.
  package let base: ModelInput?
  package let strategy: MergeStrategy
  /// The type of all numbers of the result; without one, each tensor's own in the base or the first model.
  package var dtype: DType?
  package var seed: UInt64 = 0
  package var missing = MissingTensors.refuse
  /// If there are any, tensors that none of them fits stay as the base, or the first model, has them.
  package var only: [NamePattern] = []

  package init(models: [ModelInput], base: ModelInput?, strategy: MergeStrategy) {
    // The base of a path between two models is one of its ends.
    let isEnd = strategy.recipe.mergekit?.baseIsFirstModel == true
    if isEnd, let base, !strategy.recipe.modelCount.contains(models.count),
      strategy.recipe.modelCount.contains(models.count + 1)
    {
      self.models = [base] + models
      self.base = nil
    } else {
      self.models = models
      self.base = base
    }
    self.strategy = strategy
  }

  /// The model whose files, names and order the result keeps.
  package var template: ModelInput { base ?? models[0] }
}
