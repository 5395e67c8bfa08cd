import Merging
import Tensors
import Testing

struct ModelStockTests {
  /// At a right angle the base stays, without an angle the mean is taken.
  @Test func theAngleDecides() throws {
    let base = try Model([1, 1])
    #expect(try merge([Model([2, 1]), Model([1, 3])], base: base, by: "model-stock").source == .base)
    #expect(try merge([Model([2, 1]), Model([3, 1])], base: base, by: "model-stock").values == [2.5, 1])
    // cos 60° = 1/2: t = 2/3.
    let sixty = try merge(
      [Model([2, 1]), Model([1.5, 1 + 0.75.squareRoot()])], base: base, by: "model-stock", as: .f64
    ).values
    #expect(abs(sixty[0] - 1.5) < 1e-7)
  }

  @Test func everyFilterHasItsAngle() throws {
    let base = try Model([0, 0, 0, 0])
    let models = [try Model([1, 0, 1, 0]), try Model([1, 0, 0, 1])]
    #expect(try merge(models, base: base, by: "model-stock:angle-per=filter", shape: [2, 2]).values == [1, 0, 0, 0])
    let whole = try merge(models, base: base, by: "model-stock", shape: [2, 2]).values
    #expect(whole[2] > 0.3)
  }

  /// Small updates keep their angle: norms and biases at a low learning rate.
  @Test func smallChangesHaveAnAngleToo() throws {
    let base = try Model([Double](repeating: 0, count: 4096))
    let random = CounterRandom(seed: 1, stream: 0)
    let shared = (0..<4096).map { random.normal(at: $0) }
    let models = try (0..<2).map { model in
      try Model((0..<4096).map { 3e-6 * (shared[$0] + random.normal(at: UInt64((model + 1) * 5000 + $0))) })
    }
    let merged = try merge(models, base: base, by: "model-stock").values
    let mean = try merge(models, by: "ratatouille").values
    // cos ≈ 1/2, so t ≈ 2/3.
    #expect(abs(merged[0] / mean[0] - 2.0 / 3) < 0.03)
  }

  @Test func aNegativeRatioCanBeClamped() throws {
    let base = try Model([0, 0])
    let models = [try Model([1, 0]), try Model([-0.5, 1])]
    #expect(try merge(models, base: base, by: "model-stock").values[0] < 0)
    #expect(try merge(models, base: base, by: "model-stock:clamp-t=true").source == .base)
  }
}
