extension StateDict {
  /// The mean of models, as `combination` with equal shares.
  ///
  /// - Throws: `TrainerError` with code `missingParameter` or `wrongParameterShape` unless all have the same tensors.
  package static func mean(_ models: [StateDict]) throws -> StateDict {
    try combination(models.map { ($0, 1 / Double(models.count)) })
  }
}
