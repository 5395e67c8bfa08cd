import Merging
import Tensors
import WeightStore

/// A recipe on networks whose units were first brought into the order of the first one's (Git Re-Basin).
struct AlignedStrategy: TensorStrategy {
  private struct Survey: Sendable {
    /// By model; the first keeps its order.
    let orders: [Int: UnitOrder]
  }

  private let recipe: RecipeStrategy
  private let spec: PermutationSpec

  init(_ recipe: RecipeStrategy, _ spec: PermutationSpec) {
    self.recipe = recipe
    self.spec = spec
  }

  var needsBase: Bool { recipe.needsBase }

  /// - Throws: `MergeError` if the networks are not what the specification says.
  func survey(_ tensors: [TensorMergeInput], _ parallel: ParallelRunner) throws -> (any Sendable)? {
    var models: [Int: [String: any TensorReader]] = [:]
    for tensor in tensors where spec.axes[tensor.name] != nil {
      for model in tensor.models { models[model.index, default: [:]][tensor.name] = StoredReader(model.tensor) }
    }
    guard let first = models.keys.min(), let reference = models[first] else { return Survey(orders: [:]) }
    var orders: [Int: UnitOrder] = [:]
    for (index, model) in models where index != first {
      orders[index] = try WeightMatching(spec, a: reference, b: model).order
    }
    return Survey(orders: orders)
  }

  func prepare(
    _ input: TensorMergeInput, survey: (any Sendable)?, _ parallel: ParallelRunner
  ) throws -> PreparedTensor {
    let orders = (survey as? Survey)?.orders ?? [:]
    return try recipe.prepare(input, survey: nil, parallel) { model, reader in
      try orders[model.index]?.aligned(input.name, reader) ?? reader
    }
  }
}
