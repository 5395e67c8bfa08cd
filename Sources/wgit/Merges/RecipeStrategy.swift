import Merging
import Tensors
import WeightStore

/// A recipe as the store calls it.
struct RecipeStrategy: TensorStrategy {
  private let strategy: MergeStrategy
  /// An optional base takes part.
  private let usesBase: Bool
  private let tally: NonFiniteTally

  init(_ strategy: MergeStrategy, usesBase: Bool, tally: NonFiniteTally) {
    self.strategy = strategy
    self.usesBase = usesBase || strategy.recipe.base == .required
    self.tally = tally
  }

  var needsBase: Bool { strategy.recipe.base == .required }

  func survey(_ tensors: [TensorMergeInput], _ parallel: ParallelRunner) throws -> (any Sendable)? {
    try engine(parallel).survey(tensors.map(input))
  }

  func prepare(
    _ input: TensorMergeInput, survey: (any Sendable)?, _ parallel: ParallelRunner
  ) throws -> PreparedTensor {
    let prepared = try engine(parallel).prepare(self.input(input), survey: survey as? any ModelSurvey)
    let source: PreparedTensor.Source? =
      switch prepared.source {
      case .base: .base
      case .model(let index): .model(index)
      case nil: nil
      }
    return PreparedTensor(source: source, dtype: prepared.dtype) { [tally] elements, buffer in
      tally.add(try prepared.combine(elements: elements, into: buffer), tensor: prepared.name)
    }
  }

  private func engine(_ parallel: ParallelRunner) -> MergeEngine {
    MergeEngine(
      strategy.recipe,
      executor: MergeExecutor(workerCount: parallel.workerCount) { try parallel.run(count: $0, $1) })
  }

  private func input(_ input: TensorMergeInput) throws -> MergeInput {
    let models = try input.models.map { model in
      MergeInput.Model(StoredReader(model.tensor), index: model.index, parameters: try parameters(model))
    }
    return try MergeInput(
      name: input.name, base: usesBase ? input.base.map { StoredReader($0) } : nil, models: models,
      parameters: strategy.shared, dtype: input.dtype, seed: input.seed)
  }

  /// What was said of this model, else of all; its weight in the merge comes on top.
  private func parameters(_ model: TensorMergeInput.Model) throws -> ParameterValues {
    var parameters = ParameterValues()
    parameters[.weight] = model.weight
    for spec in strategy.recipe.parameters where spec.isPerModel {
      guard let values = strategy.perModel[spec.name], let first = values.first else { continue }
      let value = values.count == 1 ? first : values.indices.contains(model.index) ? values[model.index] : first
      try parameters.set(spec, to: value)
      if spec.name == MergeParameter<Double>.weight.spec.name { parameters[.weight] *= model.weight }
    }
    return parameters
  }
}

/// A tensor of a commit as recipes read it.
private struct StoredReader: TensorReader {
  private let tensor: StoredTensor
  let digest: [UInt8]?

  init(_ tensor: StoredTensor) {
    self.tensor = tensor
    digest = tensor.digest
  }

  var dtype: DType { tensor.dtype }
  var shape: Shape { tensor.shape }

  func read(elements: Range<Int>, into buffer: UnsafeMutableRawBufferPointer) throws {
    try tensor.read(elements: elements, into: buffer)
  }
}
