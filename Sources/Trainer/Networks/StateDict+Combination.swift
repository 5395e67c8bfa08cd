extension StateDict {
  /// Σ wᵢ θᵢ over state dicts with the same tensors.
  ///
  /// Floats are multiplied and added in F64, in order, and rounded to F32 once; counters are those of the first.
  ///
  /// - Throws: `TrainerError` with code `missingParameter` or `wrongParameterShape` unless all have the same tensors.
  package static func combination(_ parts: [(weights: StateDict, share: Double)]) throws -> StateDict {
    guard let first = parts.first else { return StateDict() }
    for part in parts.dropFirst() { try first.weights.checkSameTensors(as: part.weights) }
    var result = StateDict()
    for entry in first.weights.entries {
      guard entry.integers == nil else {
        try result.set(entry.name, shape: entry.shape, elements: entry.elements)
        continue
      }
      var sums = entry.values.map { first.share * Double($0) }
      for part in parts.dropFirst() {
        guard let other = part.weights[entry.name] else { continue }
        for (index, value) in other.values.enumerated() { sums[index] += part.share * Double(value) }
      }
      try result.set(entry.name, shape: entry.shape, values: sums.map { Float($0) })
    }
    return result
  }

  /// - Throws: `TrainerError` with code `missingParameter` or `wrongParameterShape`.
  func checkSameTensors(as other: StateDict) throws {
    for entry in entries {
      guard let counterpart = other[entry.name] else {
        throw TrainerError(.missingParameter, "only one of the models has \(entry.name.quoted())")
      }
      guard counterpart.shape == entry.shape else {
        throw TrainerError(
          .wrongParameterShape,
          "\(entry.name.quoted()) has shape \(entry.shape) in one model, \(counterpart.shape) in the other")
      }
    }
    for name in other.names where self[name] == nil {
      throw TrainerError(.missingParameter, "only one of the models has \(name.quoted())")
    }
  }
}
