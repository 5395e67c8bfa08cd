import Tensors
import Testing
import WeightStore

struct MethodMergeTests {
  private let temporary: TemporaryRepository
  private let base: ObjectID<Commit>
  private var repository: Repository { temporary.repository }
  private typealias Tensors = [(name: String, dtype: DType, shape: [Int], bytes: [UInt8])]

  init() throws {
    temporary = try TemporaryRepository()
    try temporary.write(try MethodMergeTests.model(head: [1, 2]), to: "m.safetensors")
    try temporary.write([0], to: "notes")
    base = try temporary.commit("base").id
  }

  private static func model(head: [Float], extra: Tensors = []) throws -> [UInt8] {
    var random = DeterministicRandom(seed: 1)
    let body = random.floats(1000)
    return try safetensors(
      [("body", .f32, [10, 100], body), ("head", .f32, [head.count], littleEndian(head)), ("none", .f32, [0], [])]
        + extra)
  }

  /// A commit on a branch of its own, made from `base`.
  private func variant(_ branch: String, _ bytes: [UInt8], notes: [UInt8]? = nil) throws -> ObjectID<Commit> {
    _ = try repository.switchTo(.newBranch(branch, at: base))
    try temporary.write(bytes, to: "m.safetensors")
    if let notes { try temporary.write(notes, to: "notes") }
    return try temporary.commit(branch).id
  }

  private func head(of commit: ObjectID<Commit>) throws -> [UInt8] {
    let checkpoint = try repository.checkpoint(RelativePath("m.safetensors"), in: commit)
    let segment = try #require(checkpoint.manifest.tensors.first { $0.tensor.name == "head" }?.segment)
    return try checkpoint.bytes(of: segment)
  }

  private func land(_ merge: Repository.MergeOutcome) throws {
    _ = try repository.fastForward(to: merge.id, description: "merge", removing: merge.candidate)
  }

  @Test func equalTensorsKeepTheirChunksAndParentsAreTheTips() throws {
    let a = try variant("a", MethodMergeTests.model(head: [3, 4]))
    let b = try variant("b", MethodMergeTests.model(head: [5, 9]))
    let merge = try temporary.merge([a, base])
    #expect(merge.commit.parents == [b, a])
    #expect(merge.computedTensorCount == 1)
    #expect(merge.keptTensorCount == 2)
    #expect(try head(of: merge.id) == littleEndian([4, 6.5]))
    #expect(try repository.headCommitID() == b)
    let path = try RelativePath("m.safetensors")
    let before = try repository.checkpoint(path, in: a).manifest
    let after = try repository.checkpoint(path, in: merge.id).manifest
    #expect(before.tensors[0].segment == after.tensors[0].segment)
    try land(merge)
    #expect(try temporary.read("m.safetensors") == MethodMergeTests.model(head: [4, 6.5]))
    #expect(try repository.status().isClean)
    #expect(try repository.refs().map(\.name.text).filter { $0.hasPrefix("refs/candidates") } == [])
    #expect(try repository.checkIntegrity().isEmpty)
  }

  @Test func aSoupStandsForItsOwnIngredients() throws {
    let a = try variant("a", MethodMergeTests.model(head: [3, 4]))
    let b = try variant("b", MethodMergeTests.model(head: [5, 9]))
    let c = try variant("c", MethodMergeTests.model(head: [0.1, 7]))
    _ = try repository.switchTo(.branch("a"))
    let all = try temporary.merge([b, c])
    let ids = [a, b, c].sorted()
    #expect(all.commit.recipe.ingredients == ids.map { Recipe.Ingredient(commit: $0, weight: 1) })
    // The same three models in other orders and steps give the same bits.
    let other = try temporary.merge([c, b, c])
    let oneByOne = try temporary.merge([c])
    try land(oneByOne)
    let grown = try temporary.merge([b])
    #expect(grown.commit.recipe.ingredients == all.commit.recipe.ingredients)
    #expect(try repository.tree(of: grown.id) == repository.tree(of: all.id))
    #expect(try repository.tree(of: other.id) == repository.tree(of: all.id))
    // Another method takes the soup as one model.
    let mixed = try temporary.merge([b], method: "other")
    #expect(mixed.commit.recipe.ingredients.count == 2)
  }

  @Test func anAncestorIsNoIngredient() throws {
    let a = try variant("a", MethodMergeTests.model(head: [3, 4]))
    _ = try variant("b", MethodMergeTests.model(head: [5, 9]))
    _ = try repository.switchTo(.branch("main"))
    expectError(.nothingToCommit) { _ = try temporary.merge([a]) }
    let merge = try temporary.merge([a, try repository.resolve("b")])
    #expect(merge.commit.parents.count == 2)
    #expect(!merge.commit.parents.contains(base))
    try land(merge)
    #expect(try repository.headCommitID() == merge.id)
  }

  @Test func tensorsThatCannotBeCombinedConflict() throws {
    let steps: Tensors = [("steps", .i64, [1], [1, 0, 0, 0, 0, 0, 0, 0])]
    let moreSteps: Tensors = [("steps", .i64, [1], [2, 0, 0, 0, 0, 0, 0, 0])]
    for (left, right, subject) in [
      (try MethodMergeTests.model(head: [1]), try MethodMergeTests.model(head: [1, 2, 3]), "head: reshaped-modified"),
      (try MethodMergeTests.model(head: [1]), try MethodMergeTests.model(head: [1, 3]), "head: reshaped-modified"),
      (
        try MethodMergeTests.model(head: [7, 7], extra: steps),
        try MethodMergeTests.model(head: [7, 8], extra: moreSteps),
        "steps: non-float"
      ),
    ] {
      let number = try repository.branches().count
      let a = try variant("a\(number)", left)
      let b = try variant("b\(number)", right)
      let stopped = #expect(throws: MergeStopped.self) { _ = try temporary.merge([a]) }
      #expect(stopped?.subjects == [subject])
      #expect(try repository.headCommitID() == b)
      #expect(try temporary.names(in: ".wgit/tmp") == [])
    }
  }

  @Test func aHeadThatAllReplacedIsAveraged() throws {
    let a = try variant("a", MethodMergeTests.model(head: [3, 4, 5]))
    _ = try variant("b", MethodMergeTests.model(head: [5, 9, 1]))
    #expect(try head(of: temporary.merge([a]).id) == littleEndian([4, 6.5, 3]))
    #expect(throws: MergeStopped.self) { _ = try temporary.merge([a], method: "based") }
  }

  @Test func whatOneModelAddsIsTaken() throws {
    let steps: Tensors = [("steps", .i64, [1], [1, 0, 0, 0, 0, 0, 0, 0])]
    let a = try variant("a", MethodMergeTests.model(head: [3, 1], extra: steps))
    _ = try variant("b", MethodMergeTests.model(head: [5, 1]))
    let merge = try temporary.merge([a])
    let names = try repository.checkpoint(RelativePath("m.safetensors"), in: merge.id).manifest.tensors.map(
      \.tensor.name)
    #expect(Set(names) == ["body", "head", "none", "steps"])
    #expect(try head(of: merge.id) == littleEndian([4, 1]))
  }

  @Test func aModelThatWentOnReplacesItsEarlierSelf() throws {
    let a = try variant("a", MethodMergeTests.model(head: [3, 4]))
    let b = try variant("b", MethodMergeTests.model(head: [5, 9]))
    try land(try temporary.merge([a]))
    _ = try repository.switchTo(.branch("a"))
    try temporary.write(MethodMergeTests.model(head: [7, 7]), to: "m.safetensors")
    let later = try temporary.commit("later").id
    _ = try repository.switchTo(.branch("b"))
    let merge = try temporary.merge([later])
    #expect(merge.commit.recipe.ingredients.map(\.commit) == [b, later].sorted())
    #expect(try head(of: merge.id) == littleEndian([6, 8]))
  }

  @Test func weightsAreSharedByASoupsIngredients() throws {
    let a = try variant("a", MethodMergeTests.model(head: [3, 4]))
    let b = try variant("b", MethodMergeTests.model(head: [5, 9]))
    let c = try variant("c", MethodMergeTests.model(head: [1, 1]))
    _ = try repository.switchTo(.branch("a"))
    let soup = try temporary.merge([b])
    try land(soup)
    let merge = try temporary.merge([c], weights: [soup.id: 0.5, c: 0.5])
    let weights = Dictionary(uniqueKeysWithValues: merge.commit.recipe.ingredients.map { ($0.commit, $0.weight) })
    #expect(weights == [a: 0.25, b: 0.25, c: 0.5])
  }

  @Test func aMethodThatNeedsABaseRefusesSeveral() throws {
    let a = try variant("a", MethodMergeTests.model(head: [3, 4]))
    let b = try variant("b", MethodMergeTests.model(head: [5, 9]))
    try land(try temporary.merge([a], method: "one"))
    _ = try repository.switchTo(.newBranch("c", at: a))
    try land(try temporary.merge([b], method: "two"))
    let bases = expectError(.severalMergeBases) { _ = try temporary.merge([repository.resolve("b")], method: "based") }
    #expect(bases?.subjects == [a, b].sorted().map(\.hex))
    let merge = try temporary.merge([repository.resolve("b")], method: "based", base: base)
    #expect(merge.commit.recipe.base == base)
  }

  @Test func equalIntegersAreKept() throws {
    let steps: Tensors = [("steps", .i64, [1], [1, 0, 0, 0, 0, 0, 0, 0])]
    let a = try variant("a", MethodMergeTests.model(head: [3], extra: steps))
    _ = try variant("b", MethodMergeTests.model(head: [5], extra: steps))
    let merge = try temporary.merge([a])
    #expect(merge.keptTensorCount == 3)
  }

  @Test func otherFilesAreMergedThreeWays() throws {
    let a = try variant("a", MethodMergeTests.model(head: [3, 4]), notes: [1])
    let b = try variant("b", MethodMergeTests.model(head: [5, 9]))
    let merge = try temporary.merge([a])
    #expect(try repository.contents(of: RelativePath("notes"), in: merge.id) == [1])
    let c = try variant("c", MethodMergeTests.model(head: [6, 6]), notes: [2])
    #expect(throws: MergeStopped.self) { _ = try temporary.merge([a]) }
    #expect(try temporary.merge([b]).commit.parents == [c, b])
    _ = try variant("d", MethodMergeTests.model(head: [8, 8]), notes: [1])
    #expect(try repository.contents(of: RelativePath("notes"), in: temporary.merge([a]).id) == [1])
  }

  @Test func largeTensorsAreCombinedChunkByChunk() throws {
    func model(_ seed: UInt64, last: Float) throws -> [UInt8] {
      var random = DeterministicRandom(seed: seed)
      let big = random.floats(ChunkGrid.chunkByteCount / 4) + littleEndian([last, last])
      return try safetensors(
        [("big", .f32, [big.count / 4], big), ("none", .f32, [0], []), ("z", .f32, [1], littleEndian([last]))])
    }
    let a = try variant("a", model(1, last: 2))
    _ = try variant("b", model(1, last: 4))
    let merge = try temporary.merge([a])
    #expect(try repository.contents(of: RelativePath("m.safetensors"), in: merge.id) == model(1, last: 3))
  }
}
