import Foundation
import Testing

/// Gates on real data: Fashion-MNIST in three domains, turned by 0, 20 and 40 degrees; nothing trains on the last.
struct RealDataGateTests {
  static let data = ProcessInfo.processInfo.environment["WGIT_TEST_DATA"] ?? "/usr/share/datasets/fashion-mnist"
  static let isDataPresent = FileManager.default.fileExists(atPath: "\(data)/t10k-images-idx3-ubyte.gz")

  private struct Project {
    let runner: CommandRunner
    private let environment = ["WGIT_DATA": RealDataGateTests.data]

    init() throws {
      runner = try CommandRunner()
      try runner.write(
        """
        {"format": "wgit-network", "version": 1, "input": [1, 28, 28], "head": "head", "layers": [
          {"type": "Flatten"},
          {"name": "hidden", "type": "Linear", "in_features": 784, "out_features": 128},
          {"type": "ReLU"},
          {"name": "head", "type": "Linear", "in_features": 128, "out_features": 10}]}
        """, to: "network.json")
      try runner.write(
        """
        name: rotated
        format: idx
        images: t10k-images-idx3-ubyte.gz
        labels: t10k-labels-idx1-ubyte.gz
        shuffle: 0
        classes: 10
        domains: {rotate: [0, 20, 40]}
        """, to: "data/rotated.yaml")
      try task("pretrain", domains: "[0]", rows: 1500, steps: 150, rate: "1e-3")
      try task("narrow", domains: "[0]", rows: 300, steps: 150, rate: "2e-3")
      try task("wide", domains: "[0, 20]", rows: 300, steps: 150, rate: "2e-3")
      try task("nudge", domains: "[0, 20]", rows: 300, steps: 3, rate: "1e-4")
      try runner.write(
        """
        certificate: held-out
        data: data/rotated.yaml
        domains: [40]
        rows: {per-domain: 3000}
        metric: accuracy
        max-drop: 0.0
        """, to: "certificates/held-out.yaml")
      try wgit("init", "-q")
      try wgit("network", "init", "network.json", "-q", "--seed", "1", "--initialization", "kaiming-normal")
      try wgit("add", ".")
      try wgit("commit", "-qm", "Fresh")
    }

    private func task(_ name: String, domains: String, rows: Int, steps: Int, rate: String) throws {
      try runner.write(
        """
        task: \(name)
        data: data/rotated.yaml
        train: {domains: \(domains), per-domain: \(rows)}
        validation: {per-domain: 5}
        steps: \(steps)
        batch: 32
        optimizer: {name: adam, learning-rate: \(rate)}
        """, to: "tasks/\(name).yaml")
    }

    @discardableResult
    func wgit(_ arguments: String..., expecting status: Int32? = 0) throws -> CommandRunner.Output {
      let output = try runner.run(CommandRunner.program, arguments, environment: environment)
      if let status { #expect(output.status == status, "wgit \(arguments): \(output.standardError)") }
      return output
    }

    func finetune(_ start: String, _ task: String, _ branch: String, seed: Int) throws {
      try wgit("finetune", start, "-t", "tasks/\(task).yaml", "-b", branch, "--seed", "\(seed)", "-q")
    }

    func tip(_ branch: String) throws -> String { try wgit("log", branch, "-n", "1", "--oneline").standardOutput }
  }

  @Test(.enabled(if: isDataPresent, "Fashion-MNIST is not here: apt-get install dataset-fashion-mnist"))
  func gainsPassLossesAreRefusedAndNoiseIsUndecided() throws {
    let project = try Project()
    try project.finetune("main", "pretrain", "main", seed: 0)
    try project.finetune("main", "narrow", "release", seed: 1)
    for (branch, seed) in [("b", 2), ("c", 3), ("d", 4)] { try project.finetune("main", "wide", branch, seed: seed) }
    try project.wgit("switch", "-q", "release")

    // Three models that know another angle.
    let before = try project.tip("release")
    let gain = try project.wgit("merge", "-s", "ratatouille", "--gate", "b", "c", "d")
    #expect(gain.standardOutput.contains("holds"))
    #expect(try project.tip("release") != before)

    // A model that shares no pre-training with them spoils the average.
    try project.wgit("switch", "-q", "main")
    try project.wgit("switch", "-qc", "outsider")
    try project.wgit(
      "network", "init", "network.json", "--force", "-q", "--seed", "99", "--initialization", "kaiming-normal")
    try project.wgit("commit", "-qam", "Another initialisation")
    try project.finetune("outsider", "narrow", "outsider", seed: 9)
    try project.wgit("switch", "-q", "release")
    let held = try project.tip("release")
    let loss = try project.wgit(
      "merge", "-s", "weighted", "--weight", "HEAD=0.5", "--weight", "outsider=0.5", "--gate", "outsider", expecting: 1)
    #expect(loss.standardOutput.contains("FAILS: dropped by"))
    #expect(try project.tip("release") == held)

    try noiseIsUndecided(project)
  }

  /// Models a few small steps away from each other: one of their averages is a little worse, by what may be chance.
  private func noiseIsUndecided(_ project: Project) throws {
    let names = (1...6).map { "nudge\($0)" }
    for (index, name) in names.enumerated() { try project.finetune("release", "nudge", name, seed: index) }
    let json = try project.runner.run(
      CommandRunner.program, ["test", "--json", "--against", "release"] + names,
      environment: ["WGIT_DATA": Self.data])
    let report = try JSONSerialization.jsonObject(with: Data(json.standardOutput.utf8)) as? [String: Any]
    let rows = try #require(report?["results"] as? [[String: Any]])
    let ranked = rows.sorted { ($0["value"] as? Double ?? 0) > ($1["value"] as? Double ?? 0) }
      .compactMap { $0["revision"] as? String }
    #expect(ranked.count == 6)
    try project.wgit("switch", "-qc", "best", ranked[0])
    let before = try project.tip("best")
    var undecided: CommandRunner.Output?
    for other in ranked.dropFirst() where undecided == nil {
      try project.wgit("branch", "-f", "best", ranked[0], expecting: nil)
      let output = try project.wgit("merge", "-s", "ratatouille", "--gate", other, expecting: nil)
      if output.standardOutput.contains("undecided: dropped by") {
        undecided = output
      } else if output.status == 0 {
        try project.wgit("undo", "-q")
      }
    }
    let found = try #require(undecided)
    #expect(found.status == 1)
    #expect(found.standardOutput.contains("examples would decide"))
    #expect(found.standardError.contains("because the data cannot decide"))
    #expect(try project.tip("best") == before)
  }
}
