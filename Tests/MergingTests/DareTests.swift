import Merging
import Tensors
import Testing

struct DareTests {
  private let base = [Double](repeating: 0, count: 20_000)
  private let ones = [Double](repeating: 1, count: 20_000)

  @Test("keeps the share that it should and rescales it", arguments: ["dare-linear", "dare-ties"])
  func keepsItsShare(name: String) throws {
    for (rescale, factor) in [("paper", 4), ("none", 1)] as [(String, Double)] {
      let merged = try merge([Model(ones)], base: Model(base), by: "\(name):density=0.25,rescale=\(rescale)")
      let values = try merged.values
      #expect(values.allSatisfy { $0 == 0 || $0 == factor })
      // Five standard deviations.
      #expect(abs(values.count { $0 != 0 } - 5000) < 310)
    }
    let l1 = try merge([Model(ones)], base: Model(base), by: "\(name):density=0.25,rescale=l1").values
    #expect(abs(l1.reduce(0, +) - 20_000) < 0.1)
  }

  @Test func masksDependOnSeedTensorAndModel() throws {
    func mask(seed: UInt64 = 1, name: String = "a", models: [Model]) throws -> [Double] {
      try merge(models, base: Model(base), by: "dare-linear:density=0.5", name: name, seed: seed).values
    }
    let one = try Model(ones)
    let first = try mask(models: [one])
    #expect(try mask(models: [one]) == first)
    #expect(try mask(seed: 2, models: [one]) != first)
    #expect(try mask(name: "b", models: [one]) != first)
    // The second model has a mask of its own: it alone is seen if the first did not change.
    #expect(try mask(models: [Model(base), one]) != first)
  }

  @Test func densityOneDropsNothing() throws {
    #expect(try merge([Model([1, 2])], base: Model([0, 1]), by: "dare-linear").source == .model(0))
  }
}
