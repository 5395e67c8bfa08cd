import Tensors

/// Something about a model beside its weights: tensors under the names of the model's tensors.
package struct MergeCompanion: Hashable, Sendable {
  /// The key in `MergeInput.Model.companions` and the option's name.
  package let name: String
  package let summary: String

  /// The model's tensor, if it has one.
  ///
  /// - Throws: `shapeMismatch`; `unsupportedDType` for elements without arithmetic.
  func of(_ model: MergeInput.Model, shape: Shape) throws(MergeError) -> (any TensorReader)? {
    guard let reader = model.companions[name] else { return nil }
    guard reader.shape == shape else {
      throw MergeError(
        .shapeMismatch, "the \(name) tensor of model \(model.index + 1) has the shape \(reader.shape), not \(shape)")
    }
    guard FloatConversion.isSupported(reader.dtype) else {
      throw MergeError(
        .unsupportedDType, "the \(name) tensor of model \(model.index + 1) has \(reader.dtype.rawValue) elements")
    }
    return reader
  }

  /// That some models lack it.
  func missing(in models: [MergeInput.Model]) -> MergeError {
    let indices = models.filter { $0.companions[name] == nil }.map { String($0.index + 1) }
    return MergeError(
      .companionRequired, "there is no \(name) tensor for model \(indices.joined(separator: ", "))")
  }
}
