import Foundation
import Testing

struct DiversityCommandTests {
  private static func json(_ output: CommandRunner.Output) throws -> [String: Any] {
    #expect(output.status == 0, "\(output.standardError)")
    let report = try JSONSerialization.jsonObject(with: Data(output.standardOutput.utf8)) as? [String: Any]
    return try #require((report?["data"] as? [[String: Any]])?.first)
  }

  @Test func modelsAreMeasuredAloneInPairsAndTogether() throws {
    let project = try BlockProject(minimum: 0)
    for (name, seed) in [("a", 1), ("b", 2), ("c", 3)] {
      try project.finetune("main", "blocks", branch: name, seed: seed)
    }
    let data = try Self.json(project.runner.wgit("diversity", "a", "b", "c", "--gain", "--json"))
    let models = try #require(data["models"] as? [[String: Any]])
    #expect(models.map { $0["revision"] as? String } == ["a", "b", "c"])
    let accuracies = models.compactMap { $0["accuracy"] as? Double }
    #expect(abs((data["meanAccuracy"] as? Double ?? 0) - accuracies.reduce(0, +) / 3) < 1e-12)
    // The average of weights is what a merge makes.
    try project.runner.wgit("switch", "-q", "a")
    #expect(try project.runner.wgit("merge", "-qs", "ratatouille", "b", "c").status == 0)
    let tested = try project.runner.wgit("test", "a", "--json")
    let report = try JSONSerialization.jsonObject(with: Data(tested.standardOutput.utf8)) as? [String: Any]
    let merged = (report?["results"] as? [[String: Any]])?.first?["value"] as? Double
    #expect((data["averageOfWeights"] as? [String: Any])?["accuracy"] as? Double == merged)
    let pairs = try #require(data["pairs"] as? [[String: Any]])
    #expect(pairs.count == 3)
    for pair in pairs {
      let counts = ["bothRight", "onlyFirstRight", "onlySecondRight", "bothWrong"].compactMap { pair[$0] as? Int }
      #expect(counts.count == 4 && counts.reduce(0, +) == 90)
      #expect(pair["gain"] is Double)
    }
    let text = try project.runner.wgit("diversity", "a~1", "b", "c")
    for word in ["mean of the models", "ensemble (mean of logits)", "average of weights", "q-diversity", "same errors"]
    {
      #expect(text.standardOutput.contains(word))
    }
    #expect(!text.standardOutput.contains("gain"))
  }

  @Test func otherNetworksAreAnEnsembleButNoAverage() throws {
    let project = try BlockProject(minimum: 0)
    try project.finetune("main", "blocks", branch: "a", seed: 1)
    try project.runner.wgit("switch", "-qc", "wide", "main")
    let network = String(decoding: try project.runner.read("network.json"), as: UTF8.self)
    try project.runner.write(network.replacing("16", with: "20"), to: "network.json")
    try project.runner.wgit("network", "init", "network.json", "-qf")
    try project.runner.wgit("add", ".")
    try project.runner.wgit("commit", "-qm", "Wider")
    let data = try Self.json(project.runner.wgit("diversity", "a", "wide", "--gain", "--json"))
    #expect(data["averageOfWeights"] is NSNull)
    #expect((data["pairs"] as? [[String: Any]])?.first?["gain"] is NSNull)
    let output = try project.runner.wgit("diversity", "a", "wide", "--svg", "gain.svg")
    #expect(output.standardOutput.contains("different networks"))
    #expect(String(decoding: try project.runner.read("gain.svg"), as: UTF8.self).contains("0 pairs"))
  }
}
