import Tensors

/// The types weights are stored in. Training is in f32; what is stored is rounded once, at the end.
package struct WeightStorage: Sendable {
  /// By tensor; F32 for those that are not named.
  package var dtypes: [String: DType]

  package init(dtypes: [String: DType] = [:]) {
    self.dtypes = dtypes
  }

  /// The weights as reading the stored file gives them back.
  ///
  /// - Throws: `TensorError` for a type that holds no floating-point numbers.
  func rounded(_ weights: StateDict) throws -> StateDict {
    var result = weights
    for entry in weights.entries where entry.integers == nil {
      guard let dtype = dtypes[entry.name], dtype != .f32 else { continue }
      let bytes = try FloatConversion.bytes(entry.values, as: dtype)
      try result.set(entry.name, shape: entry.shape, values: try FloatConversion.floats(bytes, as: dtype))
    }
    return result
  }
}
