import Merging
import Tensors
import Testing

/// The selection of the largest changes, seen through recipes, against sorting.
struct RankSelectionTests {
  /// Which elements are among the `count` largest; of equal ones the first.
  private func largest(_ keys: [Double], _ count: Int) -> Set<Int> {
    Set(keys.indices.sorted { (keys[$1], $0) < (keys[$0], $1) }.prefix(count))
  }

  private func kept(_ merged: Merged, _ base: [Double]) throws -> Set<Int> {
    let values = try merged.values
    return Set(values.indices.filter { values[$0] != base[$0] })
  }

  @Test("finds the largest, whatever is equal", arguments: [1, 2, 5, 1000])
  func findsTheLargest(distinct: Int) throws {
    let count = 150_000
    let random = CounterRandom(seed: 1, stream: UInt64(distinct))
    let base = [Double](repeating: 0, count: count)
    let values = (0..<count).map { index -> Double in
      let magnitude = Double(1 + random.integer(at: UInt64(index), below: distinct))
      return index % 3 == 0 ? -magnitude : magnitude
    }
    for density in [0.00001, 0.1, 0.5, 0.99999] {
      let expected = largest(values.map(\.magnitude), max(1, Int(density * Double(count))))
      for (step, executor) in [(Int.max, MergeExecutor.serial), (40_000, twoThreads)] {
        let merged = try merge(
          [Model(values)], base: Model(base), by: "ties:density=\(density)", step: step, on: executor)
        #expect(try kept(merged, base) == expected, "density \(density)")
      }
    }
  }

  @Test func bandsLeaveOutBothEnds() throws {
    let count = 1000
    let random = CounterRandom(seed: 2, stream: 0)
    let values = (0..<count).map { Double(1 + random.integer(at: UInt64($0), below: 50)) }
    let base = [Double](repeating: 0, count: count)
    let merged = try merge([Model(values)], base: Model(base), by: "breadcrumbs:density=0.5,gamma=0.1")
    #expect(try kept(merged, base) == largest(values, 600).subtracting(largest(values, 100)))
  }

  @Test func magnitudesBeyondF32AreOrderedToo() throws {
    let values = [1e-300, 1e300, -1e200, 1e-200]
    let merged = try merge([Model(values, .f64)], base: Model([0, 0, 0, 0], .f64), by: "ties:density=0.5")
    // Beyond the range of F32 both are infinite: the first of equals.
    #expect(try merged.values == [0, 1e300, -1e200, 0])
  }
}
