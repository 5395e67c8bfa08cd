import Tensors

/// The same run of elements of one tensor in every ingredient, checked so that recipes need not.
///
/// The bytes belong to the caller and must outlive the chunk.
package struct MergeChunk {
  /// One model's share of a chunk.
  package struct Ingredient {
    /// Little-endian elements at any alignment.
    package let bytes: UnsafeRawBufferPointer
    package let dtype: DType
    /// How much the model counts beside the others: 1, or n for a model that stands n times among the ingredients.
    package let weight: Double

    package init(bytes: UnsafeRawBufferPointer, dtype: DType, weight: Double = 1) {
      self.bytes = bytes
      self.dtype = dtype
      self.weight = weight
    }
  }

  /// The ingredients in the order in which they are summed. Those of weight 0 are left out, whatever they hold.
  package let ingredients: [Ingredient]
  package let elementCount: Int
  /// The sum of the weights; finite and not zero.
  package let totalWeight: Double

  /// Checks ingredients of one chunk.
  ///
  /// - Throws: `noIngredients`; `unsupportedDType` unless all are F64, F32, BF16 or F16; `sizeMismatch` unless each
  ///   holds exactly `elementCount` elements; `badWeight`, `badWeightSum`.
  package init(_ ingredients: [Ingredient], elementCount: Int) throws(MergeError) {
    guard !ingredients.isEmpty else { throw MergeError(.noIngredients, "there are no models to merge") }
    for ingredient in ingredients {
      try MergeChunk.check(ingredient.bytes.count, hold: elementCount, ingredient.dtype)
      guard ingredient.weight.isFinite else {
        throw MergeError(.badWeight, "the weight \(ingredient.weight) is not a finite number")
      }
    }
    let total = ingredients.reduce(0) { $0 + $1.weight }
    guard total.isFinite, total != 0 else {
      throw MergeError(.badWeightSum, "the weights add up to \(total), so they cannot be normalised")
    }
    self.ingredients = ingredients.filter { $0.weight != 0 }
    self.elementCount = elementCount
    self.totalWeight = total
  }

  /// Checks that a buffer has the size of its elements, whose type must have arithmetic.
  static func check(_ byteCount: Int, hold elementCount: Int, _ dtype: DType) throws(MergeError) {
    guard [.f64, .f32, .bf16, .f16].contains(dtype) else {
      throw MergeError(.unsupportedDType, "\(dtype.rawValue) elements cannot be merged by arithmetic")
    }
    let (needed, overflow) = elementCount.multipliedReportingOverflow(by: dtype.bitWidth / 8)
    guard !overflow, needed == byteCount else {
      throw MergeError(
        .sizeMismatch, "\(byteCount) bytes do not hold exactly \(elementCount) \(dtype.rawValue) elements")
    }
  }
}
