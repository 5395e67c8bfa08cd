import Checkpoints
import Tensors
import Testing

struct ShardPlanTests {
  private func tensor(_ name: String, _ count: Int) throws -> SafetensorsWriter.Tensor {
    SafetensorsWriter.Tensor(name: name, dtype: .f32, shape: try Shape([count]))
  }

  @Test func cutsWhereTheNextWouldBeTooMuch() throws {
    let tensors = try [tensor("a", 2), tensor("b", 2), tensor("big", 100), tensor("c", 1)]
    let plan = try ShardPlan(tensors, maximumByteCount: 16)
    #expect(plan.shards.map { $0.tensors.map(\.name) } == [["a", "b"], ["big"], ["c"]])
    #expect(plan.shards.map(\.file) == [1, 2, 3].map { "model-0000\($0)-of-00003.safetensors" })
    #expect(plan.indexFile == "model.safetensors.index.json")
    let index = try ShardIndex(plan.indexBytes())
    #expect(index.statedByteCount == 4 * 105)
    #expect(index.weightMap.count == 4)
  }

  @Test func oneFileHasNoNumber() throws {
    let plan = try ShardPlan([tensor("a", 2)], maximumByteCount: 1 << 20)
    #expect(plan.shards.map(\.file) == ["model.safetensors"])
    #expect(!plan.isSharded)
  }

  @Test func keepsTheDivisionOfAnother() throws {
    let headers = try ["a", "b"].map { name in
      try SafetensorsHeader.read(safetensorsFile("{\(entry(name, "F32", "[1]", "[0,4]"))}", dataByteCount: 4))
    }
    let files = ["x-00001-of-00002.safetensors", "x-00002-of-00002.safetensors"]
    let other = try ShardedHeader([(files[0], headers[0]), (files[1], headers[1])])
    let plan = try #require(try ShardPlan([tensor("b", 7), tensor("a", 3)], as: other))
    #expect(plan.shards.map(\.file) == files)
    #expect(plan.shards.map { $0.tensors.map(\.name) } == [["a"], ["b"]])
    #expect(plan.indexFile == "x.safetensors.index.json")
    // A tensor that the other does not have, or a file that would stay empty, has no such division.
    #expect(try ShardPlan([tensor("a", 1), tensor("b", 1), tensor("c", 1)], as: other) == nil)
    #expect(try ShardPlan([tensor("a", 1)], as: other) == nil)
  }

  @Test(arguments: [
    ("model-00001-of-00003.safetensors", "model", 1, 3), ("a-b-00003-of-00003.safetensors", "a-b", 3, 3),
  ])
  func readsNumbers(_ file: String, _ stem: String, _ number: Int, _ count: Int) throws {
    let found = try #require(ShardPlan.number(of: file))
    #expect(found.stem == stem && found.number == number && found.count == count)
  }

  @Test(arguments: [
    "model.safetensors", "model-00004-of-00003.safetensors", "model-00000-of-00003.safetensors",
    "model-1-of-3.safetensors", "00001-of-00003.safetensors", "model-00001-of-00003.bin",
  ])
  func otherNamesHaveNone(_ file: String) {
    #expect(ShardPlan.number(of: file) == nil)
  }
}
