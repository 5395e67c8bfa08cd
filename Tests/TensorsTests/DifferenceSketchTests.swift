import Tensors
import Testing

struct DifferenceSketchTests {
  struct Case: Decodable, Sendable {
    let seed: UInt64
    let dtype: String
    let shape: [Int]
    let planted: Int
    let scale: Double
    let rank: Int
  }

  private func rank(_ before: [UInt8], _ after: [UInt8], _ shape: Shape, _ dtype: DType) throws -> NumericalRank? {
    var sketch = DifferenceSketch(shape: shape, dtype: dtype)
    var difference = TensorDifference()
    // In pieces that end within rows, as chunks do.
    let width = dtype.byteWidth ?? 1
    for start in stride(from: 0, to: before.count, by: 1000 * width) {
      let part = start..<min(before.count, start + 1000 * width)
      try difference.add(before: Array(before[part]), after: Array(after[part]), dtype: dtype, to: &sketch)
    }
    difference.takeRank(from: &sketch)
    return difference.rank
  }

  @Test func countsWhatStandsOutOfRounding() throws {
    for known in try goldenFile("difference_rank.json", as: [Case].self) {
      let dtype = try #require(DType(rawValue: known.dtype))
      let shape = try Shape(known.shape)
      let rows = known.shape[0]
      let columns = shape.elementCount / rows
      func normals(_ stream: UInt64, _ count: Int) -> [Double] {
        let random = CounterRandom(seed: known.seed, stream: stream)
        return (0..<count).map { random.normal(at: UInt64($0)) }
      }
      let before = try FloatConversion.bytes(normals(0, rows * columns).map { 0.05 * $0 }, as: dtype)
      let left = normals(1, rows * known.planted)
      let right = normals(2, known.planted * columns)
      var after = try FloatConversion.doubles(before, as: dtype)
      for row in 0..<rows {
        for column in 0..<columns {
          let change = (0..<known.planted).reduce(0) {
            $0 + left[row * known.planted + $1] * right[$1 * columns + column]
          }
          after[row * columns + column] += known.scale * change
        }
      }
      let found = try #require(try rank(before, try FloatConversion.bytes(after, as: dtype), shape, dtype))
      #expect(found.isLowerBound == (known.rank > DifferenceSketch.largestRank))
      #expect(found.value == min(known.rank, DifferenceSketch.largestRank + 1), "\(known)")
    }
  }

  @Test func notANumberCountsAsUnchanged() throws {
    let shape = try Shape([3, 3])
    let before = try FloatConversion.bytes([1, 2, 3, 4, 5, 6, 7, 8, .nan] as [Double], as: .f32)
    let after = try FloatConversion.bytes([1, 2, 3, 4, 5, .infinity, 7, 9, 9] as [Double], as: .f32)
    #expect(try rank(before, after, shape, .f32)?.value == 1)
  }

  @Test(
    "what is no matrix of moderate width has no rank", arguments: [[], [5], [1, 5], [5, 1], [0, 4], [2, 100_000]])
  func noMatrix(dimensions: [Int]) throws {
    #expect(DifferenceSketch(shape: try Shape(dimensions), dtype: .f32) == nil)
    #expect(DifferenceSketch(shape: try Shape([4, 4]), dtype: .i32) == nil)
  }

  @Test func differencesBeyondF32HaveNoRank() throws {
    let before = try FloatConversion.bytes([0, 0, 0, 0] as [Double], as: .f64)
    let after = try FloatConversion.bytes([1e200, 0, 0, 1] as [Double], as: .f64)
    #expect(try rank(before, after, Shape([2, 2]), .f64) == nil)
  }
}
