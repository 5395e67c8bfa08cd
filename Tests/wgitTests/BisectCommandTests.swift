import Foundation
import Testing

/// Certificates as the judge of a bisection, and what they said in the log.
struct BisectCommandTests {
  /// Eight commits on a trained model; the fifth brings in a model that tells other classes.
  private static func project() throws -> (project: BlockProject, ids: [String]) {
    let project = try BlockProject(minimum: 0.6)
    try project.finetune("main", "blocks", branch: "good", seed: 1)
    try project.finetune("good", "turned", branch: "worse", seed: 1)
    #expect(try project.runner.wgit("merge", "-q", "good").status == 0)
    var ids: [String] = []
    for number in 1...8 {
      if number == 5 {
        #expect(try project.runner.wgit("restore", "-q", "-s", "worse", "model.safetensors").status == 0)
      }
      try project.runner.write("\(number)", to: "notes.txt")
      #expect(try project.runner.wgit("add", "notes.txt", "model.safetensors").status == 0)
      let made = try project.runner.wgit("commit", "-qm", "Commit \(number)")
      #expect(made.status == 0)
      ids.append(made.standardOutput.trimmingCharacters(in: .newlines))
    }
    return (project, ids)
  }

  @Test func theCommitThatBrokeItIsFound() throws {
    let (project, ids) = try Self.project()
    let output = try project.runner.wgit("bisect", "run", "--good", ids[0])
    #expect(output.status == 0, "\(output.standardError)")
    #expect(output.standardOutput.contains("\(ids[4]) is the first bad commit"))
    #expect(output.standardOutput.contains("Commit 5"))
    let json = try project.runner.wgit("bisect", "run", "--good", ids[0], "--json")
    #expect(json.standardOutput.contains("\"firstBad\": \"\(ids[4])\""))
    #expect(try project.runner.wgit("status").standardOutput.contains("working folder clean"))

    let log = try project.runner.wgit("log", "--oneline", "--certificates", ids[4], "-n", "1")
    #expect(log.standardOutput.contains("held-out  accuracy "))
    #expect(log.standardOutput.contains("FAILS against \(ids[0].prefix(10))"))
    let logJSON = try project.runner.wgit("log", "--json", "--certificates", ids[4], "-n", "1")
    #expect(logJSON.standardOutput.contains("\"verdict\": \"fails\""))
  }

  @Test func endsThatAreNoneAreRefused() throws {
    let (project, ids) = try Self.project()
    let good = try project.runner.wgit("bisect", "run", "--good", ids[0], "--bad", ids[2])
    #expect(good.status == 1)
    #expect(good.standardError.contains("no certificate fails on"))
    let bad = try project.runner.wgit("bisect", "run", "--good", ids[5])
    #expect(bad.status == 1)
    #expect(bad.standardError.contains("not all certificates hold on"))
    #expect(try project.runner.wgit("bisect", "run", "--good", ids[3], "--bad", ids[1]).status == 64)
    #expect(try project.runner.wgit("bisect", "run").status == 64)
  }

  /// Commits without a model are passed by.
  @Test func commitsWithoutAModelAreNotJudged() throws {
    let project = try BlockProject(minimum: 0.6)
    try project.finetune("main", "blocks", branch: "good", seed: 1)
    try project.finetune("good", "turned", branch: "worse", seed: 1)
    #expect(try project.runner.wgit("merge", "-q", "good").status == 0)
    let good = try project.commitID("main")
    let model = try project.runner.read("model.safetensors")
    let path = project.runner.project.appendingPathComponent("model.safetensors")
    try FileManager.default.removeItem(at: path)
    #expect(try project.runner.wgit("commit", "-qam", "Lost").status == 0)
    _ = model
    #expect(try project.runner.wgit("restore", "-q", "-s", "worse", "model.safetensors").status == 0)
    #expect(try project.runner.wgit("add", ".").status == 0)
    #expect(try project.runner.wgit("commit", "-qm", "Worse").status == 0)
    let output = try project.runner.wgit("bisect", "run", "--good", good)
    #expect(output.status == 125)
    #expect(output.standardOutput.contains("which could not be tested"))
  }

  @Test func aPreviewShowsTheLineAndDoesNothing() throws {
    let (project, ids) = try Self.project()
    let output = try project.runner.wgit("merge", "--preview", "good")
    #expect(output.status == 0, "\(output.standardError)")
    #expect(output.standardOutput.contains("From HEAD to good, on the "))
    #expect(output.standardOutput.contains("barrier of the loss"))
    #expect(output.standardOutput.contains("q-diversity"))
    let json = try project.runner.wgit("merge", "--preview", "good", "--json")
    let lines = try JSONSerialization.jsonObject(with: Data(json.standardOutput.utf8)) as? [[String: Any]]
    let points = try #require(lines?.first?["points"] as? [[String: Any]])
    #expect(points.count == 11)
    // The ends are what the certificate measures.
    let tested = try project.runner.wgit("test", "good", "--json")
    let report = try JSONSerialization.jsonObject(with: Data(tested.standardOutput.utf8)) as? [String: Any]
    let value = (report?["results"] as? [[String: Any]])?.first?["value"] as? Double
    #expect(points.last?["accuracy"] as? Double == value)
    #expect(try project.commitID("main") == ids[7])
  }
}
