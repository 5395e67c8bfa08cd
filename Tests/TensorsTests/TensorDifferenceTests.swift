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
}
