import Tensors
import Testing

struct TensorDifferenceTests {
  private func difference(_ before: [Double], _ after: [Double], _ dtype: DType) throws -> TensorDifference {
    var difference = TensorDifference()
    try difference.add(
      before: FloatConversion.bytes(before, as: dtype), after: FloatConversion.bytes(after, as: dtype), dtype: dtype)
    return difference
  }

  @Test("figures of small tensors", arguments: [DType.f64, .f32, .bf16, .f16])
  func figures(dtype: DType) throws {
    let found = try difference([3, 0, -4, 1, .nan], [3, 2, -4, .infinity, .nan], dtype)
    #expect(found.elementCount == 5)
    #expect(found.differingCount == 2)
    #expect(found.nonFiniteCount == 2)
    #expect(found.maximumAbsolute == 2)
    #expect(found.norm == 2)
    #expect(found.relativeChange == 0.4)
    #expect(found.cosine == 25 / (5 * 29.0.squareRoot()))
    #expect(found.changedFraction == 0.4)
  }

  @Test func manyBlocksAddUpAsOne() throws {
    let before = (0..<5000).map { Double($0 % 7) }
    let after = (0..<5000).map { Double($0 % 7 + ($0 % 5 == 0 ? 1 : 0)) }
    let whole = try difference(before, after, .f32)
    #expect(whole.differingCount == 1000)
    #expect(whole.norm == 1000.0.squareRoot())
    #expect(whole.relativeChange == (1000 / before.reduce(0) { $0 + $1 * $1 }).squareRoot())
  }

  @Test func refusesWhatDoesNotFit() {
    var difference = TensorDifference()
    #expect(throws: TensorError.self) { try difference.add(before: [0, 0, 0, 0], after: [0, 0], dtype: .f32) }
    #expect(throws: TensorError.self) { try difference.add(before: [0, 0, 0], after: [0, 0, 0], dtype: .f32) }
    #expect(throws: TensorError.self) { try difference.add(before: [0], after: [1], dtype: .u8) }
  }

  @Test func nothingDiffersFromNothing() throws {
    let found = try difference([], [], .f32)
    #expect(found.relativeChange == 0)
    #expect(found.cosine == nil)
    #expect(found.changedFraction == 0)
  }

  @Test func stretchesAddUp() throws {
    let before: [Float] = [1, -2, 0.5, 3]
    let after: [Float] = [1.5, -2, 0.25, 3.0078125]
    func bytes(_ values: some Sequence<Float>) -> [UInt8] {
      values.flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * UInt32($0))) } }
    }
    var whole = TensorDifference(countingMagnitudes: true)
    try whole.add(before: bytes(before), after: bytes(after), dtype: .f32)
    var sum = TensorDifference()
    for part in [0..<2, 2..<4] {
      var stretch = TensorDifference()
      try stretch.add(before: bytes(before[part]), after: bytes(after[part]), dtype: .f32)
      sum += stretch
    }
    #expect(sum.relativeChange == whole.relativeChange && sum.cosine == whole.cosine)
    #expect(sum.changedFraction == 0.75 && sum.maximumAbsolute == 0.5 && sum.magnitudes == nil)
    // numpy: np.frexp([0.5, 0.25, 0.0078125])[1] - 1
    let counts = try #require(whole.magnitudes)
    let exponents = counts.indices.filter { counts[$0] > 0 }.map { $0 + TensorDifference.smallestExponent }
    #expect(exponents == [-7, -2, -1] && counts.reduce(0, +) == 3)
  }
}
