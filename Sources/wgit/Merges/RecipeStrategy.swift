import FolderMerge
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
    try engine(parallel).survey(tensors.map { try input($0) { _, reader in reader } })
  }

  func prepare(
    _ input: TensorMergeInput, survey: (any Sendable)?, _ parallel: ParallelRunner
  ) throws -> PreparedTensor {
    try prepare(input, survey: survey as? any ModelSurvey, parallel) { _, reader in reader }
  }

  /// - Parameter change: makes of a model's tensor what is merged.
  func prepare(
    _ input: TensorMergeInput, survey: (any ModelSurvey)?, _ parallel: ParallelRunner,
    change: (TensorMergeInput.Model, any TensorReader) throws -> any TensorReader
  ) throws -> PreparedTensor {
    let prepared = try engine(parallel).prepare(self.input(input, change), survey: survey)
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

  private func input(
    _ input: TensorMergeInput, _ change: (TensorMergeInput.Model, any TensorReader) throws -> any TensorReader
  ) throws -> MergeInput {
    let (base, readers) = try readers(input)
    let models = try zip(input.models, readers).map { model, reader in
      MergeInput.Model(try change(model, reader), index: model.index, parameters: try parameters(model))
    }
    return try MergeInput(
      name: input.name, base: usesBase ? base : nil, models: models,
      parameters: strategy.shared, dtype: input.dtype, seed: input.seed)
  }

  /// The base and the models, with the rows of a vocabulary where the result has them.
  private func readers(_ input: TensorMergeInput) throws -> (base: (any TensorReader)?, models: [any TensorReader]) {
    guard let alignment = input.alignment else {
      return (input.base.map { StoredReader($0) }, input.models.map { StoredReader($0.tensor) })
    }
    let all = alignment.tensors.map { StoredReader($0) }
    func aligned(_ place: Int) throws -> any TensorReader { try AlignedRows(alignment.rows, readers: all, own: place) }
    return (try input.base == nil ? nil : alignment.base.map(aligned), try alignment.models.map(aligned))
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
struct StoredReader: TensorReader {
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
