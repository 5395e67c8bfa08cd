import Tensors
import Testing
import WeightStore

/// Every row of the table of three-way semantics, for a merge relative to the base and for one by a method.
struct TensorTableTests {
  private struct Row: CustomTestStringConvertible {
    let base: Manifest.Segment?
    let sides: [Manifest.Segment?]
    let status: TensorStatus
    let threeWay: TensorVerdict
    let method: TensorVerdict
    var testDescription: String { status.rawValue }

    init(
      _ base: Manifest.Segment?, _ sides: [Manifest.Segment?], _ status: TensorStatus, _ threeWay: TensorVerdict,
      _ method: TensorVerdict
    ) {
      self.base = base
      self.sides = sides
      self.status = status
      self.threeWay = threeWay
      self.method = method
    }
  }

  private static func segment(_ content: UInt8, _ dtype: DType = .f32, _ shape: [Int] = [2]) -> Manifest.Segment {
    guard let shape = try? Shape(shape) else { preconditionFailure("a shape of the test itself is wrong") }
    return Manifest.Segment(
      tensor: Manifest.Tensor(name: "w", dtype: dtype, shape: shape),
      byteCount: shape.elementCount * dtype.bitWidth / 8, chunks: [ObjectID(SHA256.digest(of: [content]))])
  }

  private static let x = segment(0)
  private static let a = segment(1)
  private static let b = segment(2)
  private static let reshaped = segment(3, .f32, [3])
  private static let half = segment(4, .bf16)
  private static let halfOther = segment(5, .bf16)
  private static let conflict = TensorVerdict.conflict(canCompute: false)

  private static let rows = [
    Row(x, [x, x], .unchanged, .keep, .keep),
    Row(x, [a, x], .ours, .take(0), .combine([0, 1])),
    Row(x, [x, b], .theirs, .take(1), .combine([0, 1])),
    Row(x, [a, a], .same, .take(0), .take(0)),
    Row(x, [a, b], .both, .conflict(canCompute: true), .combine([0, 1])),
    Row(nil, [a, nil], .added, .take(0), .take(0)),
    Row(nil, [nil, b], .added, .take(1), .take(1)),
    Row(nil, [a, a], .addedSame, .take(0), .take(0)),
    Row(nil, [a, b], .addedBoth, .conflict(canCompute: true), .combine([0, 1])),
    Row(nil, [a, reshaped], .reshapedModified, conflict, conflict),
    Row(x, [nil, x], .deleted, .delete, .delete),
    Row(x, [x, nil], .deleted, .delete, .delete),
    Row(x, [nil, nil], .deletedBoth, .delete, .delete),
    Row(x, [nil, b], .deletedModified, conflict, conflict),
    Row(x, [a, nil], .deletedModified, conflict, conflict),
    Row(x, [reshaped, x], .reshaped, .take(0), conflict),
    Row(x, [reshaped, reshaped], .same, .take(0), .take(0)),
    Row(x, [reshaped, b], .reshapedModified, conflict, conflict),
    // A new head of another size, on every side.
    Row(x, [reshaped, segment(6, .f32, [3])], .reshapedModified, .conflict(canCompute: true), .combine([0, 1])),
    Row(x, [reshaped, segment(6, .f32, [4])], .reshapedModified, conflict, conflict),
    Row(x, [reshaped, segment(6, .f32, [3]), x], .reshapedModified, conflict, conflict),
    Row(x, [half, x], .recast, .take(0), .recast(values: 1, type: 0)),
    Row(x, [x, half], .recast, .take(1), .recast(values: 0, type: 1)),
    Row(x, [half, b], .recastModified, .recast(values: 1, type: 0), .recast(values: 1, type: 0)),
    Row(x, [a, half], .recastModified, .recast(values: 0, type: 1), .recast(values: 0, type: 1)),
    Row(x, [half, halfOther], .both, .conflict(canCompute: true), .combine([0, 1])),
    Row(segment(0, .i32), [segment(1, .i32), segment(2, .i32)], .nonFloat, conflict, conflict),
    Row(segment(0, .i32), [segment(1, .i32), segment(0, .i32)], .ours, .take(0), .take(0)),
    Row(segment(0, .f8E4M3), [segment(1, .f8E4M3), segment(2, .f8E4M3)], .nonFloat, conflict, conflict),
    // Several branches: distinct changes count, however many made them.
    Row(x, [x, x, b], .theirs, .take(2), .combine([0, 1, 2])),
    Row(x, [x, b, b], .theirs, .take(1), .combine([0, 1, 2])),
    Row(x, [a, x, a], .same, .take(0), .combine([0, 1, 2])),
    Row(x, [a, b, a], .both, .conflict(canCompute: true), .combine([0, 1, 2])),
    Row(x, [a, nil, nil], .deletedModified, conflict, conflict),
    Row(nil, [nil, a, a], .addedSame, .take(1), .take(1)),
    Row(nil, [nil, a, b], .addedBoth, .conflict(canCompute: true), .combine([1, 2])),
  ]

  @Test(arguments: rows)
  private func row(_ row: Row) {
    let versions = TensorVersions(base: row.base, hasBase: true, sides: row.sides)
    let threeWay = ThreeWayTable.row(versions)
    #expect(threeWay.status == row.status)
    #expect(threeWay.verdict == row.threeWay)
    let method = AverageTable.row(versions, needsBase: false)
    #expect(method.verdict == row.method)
  }

  @Test func withoutABaseNothingCanBeComputedFromIt() {
    let versions = TensorVersions(base: nil, hasBase: true, sides: [Self.a, Self.b])
    #expect(AverageTable.row(versions, needsBase: true).verdict == Self.conflict)
  }
}
