import Tensors
import Testing
import WeightStore

/// Weights and what stands beside them must fit after a merge: configurations, tied embeddings, quantised codes.
struct ModelFitTests {
  private static let weights = "model.safetensors"
  private typealias Tensors = MergeProject.Tensors

  private static func matrix(_ name: String, _ rows: [[Float]]) -> Tensors.Element {
    (name, .f32, [rows.count, rows.first?.count ?? 0], littleEndian(rows.flatMap(\.self)))
  }

  private static func embedding(_ values: Float...) -> Tensors.Element {
    matrix("model.embed_tokens.weight", values.map { [$0] })
  }

  private static func head(_ values: Float...) -> Tensors.Element { matrix("lm_head.weight", values.map { [$0] }) }

  private static func files(_ tensors: Tensors.Element..., config: String) throws -> [String: [UInt8]] {
    [weights: try safetensors(tensors), "config.json": Array(config.utf8)]
  }

  private func tensors(_ commit: ObjectID<Commit>, _ project: MergeProject) throws -> [String: [UInt8]] {
    try project.tensors(commit, ModelFitTests.weights)
  }

  // MARK: - Configurations

  @Test func aConfigurationThatNoLongerFitsIsAConflict() throws {
    let project = try MergeProject(
      Self.files(Self.embedding(1, 2), config: "{\"vocab_size\": 2, \"hidden_size\": 1, \"x\": 1}"))
    let theirs = try project.branch(
      "theirs", Self.files(Self.embedding(1, 2, 3), config: "{\"vocab_size\": 3, \"hidden_size\": 1, \"x\": 1}"))
    let text = "{\"vocab_size\": 2, \"hidden_size\": 1, \"x\": 2}"
    try project.branch("ours", Self.files(Self.embedding(1, 2), config: text))
    // The rows and their number come from the same side.
    let whole = try #require(try project.temporary.threeWay([theirs]).outcome)
    #expect(try project.contents("config.json", whole.id) == "{\"vocab_size\":3,\"hidden_size\":1,\"x\":2}")
    // Taken apart they do not fit.
    let result = try project.temporary.threeWay([theirs], only: ["model.*"])
    guard case .conflicts(let plan) = result else {
      Issue.record("\(result)")
      return
    }
    #expect(
      plan.fileConflicts.map(\.conflict) == [
        .configuration(["vocab_size is 2, but 'model.embed_tokens.weight' has 3 rows"])
      ])
  }

  @Test func aConfigurationThatNeverFitIsLeft() throws {
    let config = "{\"vocab_size\": 7}"
    let project = try MergeProject(Self.files(Self.embedding(1, 2), config: config))
    let theirs = try project.branch("theirs", Self.files(Self.embedding(1, 3), config: config))
    try project.branch("ours", Self.files(Self.embedding(4, 2), config: config))
    #expect(try project.temporary.merge([theirs]).computedTensorCount == 1)
  }

  @Test func layersAreCounted() throws {
    func layers(_ count: Int) -> Tensors { (0..<count).map { MergeProject.vector("model.layers.\($0).w", [1]) } }
    func files(_ tensors: Tensors, _ count: Int) throws -> [String: [UInt8]] {
      [Self.weights: try safetensors(tensors), "config.json": Array("{\"num_hidden_layers\": \(count)}".utf8)]
    }
    let project = try MergeProject(files(layers(2), 2))
    let theirs = try project.branch("theirs", files(layers(3), 3))
    try project.branch("ours", [Self.weights: try safetensors(layers(2) + [MergeProject.vector("new", [1])])])
    let merged = try #require(try project.temporary.threeWay([theirs]).outcome)
    #expect(try project.contents("config.json", merged.id) == "{\"num_hidden_layers\": 3}")
    let stopped = try project.temporary.threeWay([theirs], only: ["*.safetensors", "model.layers.*", "new"])
    #expect(stopped.conflicts == ["config.json"])
  }

  // MARK: - Tied embeddings

  @Test func aTiedHeadThatOneSideStoresFollowsTheEmbedding() throws {
    let config = "{\"tie_word_embeddings\": true}"
    let project = try MergeProject(Self.files(Self.embedding(1, 2), config: config))
    // One side's library stores the tied tensor twice.
    let theirs = try project.branch("theirs", Self.files(Self.embedding(1, 2), Self.head(1, 2), config: config))
    try project.branch("ours", Self.files(Self.embedding(3, 2), config: config))
    let merged = try #require(try project.temporary.threeWay([theirs]).outcome)
    #expect(try tensors(merged.id, project) == ["model.embed_tokens.weight": littleEndian([3, 2])])
    let average = try project.temporary.merge([theirs])
    #expect(try tensors(average.id, project) == ["model.embed_tokens.weight": littleEndian([2, 2])])
  }

  @Test func tensorsThatAreStoredTwiceStayEqual() throws {
    let config = "{\"tie_word_embeddings\": true}"
    let project = try MergeProject(Self.files(Self.embedding(1, 2), Self.head(1, 2), config: config))
    let theirs = try project.branch("theirs", Self.files(Self.embedding(5, 2), Self.head(5, 2), config: config))
    try project.branch("ours", Self.files(Self.embedding(3, 2), Self.head(3, 2), config: config))
    let average = try tensors(project.temporary.merge([theirs]).id, project)
    #expect(average["lm_head.weight"] == littleEndian([4, 2]))
    #expect(average["model.embed_tokens.weight"] == littleEndian([4, 2]))
    // Deciding them apart would part them, and the configuration says that they are one.
    let parted = try project.temporary.threeWay(
      [theirs], resolving: [("lm_head.*", .ours), ("model.*", .theirs)])
    #expect(parted.conflicts == ["config.json"])
    let both = try project.temporary.threeWay([theirs], resolving: [("*", .theirs)])
    #expect(try tensors(#require(both.outcome).id, project)["lm_head.weight"] == littleEndian([5, 2]))
  }

  @Test func theTiedValueStandsInForAHeadThatOneSideUntied() throws {
    let tied = "{\"tie_word_embeddings\": true}"
    let untied = "{\"tie_word_embeddings\": false}"
    let project = try MergeProject(Self.files(Self.embedding(1, 2), config: tied))
    let theirs = try project.branch("theirs", Self.files(Self.embedding(1, 2), Self.head(9, 9), config: untied))
    try project.branch("ours", Self.files(Self.embedding(3, 2), config: tied))
    let average = try project.temporary.merge([theirs])
    #expect(
      try tensors(average.id, project) == [
        "model.embed_tokens.weight": littleEndian([2, 2]), "lm_head.weight": littleEndian([6, 5.5]),
      ])
    #expect(try project.contents("config.json", average.id) == untied)
    // Three ways: the head that was untied and the embedding that it was tied to both changed.
    let stopped = try project.temporary.threeWay([theirs])
    #expect(stopped.conflicts == ["lm_head.weight: both"])
  }

  // MARK: - Quantised checkpoints

  @Test func quantisedCheckpointsAreRefusedWithTheReason() throws {
    func model(_ scale: Float, _ other: Float) throws -> [UInt8] {
      try safetensors([
        ("layer.qweight", .i32, [1], [1, 2, 3, 4]), MergeProject.vector("layer.scales", [scale]),
        MergeProject.vector("norm", [other]),
      ])
    }
    let project = try MergeProject([Self.weights: model(1, 1)])
    let theirs = try project.branch("theirs", [Self.weights: model(2, 1)])
    let ours = try project.branch("ours", [Self.weights: model(3, 1)])
    for work in [
      { _ = try project.temporary.merge([theirs]) }, { _ = try project.temporary.threeWay([theirs]) },
    ] {
      let error = expectError(.quantized, work)
      #expect(error?.message.contains("layer.qweight") == true)
    }
    #expect(try project.repository.headCommitID() == ours)
    // Without arithmetic there is nothing to refuse: one side whole, or changes of different tensors.
    let taken = try #require(try project.temporary.threeWay([theirs], resolving: [("*", .theirs)]).outcome)
    #expect(try tensors(taken.id, project)["layer.scales"] == littleEndian([2]))
    try project.branch("other", [Self.weights: model(1, 5)])
    let apart = try #require(try project.temporary.threeWay([theirs]).outcome)
    #expect(try tensors(apart.id, project)["norm"] == littleEndian([5]))
    #expect(try tensors(apart.id, project)["layer.scales"] == littleEndian([2]))
  }

  @Test func aConfigurationThatSaysQuantisedIsBelieved() throws {
    let config = "{\"quantization_config\": {\"quant_method\": \"awq\"}}"
    let project = try MergeProject(Self.files(Self.embedding(1), config: config))
    let theirs = try project.branch("theirs", Self.files(Self.embedding(2), config: config))
    try project.branch("ours", Self.files(Self.embedding(3), config: config))
    expectError(.quantized) { _ = try project.temporary.merge([theirs]) }
  }
}
