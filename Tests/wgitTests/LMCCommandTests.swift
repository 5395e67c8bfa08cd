import Foundation
import Testing

struct LMCCommandTests {
  private static func json(_ output: CommandRunner.Output) throws -> [String: Any] {
    #expect(output.status == 0, "\(output.standardError)")
    return try #require(try JSONSerialization.jsonObject(with: Data(output.standardOutput.utf8)) as? [String: Any])
  }

  /// A second data description, with two domains.
  private static func project() throws -> BlockProject {
    let project = try BlockProject(minimum: 0)
    try project.finetune("main", "blocks", branch: "a", seed: 1)
    try project.finetune("main", "blocks", branch: "b", seed: 2)
    try project.runner.write(
      "name: tilted\nformat: idx\nimages: blocks-images\nlabels: blocks-labels\nclasses: 3\ndomains: {rotate: [0, 20]}\n",
      to: "data/tilted.yaml")
    return project
  }

  @Test func theEndsAndTheMiddleAreWhatCertificatesSay() throws {
    let project = try Self.project()
    let report = try Self.json(project.runner.wgit("lmc", "a", "b", "--json"))
    let data = try #require((report["data"] as? [[String: Any]])?.first)
    #expect(data["data"] as? String == "held-out")
    let points = try #require(data["points"] as? [[String: Double]])
    #expect(points.count == 11 && points.map { $0["lambda"] }.first == 0)
    // The middle of the line is the average that a merge makes.
    try project.runner.wgit("switch", "-q", "a")
    #expect(try project.runner.wgit("merge", "-qs", "ratatouille", "b").status == 0)
    for (revision, point) in [("a~0^1", points[0]), ("b", points[10]), ("a", points[5])] {
      let tested = try Self.json(project.runner.wgit("test", revision, "--json"))
      let value = (tested["results"] as? [[String: Any]])?.first?["value"] as? Double
      #expect(point["accuracy"] == value, "\(revision)")
    }
    let accuracies = points.compactMap { $0["accuracy"] }
    let gain = try #require(data["midpointGain"] as? Double)
    #expect(abs(gain - (accuracies[5] - (accuracies[0] + accuracies[10]) / 2)) < 1e-12)
    let chord = points.compactMap { $0["chordLoss"] }
    let losses = points.compactMap { $0["loss"] }
    let rise = try #require(zip(losses, chord).map { $0 - $1 }.max())
    #expect(abs((data["barrierAboveChord"] as? Double ?? .nan) - rise) < 1e-12)
    #expect((data["domains"] as? [Any])?.isEmpty == true)
  }

  @Test func domainsAreShownByThemselves() throws {
    let project = try Self.project()
    let arguments = ["a", "b", "--data", "data/tilted.yaml", "--points", "3"]
    let report = try Self.json(project.runner.run(CommandRunner.program, ["lmc"] + arguments + ["--json"]))
    let data = try #require((report["data"] as? [[String: Any]])?.first)
    let domains = try #require(data["domains"] as? [[String: Any]])
    #expect(domains.map { $0["domain"] as? String } == ["0", "20"])
    #expect(domains.map { $0["exampleCount"] as? Int } == [120, 120])
    let means = try (0..<3).map { index in
      try domains.map { try #require(($0["points"] as? [[String: Double]])?[index]["loss"]) }.reduce(0, +) / 2
    }
    let whole = try #require(data["points"] as? [[String: Double]]).compactMap { $0["loss"] }
    for (mean, loss) in zip(means, whole) { #expect(abs(mean - loss) < 1e-9) }
    let text = try project.runner.run(CommandRunner.program, ["lmc"] + arguments)
    #expect(text.standardOutput.contains("From a to b, on the 240 examples of tilted\n"))
    #expect(text.standardOutput.contains("domain  examples"))
    // Fewer rows, one domain.
    let less = try Self.json(
      project.runner.run(
        CommandRunner.program, ["lmc"] + arguments + ["--domain", "20", "--per-domain", "50", "--json"]))
    #expect((less["data"] as? [[String: Any]])?.first?["exampleCount"] as? Int == 50)
  }

  @Test func thePlotIsTheSameTextAlways() throws {
    let project = try Self.project()
    #expect(try project.runner.wgit("lmc", "a", "b", "--svg", "one.svg").status == 0)
    #expect(try project.runner.wgit("lmc", "a", "b", "--svg", "two.svg").status == 0)
    let svg = try project.runner.read("one.svg")
    #expect(svg == (try project.runner.read("two.svg")))
    #expect(String(decoding: svg, as: UTF8.self).contains("Accuracy on the line, held-out"))
    let lost = try project.runner.wgit("lmc", "a", "b", "--svg", "none/x.svg")
    #expect(lost.status == 66 && lost.standardError.contains("there is no folder 'none'"))
  }

  @Test func networksThatDifferHaveNoLine() throws {
    let project = try Self.project()
    try project.runner.wgit("switch", "-qc", "wide", "main")
    let network = String(decoding: try project.runner.read("network.json"), as: UTF8.self)
    try project.runner.write(network.replacing("16", with: "20"), to: "network.json")
    #expect(try project.runner.wgit("network", "init", "network.json", "-qf").status == 0)
    try project.runner.wgit("add", ".")
    try project.runner.wgit("commit", "-qm", "Wider")
    let output = try project.runner.wgit("lmc", "a", "wide")
    #expect(output.status == 1 && output.standardError.contains("different networks"))
  }
}
