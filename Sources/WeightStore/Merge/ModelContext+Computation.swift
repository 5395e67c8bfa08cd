import Checkpoints
import Tensors

extension ModelContext {
  /// One model's version of a tensor that is to be computed with.
  struct Ingredient {
    let version: Int
    let place: ModelVersion.Place
    let weight: Double
  }

  /// A tensor that a method computes from its versions.
  ///
  /// - Parameters:
  ///   - row: all versions of the tensor.
  ///   - firstModel: the version that counts as model 0.
  ///   - dtype: of the result; `nil` for that of the base, else of the first model.
  /// - Returns: `nil` without models.
  /// - Throws: `TensorError` for a vocabulary that is too large.
  func computation(
    _ method: MergeSpecification.Method, _ name: TensorName, row: TensorVersions, _ models: [Ingredient],
    firstModel: Int, dtype: DType?
  ) throws -> MergePlan.Computation? {
    let rows = try alignedRows(name, models)
    // What all replaced by another shape is no base, unless rows are what it has more or fewer of.
    let base = row.isReplaced && rows == nil ? nil : row.base
    guard let first = models.first, let template = base?.tensor ?? first.place.segment.tensor else { return nil }
    let shape = try rows.map { try Shape([$0.rows.rowCount] + template.shape.dimensions.dropFirst()) }
    return MergePlan.Computation(
      formula: .method(method), base: base,
      models: models.map {
        MergePlan.Contribution(segment: $0.place.segment, index: $0.version - firstModel, weight: $0.weight)
      },
      tensor: Manifest.Tensor(name: template.name, dtype: dtype ?? template.dtype, shape: shape ?? template.shape),
      randomName: template.name, path: first.place.path, alignment: rows)
  }

  /// Where the rows of each version are in the result, if they stand for tokens with differing numbers.
  private func alignedRows(_ name: TensorName, _ models: [Ingredient]) throws -> MergePlan.RowAlignment? {
    guard let vocabulary, isVocabulary(name, [0] + models.map(\.version)) else { return nil }
    let base = place(0, name).map { (version: 0, segment: $0.segment) }
    let tensors = [base].compactMap(\.self) + models.map { (version: $0.version, segment: $0.place.segment) }
    var counted: [(version: Int, rowCount: Int)] = []
    for tensor in tensors {
      guard let shape = tensor.segment.tensor?.shape, shape.elementCount > 0 else { return nil }
      counted.append((tensor.version, shape.dimensions.first ?? 1))
    }
    try vocabulary.check(rowCount: counted.map(\.rowCount).max() ?? 0, of: name)
    let offset = base == nil ? 0 : 1
    return MergePlan.RowAlignment(
      rows: vocabulary.rows(counted), tensors: tensors.map(\.segment), base: base == nil ? nil : 0,
      models: models.indices.map { $0 + offset })
  }
}
