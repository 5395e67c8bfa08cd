import Foundation
import Testing

struct TestCommandTests {
  private struct Report {
    let holds: Bool?
    let rows: [[String: Any]]

    init(_ output: CommandRunner.Output) throws {
      let json = try JSONSerialization.jsonObject(with: Data(output.standardOutput.utf8)) as? [String: Any]
      holds = json?["holds"] as? Bool
      rows = json?["results"] as? [[String: Any]] ?? []
    }
  }

  @Test func holdsOnTheTrainedModelAndFailsOnTheUntrained() throws {
    let project = try BlockProject(minimum: 0.9)
    try project.finetune("main", "blocks", branch: "target", seed: 1)
    #expect(try project.runner.wgit("test", "target").status == 0)
    let output = try project.runner.wgit("test", "target", "main")
    #expect(output.status == 1)
    #expect(output.standardError.isEmpty)
    let lines = output.standardOutput.split(separator: "\n").map(String.init)
    #expect(lines.count == 3)
    #expect(lines[0].hasPrefix("certificate  metric    revision  "))
    #expect(lines[1].hasSuffix("at least 90.0 %  holds"))
    #expect(lines[2].hasSuffix("at least 90.0 %  FAILS: below the minimum"))
  }

  @Test func resultsAreKept() throws {
    let project = try BlockProject(minimum: 0)
    let first = try Report(project.runner.wgit("test", "--json"))
    let second = try Report(project.runner.wgit("test", "--json"))
    #expect(first.holds == true)
    #expect(first.rows.map { $0["known"] as? Bool } == [false])
    #expect(second.rows.map { $0["known"] as? Bool } == [true])
    #expect(first.rows.first?["value"] as? Double == second.rows.first?["value"] as? Double)
    // Another threshold is another certificate.
    try project.runner.write(
      BlockProject.certificate(minimum: 0.01, maximumDrop: nil), to: "certificates/held-out.yaml")
    #expect(try Report(project.runner.wgit("test", "--json")).rows.map { $0["known"] as? Bool } == [false])
    #expect(try project.runner.wgit("fsck").status == 0)
  }

  @Test func dropsAreComparedWithABaseline() throws {
    let project = try BlockProject(minimum: 0, maximumDrop: 0.1)
    try project.finetune("main", "blocks", branch: "target", seed: 1)
    #expect(try project.runner.wgit("test", "target", "--against", "main").status == 0)
    let output = try project.runner.wgit("test", "main", "--against", "target")
    #expect(output.status == 1)
    #expect(output.standardOutput.contains("FAILS: dropped by"))
  }

  @Test func aDropWithoutABaselineDecidesNothing() throws {
    let project = try BlockProject()
    try project.runner.write(
      "certificate: drop\ndata: data/blocks.yaml\nmetric: accuracy\nmax-drop: 0.1\n", to: "certificates/held-out.yaml")
    let output = try project.runner.wgit("test")
    #expect(output.status == 125)
    #expect(output.standardOutput.contains("undecided: no baseline"))
    #expect(output.standardError == "hint: to decide on max-drop say what to compare with: wgit test --against REV\n")
  }

  @Test func missingDataIsNamed() throws {
    let project = try BlockProject()
    try FileManager.default.removeItem(at: project.runner.data.appendingPathComponent("blocks-images"))
    let output = try project.runner.wgit("test")
    #expect(output.status == 66)
    #expect(output.standardError.contains("blocks-images"))
    #expect(output.standardError.contains("hint: name the folder: --data FOLDER"))
    #expect(try project.runner.wgit("test", "--data", project.runner.data.path).status == 66)
  }

  @Test func damagedDataIsNamed() throws {
    let project = try BlockProject()
    try Data([0, 0, 8, 3, 0, 0]).write(to: project.runner.data.appendingPathComponent("blocks-images"))
    let output = try project.runner.wgit("test")
    #expect(output.status == 65)
    #expect(output.standardError.contains("blocks-images"))
  }

  @Test func theTableIsAlsoWrittenAsMarkdown() throws {
    let project = try BlockProject(minimum: 0)
    #expect(try project.runner.wgit("test", "--markdown", "summary.md").status == 0)
    let text = String(decoding: try project.runner.read("summary.md"), as: UTF8.self)
    #expect(text.hasPrefix("| certificate | metric | revision | value | 95 % interval |"))
    #expect(text.contains("| holds |"))
  }
}
