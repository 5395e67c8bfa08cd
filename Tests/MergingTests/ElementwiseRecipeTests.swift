import Merging
import Tensors
import Testing

/// WiSE-FT, SCE, RAM, NearSwap, Arcee Fusion, Passthrough and EMR on numbers that can be checked by hand.
struct ElementwiseRecipeTests {
  @Test func wiseFTLiesBetween() throws {
    let base = try Model([1, 10])
    let model = try Model([3, 30])
    #expect(try merge([model], base: base, by: "wise-ft").values == [2, 20])
    #expect(try merge([model], base: base, by: "wise-ft:alpha=0").source == .base)
    #expect(try merge([model], base: base, by: "wise-ft:alpha=1").source == .model(0))
    #expect(code { _ = try merge([model], base: base, by: "wise-ft:alpha=1.5") } == .badParameter)
  }

  @Test func sceWeighsByEnergy() throws {
    let base = try Model([0, 0])
    // Energies 4 and 1 before the election; both agree on the first element.
    let models = [try Model([2, 0]), try Model([1, 0])]
    #expect(try merge(models, base: base, by: "sce", as: .f64).values == [(2 * 0.8 + 1 * 0.2), 0])
    // One of two elements varies more.
    let varying = [try Model([4, 1]), try Model([0, 2])]
    #expect(try merge(varying, base: base, by: "sce:select-topk=0.5").values == [4, 0])
    #expect(try merge(varying, base: base, by: "sce:select-topk=0.1").source == .base)
  }

  /// Energies of a fine-tuning with a low learning rate, Σ mean(δ²) ≈ 1e-10, still tell models apart.
  @Test func sceWeighsSmallChangesToo() throws {
    let models = [try Model([2e-5, 0]), try Model([1e-5, 0])]
    let merged = try merge(models, base: Model([0, 0]), by: "sce").values
    #expect(abs(merged[0] - 1.8e-5) < 1e-11)
  }

  @Test func ramTakesUniqueChangesWhole() throws {
    let base = try Model([0, 0, 0])
    let models = [try Model([4, 2, 0]), try Model([0, 4, 0.000001])]
    #expect(try merge(models, base: base, by: "ram").values == [4, 3, 0])
    // Model 1: one shared, one unique; model 2: one shared, none unique.
    let local = try merge(models, base: base, by: "ramplus-tl:r=0.5,alpha=1", as: .f64).values
    #expect(local == [4 * 1.5, 3, 0])
    #expect(try merge(models, base: base, by: "ramplus:r=0.5,alpha=0.5", as: .f64).values == [4 * 1.25, 3, 0])
  }

  @Test func nearSwapTakesWhatIsNear() throws {
    let merged = try merge([Model([1, 1]), Model([1.25, 2])], by: "nearswap:t=0.25").values
    #expect(merged == [1.25, 1.25])
    #expect(try merge([Model([1, 1]), Model([1.25, 2])], by: "nearswap:t=0").source == .model(0))
    #expect(code { _ = try MergeStrategy(parsing: "nearswap") } == .badParameter)
  }

  @Test func arceeFusionTakesOutliers() throws {
    // One row whose last element changed much more than the others.
    let first = [Double](repeating: 0, count: 8)
    let second = [0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 5]
    let merged = try merge([Model(first), Model(second)], by: "arcee-fusion").values
    #expect(merged.last == 5)
  }

  @Test func passthroughCopiesOrScales() throws {
    let model = try Model([1, .nan, -0.0])
    #expect(try merge([model], by: "passthrough").bytes == model.bytes)
    #expect(try merge([Model([1, -2])], by: "passthrough:scale=0.5").values == [0.5, -1])
    #expect(try merge([Model([1, -2])], by: "passthrough:scale=0").values == [0, 0])
  }

  @Test func emrElectsTheLargestOfTheAgreedSign() throws {
    let base = try Model([0, 0])
    let models = [try Model([1, -3]), try Model([2, 1]), try Model([-1, 1])]
    #expect(try merge(models, base: base, by: "emr").values == [2, -3])
    // Model 1: mask on both, factor (1 + 3) / (2 + 3).
    #expect(try merge(models, base: base, by: "emr:reconstruct=1", as: .f64).values == [2 * 0.8, -3 * 0.8])
    #expect(code { _ = try merge(models, base: base, by: "emr:reconstruct=4") } == .badParameter)
  }
}
