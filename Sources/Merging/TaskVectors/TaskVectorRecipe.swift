/// What the recipes that thin out changes have in common: parameters, shortcuts, rescaling.
protocol TaskVectorRecipe: MergeRecipe {
  /// Whether signs are elected, as TIES does.
  var elects: Bool { get }
  static var normalize: MergeParameter<Bool> { get }
  static var rescale: MergeParameter<Rescale> { get }

  /// The masks of the models at these positions.
  func masks(
    _ input: MergeInput, of positions: [Int], base: any TensorReader, survey: (any ModelSurvey)?,
    on executor: MergeExecutor
  ) throws -> [TaskVectorMask]
}

/// What happens to a thinned-out change so that it weighs as much as before.
package enum Rescale: String, MergeChoice {
  /// What the recipe's paper says.
  case paper
  /// Multiplied by Σ|δ| / Σ|kept δ| over the tensor.
  case l1
  case none
}

extension MergeParameter<Double> {
  /// How much of a model's change is kept.
  package static let density = MergeParameter(
    "density", "how much of each model's change is kept", default: 1, in: 0...1, isPerModel: true,
    mergekitKey: "density")
}

extension MergeParameter<Bool> {
  /// Of task vectors: by what their sum is divided is the recipe's affair.
  static func normalizesTaskVectors(default value: Bool) -> MergeParameter {
    MergeParameter("normalize", "divide by the sum of the weights", default: value, mergekitKey: "normalize")
  }
}

extension MergeParameter<Rescale> {
  /// For recipes whose papers rescale.
  static let rescaleAsInPaper = MergeParameter(
    "rescale", "how a thinned-out change regains its weight", default: .paper,
    aliases: ["true": .l1, "false": .none], mergekitKey: "rescale", mergekitDefault: .l1)

  /// For recipes whose papers do not.
  static let rescaleIfAsked = MergeParameter(
    "rescale", "how a thinned-out change regains its weight", default: .none, of: [.l1, .none],
    aliases: ["true": .l1, "false": .none], mergekitKey: "rescale")
}

extension TaskVectorRecipe {
  package var base: BaseUse { .required }

  /// Parameters of all of them.
  static var common: [ParameterSpec] {
    [
      MergeParameter.weight.spec, MergeParameter.density.spec, TaskArithmetic.lambda.spec, normalize.spec,
      rescale.spec,
    ]
  }

  package func prepare(
    _ input: MergeInput, survey: (any ModelSurvey)?, on executor: MergeExecutor
  ) throws -> MergeDecision {
    guard let base = input.base else { return .take(.model(0)) }
    let lambda = input.parameters[TaskArithmetic.lambda]
    let normalizes = input.parameters[Self.normalize]
    let positions = input.models.indices.filter { input.models[$0].weight != 0 }
    guard lambda != 0, !positions.isEmpty else { return .take(.base) }
    let masks = try masks(input, of: positions, base: base, survey: survey, on: executor)
    var vectors = zip(positions, masks).map { position, mask in
      TaskVector(reader: input.models[position].reader, weight: input.models[position].weight, mask: mask)
    }
    if let alone = positions.first, positions.count == 1, lambda == 1, case .everything = masks[0],
      vectors[0].weight == 1 || (normalizes && (elects || abs(vectors[0].weight) >= 1e-8))
    {
      return .take(.model(alone))
    }
    if input.parameters[Self.rescale] == .l1 {
      try TaskVectorScale.match(&vectors, base: base, on: executor)
    }
    return .combine(
      TaskVectorCombination(
        base: base, vectors: vectors, elects: elects, normalizes: normalizes, lambda: lambda, dtype: input.dtype))
  }
}
