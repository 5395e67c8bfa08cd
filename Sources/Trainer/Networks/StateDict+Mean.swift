import Documents

extension StateDict {
  /// The mean of models: floats in F64, rounded to F32 once; counters are the first one's.
  ///
  /// - Throws: `TrainerError` with code `missingParameter` or `wrongParameterShape` unless all have the same tensors.
  package static func mean(_ models: [StateDict]) throws -> StateDict {
    var result = StateDict()
    for entry in models.first?.entries ?? [] {
      guard entry.integers == nil else {
        try result.set(entry.name, shape: entry.shape, elements: entry.elements)
        continue
      }
      var sums = [Double](repeating: 0, count: entry.elements.count)
      for model in models {
        guard let other = model[entry.name] else {
          throw TrainerError(.missingParameter, "not all models have \(entry.name.quoted())")
        }
        guard other.shape == entry.shape else {
          throw TrainerError(
            .wrongParameterShape,
            "\(entry.name.quoted()) has shape \(entry.shape) in one model, \(other.shape) in another")
        }
        for (index, value) in other.values.enumerated() { sums[index] += Double(value) }
      }
      try result.set(entry.name, shape: entry.shape, values: sums.map { Float($0 / Double(models.count)) })
    }
    return result
  }
}
