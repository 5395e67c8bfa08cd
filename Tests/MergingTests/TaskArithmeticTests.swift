import Merging
import Tensors
import Testing

struct TaskArithmeticTests {
  private let base = try? Model([1, 2, 3, 4])

  @Test func addsChanges() throws {
    let models = [try Model([2, 2, 3, 4]), try Model([1, 2, 5, 0], weight: 0.5)]
    let merged = try merge(models, base: base, by: "task-arithmetic")
    #expect(try merged.values == [2, 2, 4, 2])
    #expect(try merge(models, base: base, by: "task-arithmetic:lambda=2").values == [3, 2, 5, 0])
    let thirds: [Float] = [5 / 3, 2, 11 / 3, 8 / 3]
    let normalized = try merge(models, base: base, by: "task-arithmetic:normalize=true").values
    #expect(normalized == thirds.map(Double.init))
  }

  @Test func aNegativeWeightForgets() throws {
    #expect(try merge([Model([3, 2, 3, 4], weight: -1)], base: base, by: "task-arithmetic").values == [-1, 2, 3, 4])
  }

  @Test func takesBytesWhereNothingIsComputed() throws {
    let model = try Model([0, -0.0, 7, .nan])
    let alone = try merge([model, Model([9, 9, 9, 9], weight: 0)], base: base, by: "task-arithmetic")
    #expect(alone.bytes == model.bytes)
    #expect(alone.source == .model(0))
    #expect(try merge([model], base: base, by: "task-arithmetic:lambda=0").source == .base)
  }

  @Test func needsABase() throws {
    #expect(code { _ = try merge([Model([1])], by: "task-arithmetic") } == .baseRequired)
  }
}
