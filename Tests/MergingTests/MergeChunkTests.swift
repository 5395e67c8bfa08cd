import Merging
import Tensors
import Testing

struct MergeChunkTests {
  private let model = Model(bytes: [0, 0, 0, 0, 0, 0, 0, 0], dtype: .f32)

  private func code(of models: [Model], as dtype: DType = .f32, elementCount: Int? = nil) -> MergeError.Code? {
    do {
      _ = try merge(models, as: dtype, elementCount: elementCount)
      return nil
    } catch {
      return (error as? MergeError)?.code
    }
  }

  @Test func refusesWhatCannotBeMerged() {
    let integers = Model(bytes: model.bytes, dtype: .i32)
    #expect(code(of: []) == .noIngredients)
    #expect(code(of: [model, integers]) == .unsupportedDType)
    #expect(code(of: [model, model], as: .u8) == .unsupportedDType)
    #expect(code(of: [model, Model(bytes: [0, 0, 0, 0], dtype: .f32)]) == .sizeMismatch)
    #expect(code(of: [model, Model(bytes: model.bytes, dtype: .bf16)]) == .sizeMismatch)
    #expect(code(of: [model], elementCount: 3) == .sizeMismatch)
  }

  @Test(
    "refuses weights",
    arguments: [
      ([Double.nan, 1], MergeError.Code.badWeight), ([.infinity, 1], .badWeight), ([1, -1], .badWeightSum),
      ([0, 0], .badWeightSum), ([.greatestFiniteMagnitude, .greatestFiniteMagnitude], .badWeightSum),
    ] as [([Double], MergeError.Code)])
  func refusesWeights(weights: [Double], code: MergeError.Code) {
    let models = weights.map { Model(bytes: model.bytes, dtype: .f32, weight: $0) }
    #expect(self.code(of: models) == code)
  }

  @Test("counts what is not finite", arguments: [DType.f64, .f32, .bf16, .f16])
  func countsNonFinite(dtype: DType) throws {
    let values = [1, Double.nan, .infinity, -.infinity, -.nan, 0, -0.0, 60000, -.nan]
    let bytes = try FloatConversion.bytes(values, as: dtype)
    let count = bytes.withUnsafeBytes { NonFiniteCount(of: $0, as: dtype) }
    #expect(count == NonFiniteCount(nan: 3, infinite: 2))
    #expect(!count.isZero)
    let many = try FloatConversion.bytes([Double](repeating: .nan, count: 100_000), as: dtype)
    #expect(many.withUnsafeBytes { NonFiniteCount(of: $0, as: dtype) }.nan == 100_000)
  }
}
