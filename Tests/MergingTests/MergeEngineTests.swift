import Foundation
import Merging
import Tensors
import Testing

/// The rules that hold for every recipe.
struct MergeEngineTests {
  private func integers(_ values: [Int64]) -> Model {
    Model(bytes: values.flatMap { value in withUnsafeBytes(of: value.littleEndian) { Array($0) } }, dtype: .i64)
  }

  @Test func equalTensorsAreHandedOn() throws {
    let model = try Model([1, .nan, -0.0])
    let merged = try merge([model, model, model])
    #expect(merged.bytes == model.bytes)
    #expect(merged.status == .equal)
    #expect(merged.source == .model(0))
    let withBase = try merge([model, model], base: model, by: "task-arithmetic")
    #expect(withBase.source == .base)
    #expect(try merge([model, model], base: Model([0, 0, 0]), by: "task-arithmetic").status == .combined)
  }

  @Test func equalTensorsOfAnotherTypeAreConverted() throws {
    let model = try Model([1, 1.0000001])
    let merged = try merge([model, model], as: .bf16)
    #expect(try merged.values == [1, 1])
    #expect(merged.dtype == .bf16)
    #expect(merged.source == nil)
  }

  @Test func theResultHasTheTypeOfTheBaseOrTheFirstModel() throws {
    let models = [try Model([1, 2], .bf16), try Model([3, 2], .f16)]
    #expect(try merge(models).dtype == .bf16)
    #expect(try merge(models, base: Model([0, 0], .f16), by: "task-arithmetic").dtype == .f16)
    #expect(try merge(models, as: .f32).dtype == .f32)
  }

  @Test func emptyTensorsAreCopied() throws {
    let merged = try merge([Model([]), Model([])], shape: [0, 3])
    #expect(merged.status == .empty)
    #expect(merged.bytes.isEmpty)
  }

  @Test func integersAreTakenOrConflict() throws {
    let old = integers([1, 2])
    let new = integers([1, 3])
    #expect(try merge([old, old]).status == .equal)
    let taken = try merge([old, new], base: old)
    #expect(taken.bytes == new.bytes)
    #expect(taken.source == .model(1))
    #expect(try merge([new, old, new], base: old).source == .model(0))
    #expect(code { _ = try merge([old, new]) } == .conflict)
    #expect(code { _ = try merge([integers([5, 5]), new], base: old) } == .conflict)
    #expect(code { _ = try merge([old, Model(bytes: new.bytes, dtype: .u64)]) } == .conflict)
  }

  @Test func stepCountersAreTheLargest() throws {
    let merged = try merge([integers([7]), integers([9]), integers([-1])], name: "bn1.num_batches_tracked", shape: [])
    #expect(merged.bytes == integers([9]).bytes)
    #expect(merged.status == .counter)
    #expect(code { _ = try merge([integers([7]), integers([9])], name: "bn1.steps") } == .conflict)
  }

  @Test func shapesMustAgree() throws {
    let error = #expect(throws: MergeError.self) {
      _ = try MergeInput(
        name: "w",
        models: [
          MergeInput.Model(Model([1, 2, 3, 4]).tensor([2, 2]), index: 0),
          MergeInput.Model(Model([1, 2, 3, 4]).tensor([4]), index: 1),
        ])
    }
    #expect(error?.code == .shapeMismatch)
    #expect(error?.message == "its shapes differ: [2, 2] in the first model, [4] in model 2")
  }

  @Test func overflowIsToldFromInfiniteInputs() throws {
    let models = [try Model([60000, .infinity, 1]), try Model([140000, 1, .nan])]
    #expect(try merge(models, as: .f16).count == NonFiniteCount(nan: 1, infinite: 2, overflowed: 1))
  }

  @Test("counts what is not finite", arguments: [DType.f64, .f32, .bf16, .f16])
  func countsNonFinite(dtype: DType) throws {
    let values = [1, Double.nan, .infinity, -.infinity, -.nan, 0, -0.0, 60000, -.nan]
    let bytes = try FloatConversion.bytes(values, as: dtype)
    let count = bytes.withUnsafeBytes { NonFiniteCount(of: $0, as: dtype) }
    #expect(count == NonFiniteCount(nan: 3, infinite: 2))
    #expect(!count.isZero)
    let many = try FloatConversion.bytes([Double](repeating: .nan, count: 100_000), as: dtype)
    #expect(many.withUnsafeBytes { NonFiniteCount(of: $0, as: dtype) }.nan == 100_000)
  }

  @Test func equalityIsFoundBeyondTheFirstPiece() throws {
    var values = [Double](repeating: 1, count: 200_000)
    let first = try Model(values, .bf16)
    values[199_999] = 2
    let second = try Model(values, .bf16)
    for executor in [MergeExecutor.serial, twoThreads] {
      #expect(try merge([first, second], on: executor).status == .combined)
      #expect(try merge([first, first], on: executor).status == .equal)
    }
  }

  @Test func buffersMustFit() throws {
    let input = try MergeInput(
      name: "w", models: [MergeInput.Model(Model([1, 2]).tensor(), index: 0)])
    let prepared = try MergeEngine(Ratatouille(), executor: .serial).prepare(input)
    var buffer = [UInt8](repeating: 0, count: 8)
    for elements in [0..<1, 0..<3, 1..<3] {
      #expect(
        code { _ = try buffer.withUnsafeMutableBytes { try prepared.combine(elements: elements, into: $0) } }
          == .sizeMismatch)
    }
  }

  /// Two elements of F4 share a byte.
  @Test func typesNarrowerThanAByteAreHandedOnOrConflict() throws {
    func input(_ last: [UInt8]) throws -> MergeInput {
      let models = try [[0x12, 0x34], last].enumerated().map { index, bytes in
        MergeInput.Model(try ResidentTensor(dtype: .f4, shape: Shape([4]), bytes: bytes), index: index)
      }
      return try MergeInput(name: "w", models: models)
    }
    let engine = MergeEngine(Ratatouille(), executor: .serial)
    let merge = try engine.prepare(input([0x12, 0x34]))
    var bytes: [UInt8] = [0, 0]
    _ = try bytes.withUnsafeMutableBytes { try merge.combine(elements: 0..<4, into: $0) }
    #expect(bytes == [0x12, 0x34])
    #expect(
      code { _ = try bytes.withUnsafeMutableBytes { try merge.combine(elements: 0..<1, into: $0) } } == .sizeMismatch)
    #expect(code { _ = try engine.prepare(input([0x12, 0x35])) } == .conflict)
  }
}
