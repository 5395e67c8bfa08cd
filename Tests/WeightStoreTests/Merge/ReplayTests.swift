import Testing
import WeightStore

struct ReplayTests {
  private static let path = MergeProject.path
  private static func model(_ values: Float...) throws -> [UInt8] {
    try safetensors(values.enumerated().map { MergeProject.vector("t\($0)", [$1]) })
  }

  private func replay(_ commit: ObjectID<Commit>, _ project: MergeProject) throws -> Repository.Replay {
    let request = project.temporary.request(MergeSpecification(kind: .merge, sides: [], base: nil))
    return try project.repository.replay(commit, strategies: request.strategies)
  }

  @Test func aMergeIsWhatItsRecipeSays() throws {
    let project = try MergeProject([Self.path: Self.model(1, 1), "notes": Array("a\nb\nc\nd\ne\n".utf8)])
    let left = try project.branch("left", [Self.path: Self.model(2, 1), "notes": Array("A\nb\nc\nd\ne\n".utf8)])
    try project.branch("right", [Self.path: Self.model(5, 3), "notes": Array("a\nb\nc\nd\nE\n".utf8)])
    let average = try project.temporary.merge([left])
    let resolved = try #require(
      try project.temporary.threeWay([left], resolving: [("t0", .compute(.init(name: "mean")))]).outcome)
    for merge in [average, resolved] {
      let replay = try self.replay(merge.id, project)
      #expect(replay.differingFiles == [])
      #expect(replay.computedTensorCount == merge.computedTensorCount)
      #expect(replay.fileCount == 2)
    }
  }

  /// What a merge is computed from, and stored against, stays as long as the merge does.
  @Test func aCollectionKeepsWhatAMergeNeeds() throws {
    func model(_ seed: UInt64) throws -> [UInt8] {
      var random = DeterministicRandom(seed: seed)
      return try safetensors([("w", .f32, [20_000], random.floats(20_000))])
    }
    let project = try MergeProject([Self.path: model(1)])
    let left = try project.branch("left", [Self.path: model(2)])
    try project.branch("right", [Self.path: model(3)])
    let average = try project.temporary.merge([left])
    // Next to nothing beside the models that it is made of.
    #expect(average.storedByteCount < 8000)
    _ = try project.repository.switchTo(.detached(average.id))
    // A commit that carries another one's change has it for no parent.
    var specification = MergeSpecification(kind: .cherryPick, sides: [average.id, left], base: project.base)
    specification.resolutions = [.init(pattern: "*", choice: .compute(.init(name: "mean")))]
    let picked = try #require(
      project.repository.buildMerge(project.temporary.request(specification), parents: [average.id]).outcome)
    _ = try project.repository.switchTo(.newBranch("kept", at: picked.id))
    for branch in ["main", "left", "right"] { _ = try project.repository.deleteBranch(branch, force: true) }
    _ = try project.repository.collectGarbage(graceSeconds: 0, undoSeconds: -1)
    #expect(try project.repository.checkIntegrity().isEmpty)
    for merge in [average.id, picked.id] { #expect(try replay(merge, project).differingFiles == []) }
  }

  @Test func otherWeightsThanTheRecipeGivesAreFound() throws {
    let project = try MergeProject([Self.path: Self.model(1, 1)])
    let left = try project.branch("left", [Self.path: Self.model(2, 1)])
    try project.branch("right", [Self.path: Self.model(5, 1)])
    let average = try project.temporary.merge([left])
    let forged = try project.repository.commit(
      files: [RelativePath(Self.path): MemorySource(Self.model(3.75, 1))], onto: left, branch: "forged",
      message: "Forged",
      author: TemporaryRepository.signature, committer: TemporaryRepository.signature,
      recipe: average.commit.recipe)
    let replay = try self.replay(forged.id, project)
    #expect(replay.differingFiles.map(\.text) == [Self.path])
    #expect(replay.differingTensors == ["t0"])
    expectError(.malformedObject) { _ = try self.replay(left, project) }
  }
}
