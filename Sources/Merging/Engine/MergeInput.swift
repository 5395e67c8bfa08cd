import Tensors

/// The same tensor of all models that are merged, and how they are to be merged.
package struct MergeInput: Sendable {
  /// One model's tensor.
  package struct Model: Sendable {
    package let reader: any TensorReader
    /// This model's own parameters, its weight among them.
    package var parameters: ParameterValues
    /// Which model it is, the same number for all tensors, however they are cut or ordered: random masks depend on it.
    package let index: Int
    /// What a recipe wants to know of the model beside its weights, by `MergeCompanion.name`.
    package let companions: [String: any TensorReader]

    package init(
      _ reader: any TensorReader, index: Int, parameters: ParameterValues = ParameterValues(),
      companions: [String: any TensorReader] = [:]
    ) {
      self.reader = reader
      self.index = index
      self.parameters = parameters
      self.companions = companions
    }

    /// How much the model counts beside the others; 1 if nothing was said.
    package var weight: Double { parameters[.weight] }
  }

  package let name: String
  package let shape: Shape
  /// The element type of the result.
  package let dtype: DType
  /// Where the models began. Recipes that use no base ignore it; the rules for tensors without arithmetic do not.
  package let base: (any TensorReader)?
  /// In the order in which they are summed.
  package let models: [Model]
  /// Parameters that the models share.
  package let parameters: ParameterValues
  /// Start of all random numbers.
  package let seed: UInt64

  /// - Parameter dtype: the type of the result; without one that of the base, or of the first model.
  /// - Throws: `noIngredients`; `shapeMismatch` naming both shapes; `badWeight` unless all weights are finite.
  package init(
    name: String, base: (any TensorReader)? = nil, models: [Model], parameters: ParameterValues = ParameterValues(),
    dtype: DType? = nil, seed: UInt64 = 0
  ) throws(MergeError) {
    guard let first = models.first else { throw MergeError(.noIngredients, "there are no models to merge") }
    let shape = base?.shape ?? first.reader.shape
    for model in models where model.reader.shape != shape {
      throw MergeError(
        .shapeMismatch,
        "its shapes differ: \(shape) in \(base == nil ? "the first model" : "the base"), "
          + "\(model.reader.shape) in model \(model.index + 1)")
    }
    for model in models where !model.weight.isFinite {
      throw MergeError(.badWeight, "the weight \(model.weight) is not a finite number")
    }
    self.name = name
    self.shape = shape
    self.dtype = dtype ?? base?.dtype ?? first.reader.dtype
    self.base = base
    self.models = models
    self.parameters = parameters
    self.seed = seed
  }

  package var elementCount: Int { shape.elementCount }

  /// The random numbers of one model's tensor: uᵢ at flat index i.
  ///
  /// The stream's name is the tensor's name, a zero byte and the model's index in decimal digits.
  package func random(_ model: Model) -> CounterRandom {
    CounterRandom(seed: seed, stream: "\(name)\u{0}\(model.index)")
  }

  /// The same merge with other readers of the same bytes.
  func replacing(base: (any TensorReader)?, models: [Model]) throws(MergeError) -> MergeInput {
    try MergeInput(name: name, base: base, models: models, parameters: parameters, dtype: dtype, seed: seed)
  }
}
