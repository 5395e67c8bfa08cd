import Merging
import Tensors
import Testing

struct DellaTests {
  @Test func largeChangesAreKeptMoreOften() throws {
    let count = 20_000
    let values = (0..<count).map { Double($0 + 1) }
    let base = try Model([Double](repeating: 0, count: count))
    for name in ["della", "della-linear"] {
      let merged = try merge([Model(values)], base: base, by: "\(name):density=0.5,epsilon=0.4,rescale=none").values
      let small = merged.prefix(count / 2).count { $0 != 0 }
      let large = merged.suffix(count / 2).count { $0 != 0 }
      // On average 0.3 and 0.7 of either half; five standard deviations.
      #expect(abs(small - 3000) < 230)
      #expect(abs(large - 7000) < 230)
    }
  }

  @Test func whatIsKeptIsDividedByItsChance() throws {
    let merged = try merge(
      [Model([Double](repeating: 1, count: 1000))], base: Model([Double](repeating: 0, count: 1000)),
      by: "della-linear:density=0.5,epsilon=0.25"
    ).values
    #expect(merged.allSatisfy { $0 == 0 || ($0 >= Double(Float(1 / 0.75)) && $0 <= 4) })
    // Of equal magnitudes the first has the highest rank: chances fall from 0.75 to 0.25.
    let kept = merged.filter { $0 != 0 }
    #expect(kept == kept.sorted())
  }

  @Test func chancesMustBeChances() throws {
    for setting in ["density=0.9", "density=0.1", "density=0.5,epsilon=0.5"] {
      #expect(code { _ = try merge([Model([1, 2])], base: Model([0, 0]), by: "della:\(setting)") } == .badParameter)
    }
    #expect(try merge([Model([1, 2])], base: Model([0, 0]), by: "della:density=1").source == .model(0))
  }
}
