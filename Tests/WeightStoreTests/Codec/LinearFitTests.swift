import Tensors
import Testing
import WeightStore

/// The coefficients of merges are found from what they made.
struct LinearFitTests {
  private static let count = 4000

  /// A base and models fine-tuned from it: each element moved by about a hundredth.
  private func family(_ modelCount: Int, dtype: DType, seed: UInt64) throws -> [[Double]] {
    var random = SampleRandom(state: seed)
    let base = (0..<LinearFitTests.count).map { _ in random.normal() * 0.05 }
    return try (0...modelCount).map { model in
      try stored(base.map { model == 0 ? $0 : $0 * (1 + 0.01 * random.normal()) }, as: dtype)
    }
  }

  /// As they come back from a file.
  private func stored(_ values: [Double], as dtype: DType) throws -> [Double] {
    try FloatConversion.doubles(FloatConversion.bytes(values, as: dtype), as: dtype)
  }

  private func combined(_ inputs: [[Double]], _ weights: [Double], divisor: Double = 1) -> [Double] {
    inputs[0].indices.map { index in zip(inputs, weights).reduce(-0.0) { $0 + $1.1 * $1.0[index] } / divisor }
  }

  @Test("an average divides by the number of models", arguments: [DType.f32, .bf16, .f16], [2, 3, 5, 8])
  func averages(dtype: DType, modelCount: Int) throws {
    let models = Array(try family(modelCount, dtype: dtype, seed: 1).dropFirst())
    let weights = models.map { _ in 1.0 }
    let target = try stored(combined(models, weights, divisor: Double(modelCount)), as: dtype)
    let found = try #require(LinearFit(target: target, inputs: models, dtype: dtype).best())
    #expect(found.values == weights)
    #expect(found.divisor == Double(modelCount))
  }

  @Test("a model that stands twice counts twice")
  func weighted() throws {
    let models = Array(try family(3, dtype: .f32, seed: 2).dropFirst())
    let target = try stored(combined(models, [2, 1, 1], divisor: 4), as: .f32)
    let found = try #require(LinearFit(target: target, inputs: models, dtype: .f32).best())
    #expect(found.values == [2, 1, 1])
    #expect(found.divisor == 4)
  }

  @Test("task arithmetic and what was not used", arguments: [DType.f32, .bf16])
  func taskArithmetic(dtype: DType) throws {
    let models = try family(3, dtype: dtype, seed: 3)
    let weights = [0.2, 0.4, 0.4, 0]
    let target = try stored(combined(models, weights), as: dtype)
    let found = try #require(LinearFit(target: target, inputs: models, dtype: dtype).best())
    for (value, weight) in zip(found.values, weights) { #expect(abs(value / found.divisor - weight) < 1e-9) }
  }

  /// Any coefficients: nearly all elements of F32 come out as they are.
  @Test func interpolations() throws {
    let models = Array(try family(2, dtype: .f32, seed: 4).dropFirst())
    let target = try stored(combined(models, [0.61803, 0.38197]), as: .f32)
    let found = try #require(LinearFit(target: target, inputs: models, dtype: .f32).best())
    let again = try stored(combined(models, found.values, divisor: found.divisor), as: .f32)
    #expect(zip(again, target).count { $0 == $1 } > LinearFitTests.count * 95 / 100)
  }

  @Test func whatTellsNothingGivesNothing() throws {
    let models = try family(2, dtype: .f32, seed: 5)
    #expect(LinearFit(target: [], inputs: [], dtype: .f32).best() == nil)
    #expect(LinearFit(target: [1, 2], inputs: [[1, 2], [2, 3]], dtype: .f32).best() == nil)
    let nothing = models[0].map { _ in Double.nan }
    #expect(LinearFit(target: nothing, inputs: models, dtype: .f32).best() == nil)
    // Equal inputs, zeros, and numbers that are none among others.
    var odd = models
    odd[1] = odd[0]
    odd[2] = odd[2].map { _ in 0 }
    odd[2][7] = .infinity
    let found = try #require(LinearFit(target: odd[0], inputs: odd, dtype: .f32).best())
    #expect(!found.values.contains { !$0.isFinite })
  }
}
