import Merging
import Tensors
import Testing

struct RatatouilleTests {
  @Test func theMiddleOfTwoModelsIsBetweenThem() throws {
    let merged = try merge([Model([1, 1, 1]), Model([2, 2, 2])])
    #expect(try merged.values == [1.5, 1.5, 1.5])
    #expect(merged.status == .combined)
    #expect(merged.source == nil)
  }

  @Test func aModelThatStandsTwiceCountsTwice() throws {
    #expect(try merge([Model([0]), Model([3], weight: 2)]).values == [2])
  }

  @Test func isFoundByName() {
    #expect(MergeRecipes.named("ratatouille") is Ratatouille)
    #expect(MergeRecipes.named("Ratatouille") == nil)
    #expect(MergeRecipes.mergekit("linear") is Weighted)
    #expect(Set(MergeRecipes.all.map(\.name)).count == MergeRecipes.all.count)
    #expect(MergeRecipes.all.allSatisfy { !$0.summary.isEmpty })
  }
}
