import Testing

/// `wise-ft`: one model, and what it was made from.
struct InterpolationTests {
  private let runner: CommandRunner

  init() throws {
    runner = try CommandRunner()
    try runner.wgit("init", "-q")
    try commit(0, 8)
    try runner.wgit("switch", "-qc", "tuned")
    try commit(4, 8)
  }

  private func commit(_ values: Float...) throws {
    try runner.write(
      Safetensors.file(values.enumerated().map { ("w\($0)", [1], [$1]) }), to: "model.safetensors")
    try runner.wgit("add", ".")
    try runner.wgit("commit", "-qm", "x")
  }

  private func values() throws -> [Float] {
    try Safetensors.tensors(runner.read("model.safetensors")).sorted { $0.key < $1.key }.flatMap(\.value)
  }

  @Test func aFineTunedModelIsMetPartOfTheWay() throws {
    try runner.wgit("switch", "-q", "main")
    let output = try runner.wgit("merge", "-s", "wise-ft:alpha=0.25", "tuned")
    #expect(output.status == 0, "\(output.standardError)")
    #expect(try values() == [1, 8])
    let replay = try runner.wgit("replay")
    #expect(replay.status == 0, "\(replay.standardOutput)\(replay.standardError)")
    #expect(try runner.wgit("log", "--oneline").standardOutput.split(separator: "\n").count == 3)
  }

  @Test func partOfTheWayCanBeGoneBack() throws {
    #expect(try runner.wgit("merge", "-qs", "wise-ft:alpha=0.25", "main").status == 0)
    #expect(try values() == [3, 8])
    // An ancestor is no parent.
    #expect(try runner.wgit("show").standardOutput.contains("Merge:") == false)
  }

  @Test func branchesThatPartedAreMetBetweenThem() throws {
    try runner.wgit("switch", "-qc", "other", "main")
    try commit(0, 16)
    #expect(try runner.wgit("merge", "-qs", "wise-ft", "tuned").status == 0)
    #expect(try values() == [2, 12])
    try runner.wgit("undo")
    #expect(try runner.wgit("merge", "-qs", "wise-ft", "--base", "main", "tuned").status == 0)
    #expect(try values() == [2, 8])
  }

  @Test func severalModelsAreRefused() throws {
    try runner.wgit("switch", "-qc", "other", "main")
    try commit(0, 16)
    let output = try runner.wgit("merge", "-s", "wise-ft", "tuned", "main")
    #expect(output.status == 64)
    #expect(output.standardError.contains("one revision"))
    #expect(try runner.wgit("merge", "-s", "wise-ft", "other").status == 1)
  }
}
