import Foundation
import Testing

/// Greedy soups of branches, chosen by a certificate for validation.
struct GreedyMergeTests {
  /// Branch `a` is checked out; `twin` has its weights, and `wrong` was trained on other labels.
  private static func project(role: String? = "validation") throws -> BlockProject {
    let project = try BlockProject(minimum: 0)
    let path = "certificates/held-out.yaml"
    let lines = String(decoding: try project.runner.read(path), as: UTF8.self).split(separator: "\n")
      .filter { !$0.hasPrefix("metric:") && !$0.hasPrefix("minimum:") }
    let more = ["metric: log-loss", "maximum: 100"] + (role.map { ["role: \($0)"] } ?? [])
    try project.runner.write((lines.map(String.init) + more).joined(separator: "\n") + "\n", to: path)
    #expect(try project.runner.wgit("commit", "-qam", "Certificate").status == 0)
    try project.finetune("main", "blocks", branch: "a", seed: 1)
    try project.finetune("main", "turned", branch: "wrong", seed: 3)
    #expect(try project.runner.wgit("switch", "-qc", "twin", "main").status == 0)
    #expect(try project.runner.wgit("restore", "-q", "-s", "a", "model.safetensors").status == 0)
    try project.runner.write("Twin", to: "notes.md")
    try project.runner.wgit("add", ".")
    #expect(try project.runner.wgit("commit", "-qm", "Twin").status == 0)
    #expect(try project.runner.wgit("switch", "-q", "a").status == 0)
    return project
  }

  private func merge(_ project: BlockProject, _ arguments: String...) throws -> CommandRunner.Output {
    try project.runner.run(CommandRunner.program, ["merge"] + arguments)
  }

  /// The average with a twin scores as without: it keeps up, but does not improve.
  @Test func aModelThatKeepsUpStaysAndOneThatSpoilsTheAverageDoesNot() throws {
    let project = try GreedyMergeTests.project()
    let output = try merge(project, "-s", "greedy:accept=keeps-up", "twin", "wrong")
    #expect(output.status == 0, "\(output.standardError)")
    let lines = output.standardOutput.split(separator: "\n")
    #expect(lines.contains { $0.hasPrefix("HEAD") && $0.hasSuffix("stays") })
    #expect(lines.contains { $0.hasPrefix("twin") && $0.hasSuffix("stays") })
    #expect(lines.contains { $0.hasPrefix("wrong") && $0.hasSuffix("left out") })
    let commit = try project.show("a")
    let recipe = try #require(commit["recipe"] as? [String: Any])
    let expected = Set(try ["HEAD~1", "twin"].map(project.commitID))
    #expect(Set((recipe["ingredients"] as? [[String: Any]] ?? []).compactMap { $0["commit"] as? String }) == expected)
    #expect(Set(commit["parents"] as? [String] ?? []) == expected)
    let selection = (recipe["details"] as? [String: Any])?["selection"] as? [String: Any]
    let steps = try #require(selection?["steps"] as? [[String: Any]])
    #expect(steps.map { $0["accepted"] as? Bool } == [true, true, false])
    #expect((steps[2]["score"] as? Double ?? 0) > (steps[1]["score"] as? Double ?? 0))
    #expect(try project.runner.wgit("replay", "a").status == 0)
  }

  @Test func whereNothingImprovesTheBestStaysAlone() throws {
    let project = try GreedyMergeTests.project()
    let before = try project.commitID("a")
    for strategy in ["greedy", "greedy:accept=improves"] {
      let output = try merge(project, "-s", strategy, "twin", "wrong")
      #expect(output.status == 0, "\(output.standardError)")
      #expect(output.standardOutput.contains("The branch stays"))
      #expect(try project.commitID("a") == before)
    }
    // Asked from the worse one, the better one comes out alone.
    #expect(try project.runner.wgit("switch", "-q", "wrong").status == 0)
    #expect(try merge(project, "-qs", "greedy", "a").status == 0)
    #expect(try project.weights("wrong") == project.weights("a"))
  }

  @Test func testDataChooseNothing() throws {
    let project = try GreedyMergeTests.project(role: "test")
    let none = try merge(project, "-s", "greedy", "twin")
    #expect(none.status == 64)
    #expect(none.standardError.contains("no certificate is for validation"))
    let named = try merge(project, "-s", "greedy", "--certificate", "held-out", "twin")
    #expect(named.status == 64)
    #expect(named.standardError.contains("is for testing"))
  }

  @Test func whatACertificateDoesNotSayIsNotAssumed() throws {
    let project = try GreedyMergeTests.project(role: nil)
    let output = try merge(project, "-s", "greedy", "--certificate", "held-out", "twin")
    #expect(output.status == 64)
    #expect(output.standardError.contains("role: validation"))
    #expect(try merge(project, "-s", "greedy:accept=often", "twin").status == 64)
    #expect(try merge(project, "-s", "ratatouille", "--certificate", "held-out", "twin").status == 64)
  }
}
