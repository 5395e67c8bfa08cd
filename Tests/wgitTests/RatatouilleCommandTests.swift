import Foundation
import Testing

/// A recipe from beginning to end, on data of a few hundred small images.
struct RatatouilleCommandTests {
  private let project: BlockProject

  private static let recipe = """
    recipe: blocks
    pretrained: {from: main, task: tasks/pretrain.yaml}
    auxiliaries:
      - {task: tasks/turned.yaml}
      - {revision: community/other}
    target:
      task: tasks/target.yaml
      held-out: [0, 30]
      splits: [0, 1]
      search: {learning-rate: {choice: [5e-3, 1e-2]}}
    selection: [uniform, greedy]
    baselines: all

    """

  init() throws {
    project = try BlockProject()
    try project.runner.write(
      "name: rotated\nformat: idx\nimages: blocks-images\nlabels: blocks-labels\nclasses: 3\nshuffle: 0\n"
        + "domains: {rotate: [0, 15, 30]}\n", to: "data/rotated.yaml")
    let target = BlockProject.task("target", steps: 10).replacingOccurrences(of: "data/target", with: "data/rotated")
      .replacingOccurrences(of: "{per-domain: 120}", with: "{per-domain: 30}")
      .replacingOccurrences(of: "{per-domain: 30}\nsteps", with: "{per-domain: 10}\nsteps")
    try project.runner.write(target, to: "tasks/target.yaml")
    let pretrain = BlockProject.task("pretrain").replacingOccurrences(of: "data/pretrain", with: "data/turned")
    try project.runner.write(pretrain, to: "tasks/pretrain.yaml")
    try write(RatatouilleCommandTests.recipe)
    // Somebody else's branch, with a note that nobody else has.
    try project.finetune("main", "turned", branch: "community/other", seed: 7)
  }

  private func write(_ recipe: String) throws { try project.runner.write(recipe, to: "recipe.yaml") }

  private func ratatouille(_ more: String..., environment: [String: String] = [:]) throws -> CommandRunner.Output {
    try project.runner.run(
      CommandRunner.program, ["ratatouille", "recipe.yaml"] + more, environment: environment)
  }

  private struct Step: Hashable {
    let key: String
    let kind: String
    let isDone: Bool
    let commit: String?
  }

  private func plan() throws -> [Step] {
    let output = try ratatouille("-n", "--json")
    #expect(output.status == 0, "\(output.standardError)")
    let json = try JSONSerialization.jsonObject(with: Data(output.standardOutput.utf8)) as? [String: Any]
    return (json?["steps"] as? [[String: Any]] ?? []).map { step in
      Step(
        key: step["key"] as? String ?? "", kind: step["kind"] as? String ?? "", isDone: step["done"] as? Bool ?? false,
        commit: step["commit"] as? String)
    }
  }

  private func counts(_ steps: [Step]) -> [String: Int] {
    Dictionary(grouping: steps, by: \.kind).mapValues(\.count)
  }

  /// Kinds of the steps that a change of the project makes new.
  private func newKinds(_ change: () throws -> Void) throws -> Set<String> {
    let before = Set(try plan().map(\.key))
    try change()
    return Set(try plan().filter { !before.contains($0.key) }.map(\.kind))
  }

  private func replace(_ old: String, _ new: String, in path: String) throws {
    let text = String(decoding: try project.runner.read(path), as: UTF8.self)
    #expect(text.contains(old))
    try project.runner.write(text.replacingOccurrences(of: old, with: new), to: path)
  }

  // MARK: Doing it

  @Test func everyMethodHasItsRow() throws {
    let output = try ratatouille("--json", "--jobs", "2", "--markdown", "report.md")
    #expect(output.status == 0, "\(output.standardError)")
    let json = try #require(
      try JSONSerialization.jsonObject(with: Data(output.standardOutput.utf8)) as? [String: Any])
    let methods = try #require(json["methods"] as? [[String: Any]]).compactMap { $0["method"] as? String }
    #expect(
      methods == [
        "erm", "best-by-validation", "moving-average", "soup", "greedy-soup", "model-stock", "soup-ensemble",
        "inter-training", "best-inter-training", "fusing", "ratatouille-ensemble", "ratatouille", "greedy-ratatouille",
      ])
    let cells = try #require(json["cells"] as? [[String: Any]])
    #expect(cells.map { "\($0["heldOut"] ?? "")-\($0["split"] ?? "")" } == ["0-0", "30-0", "0-1", "30-1"])
    for cell in cells {
      let accuracies = try #require(cell["accuracy"] as? [String: Double])
      #expect(accuracies.count == methods.count && accuracies.values.allSatisfy { (0...1).contains($0) })
    }
    #expect(String(decoding: try project.runner.read("report.md"), as: UTF8.self).contains("| ratatouille |"))

    // The average is that of the fine-tunings that are its parents, and can be proved.
    let average = try project.show("blocks/30-1/ratatouille")
    #expect((average["parents"] as? [String])?.count == 3)
    #expect(try project.runner.wgit("replay", "blocks/30-1/ratatouille").status == 0)
    let parents = try (1...3).map { try project.weights("blocks/30-1/ratatouille^\($0)") }
    let weights = try project.weights("blocks/30-1/ratatouille")
    for (name, values) in weights {
      for (index, value) in values.enumerated() {
        let sum = parents.reduce(0.0) { $0 + Double($1[name]?[index] ?? .nan) }
        #expect(value == Float(sum / 3))
      }
    }
    // What the table says of it is what the network does.
    let stated = try #require((cells[3]["accuracy"] as? [String: Double])?["ratatouille"])
    try project.runner.write(
      "certificate: check\ndata: data/rotated.yaml\ndomains: [30]\nmetric: accuracy\nminimum: 0\n",
      to: "certificates/check.yaml")
    let test = try project.runner.wgit("test", "blocks/30-1/ratatouille", "-c", "check", "--json")
    #expect(test.standardOutput.contains("\"value\": \(stated)"), "\(stated) \(test.standardOutput)")

    // Nothing is left to do, and nothing is done twice.
    #expect(try plan().allSatisfy(\.isDone))
    let again = try ratatouille("--json")
    #expect(again.standardOutput == output.standardOutput)
    let log = try project.runner.wgit("log", "--all", "--oneline").standardOutput
    #expect(log.contains("Ratatouille of 3 starts") && !log.contains("refs/steps") && !log.contains("steps/"))
    #expect(try project.runner.wgit("gc").status == 0)
    #expect(try project.runner.wgit("fsck").status == 0)
    #expect(try ratatouille("--json").standardOutput == output.standardOutput)
  }

  /// Whatever the number of jobs, and wherever it was killed, the commits are the same.
  @Test func interruptedRecipesGoOnToTheSameCommits() throws {
    #expect(try ratatouille("-q", "--jobs", "1").status == 0)
    let expected = try plan()

    let other = try RatatouilleCommandTests()
    for signal in [SIGKILL, SIGINT, SIGKILL] {
      let (output, error) = (
        other.project.runner.folder.appendingPathComponent("o"), other.project.runner.folder.appendingPathComponent("e")
      )
      let before = try other.plan().count(where: \.isDone)
      let process = try other.project.runner.start(
        CommandRunner.program, ["ratatouille", "recipe.yaml", "--jobs", "3", "-q"], output: output, error: error)
      while try other.plan().count(where: \.isDone) < before + 15, process.isRunning { usleep(10_000) }
      kill(process.processIdentifier, signal)
      process.waitUntilExit()
      if signal == SIGINT { #expect(process.terminationStatus == 130) }
    }
    // Two at once share the work.
    let (output, error) = (
      other.project.runner.folder.appendingPathComponent("o"), other.project.runner.folder.appendingPathComponent("e")
    )
    let process = try other.project.runner.start(
      CommandRunner.program, ["ratatouille", "recipe.yaml", "--jobs", "1", "-q"], output: output, error: error)
    let result = try other.ratatouille("-q", "--jobs", "2")
    #expect(result.status == 0, "\(result.standardError)")
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    #expect(try other.plan() == expected)
    #expect(try other.project.runner.wgit("fsck").status == 0)
  }

  @Test func oneMoreContributorCostsItsOwnFineTuning() throws {
    try replace("baselines: all", "baselines: none", in: "recipe.yaml")
    #expect(try ratatouille("-q").status == 0)
    try project.finetune("main", "turned", branch: "community/new", seed: 8)
    try replace(
      "  - {revision: community/other}\n", "  - {revision: community/other}\n  - {revision: community/new}\n",
      in: "recipe.yaml")
    let open = counts(try plan().filter { !$0.isDone })
    // Two domains, two splits: a fine-tuning each, and what is made of it.
    #expect(open["fine-tuning"] == 4 && open["average"] == 4 && open["greedy average"] == 4)
    #expect(open["linear probe"] == nil && open["auxiliary fine-tuning"] == nil && open["pre-training"] == nil)
    #expect(try ratatouille("-q").status == 0)
    #expect((try project.show("blocks/0-0/ratatouille")["parents"] as? [String])?.count == 4)
  }

  // MARK: Keys

  @Test func keysChangeExactlyWhenInputsDo() throws {
    let fine: Set<String> = ["fine-tuning", "average", "greedy average", "evaluation"]
    // Comments, notes, other files of the commit: nothing.
    #expect(try newKinds { try replace("task: target", "# A comment\ntask: target", in: "tasks/target.yaml") } == [])
    let kindsAfterNotes = try newKinds {
      try project.runner.write("Notes", to: "notes.md")
      try project.runner.wgit("add", "notes.md")
      try project.runner.wgit("commit", "-qm", "Notes")
    }
    #expect(kindsAfterNotes == [])
    // Another learning rate for the runs, another number of steps.
    #expect(try newKinds { try replace("[5e-3, 1e-2]", "[4e-3, 8e-3]", in: "recipe.yaml") } == fine)
    // Other rows to test on: evaluations alone.
    #expect(
      try newKinds {
        try replace("held-out: [0, 30]", "held-out: [0, 30]\n  test: {per-domain: 40}", in: "recipe.yaml")
      }
        == ["evaluation"])
    // A moving average that starts later.
    #expect(
      try newKinds {
        try replace("baselines: all", "baselines: all\nmoving-average: {method: swa, from: 0.5}", in: "recipe.yaml")
      } == ["fine-tuning", "evaluation"])
    // An auxiliary's task: itself and what follows, but neither the pre-trained net nor the probes.
    #expect(
      try newKinds { try replace("steps: 40", "steps: 41", in: "tasks/turned.yaml") }
        == fine.union(["auxiliary fine-tuning", "fused start"]))
    // The data of the target.
    let path = project.runner.data.appendingPathComponent("blocks-labels")
    var labels = try Data(contentsOf: path)
    labels[labels.count - 1] ^= 1
    try labels.write(to: path)
    #expect(try newKinds {} == [])
    #expect(
      try newKinds {
        labels[labels.count - 2] ^= 1
        try labels.write(to: path)
      } == fine.union(["linear probe"]))
    // The pre-trained net: everything.
    #expect(
      try newKinds { try replace("steps: 40", "steps: 42", in: "tasks/pretrain.yaml") }
        == fine.union(["linear probe", "pre-training", "auxiliary fine-tuning", "fused start"]))
  }

  // MARK: Refusals

  @Test func auxiliariesOfTheTargetTaskAreRefused() throws {
    try project.finetune("main", "target", branch: "leaky", seed: 1)
    try replace("community/other", "leaky", in: "recipe.yaml")
    let refused = try ratatouille("-n")
    #expect(refused.status == 1)
    #expect(refused.standardError.contains("auxiliary 'leaky' was made on the target task"))
    // Also behind a merge.
    #expect(try project.runner.wgit("switch", "-q", "community/other").status == 0)
    #expect(try project.runner.wgit("merge", "-q", "-s", "ratatouille", "leaky").status == 0)
    try replace("{revision: leaky}", "{revision: community/other}", in: "recipe.yaml")
    #expect(try ratatouille("-n").status == 1)
    // As a task.
    try replace("{revision: community/other}", "{task: tasks/target.yaml}", in: "recipe.yaml")
    #expect(try ratatouille("-n").status == 1)
  }

  @Test func heldOutDomainsAreNotTrainedOn() throws {
    try replace("{per-domain: 30}", "{per-domain: 30, domains: [0, 15]}", in: "tasks/target.yaml")
    let output = try ratatouille("-n")
    #expect(output.status == 65)
    #expect(output.standardError.contains("trains on domain \"0\", which is to be held out"))
    #expect(
      try project.runner.wgit("finetune", "main", "-t", "tasks/target.yaml", "-b", "x", "--held-out", "15").status == 65
    )
    try replace(", domains: [0, 15]", "", in: "tasks/target.yaml")
    try replace("held-out: [0, 30]", "held-out: [0, 45]", in: "recipe.yaml")
    let unknown = try ratatouille("-q")
    #expect(unknown.status == 65)
    #expect(unknown.standardError.contains("no domain \"45\""), "\(unknown.standardError)")
  }

  @Test func recipesAreReadStrictly() throws {
    let faults: [(old: String, new: String, says: String)] = [
      ("selection:", "selektion:", "did you mean 'selection'?"),
      ("baselines: all", "baselines: [fusion]", "did you mean 'fusing'?"),
      ("baselines: all", "accept: often", "improves, keeps-up"),
      ("[uniform, greedy]", "[uniform, best]", "uniform, greedy or both"),
      ("recipe: blocks", "recipe: a..b", "a name that branches can stand below"),
      ("  splits: [0, 1]", "  splits: [0, 0]", "different seeds"),
      ("  splits: [0, 1]", "  runs: 2", "at least 3"),
      ("  splits: [0, 1]", "  head: loose", "shared or adapted"),
      ("{revision: community/other}", "{revision: a, task: b}", "left out"),
      ("{revision: community/other}", "{revision: turned}", "twice"),
      ("{revision: community/other}", "{task: tasks/more.yaml, sed: 1}", "did you mean 'seed'?"),
    ]
    for fault in faults {
      try write(RatatouilleCommandTests.recipe.replacingOccurrences(of: fault.old, with: fault.new))
      let output = try ratatouille("-n")
      #expect(output.status == 65, "\(fault.new)")
      #expect(output.standardError.contains(fault.says), "\(fault.new): \(output.standardError)")
    }
    try write("recipe: [")
    #expect(try ratatouille("-n").status == 65)
    #expect(try project.runner.wgit("ratatouille", "nowhere.yaml").status == 66)
    try write(RatatouilleCommandTests.recipe.replacingOccurrences(of: "community/other", with: "community/othr"))
    let unknown = try ratatouille("-n")
    #expect(unknown.status == 66 && unknown.standardError.contains("did you mean 'community/other'?"))
  }

  @Test func withoutValidationNothingIsChosen() throws {
    try replace("validation: {per-domain: 10}\n", "", in: "tasks/target.yaml")
    let refused = try ratatouille("-n")
    #expect(refused.status == 65 && refused.standardError.contains("no validation rows"), "\(refused.standardError)")
    try replace("[uniform, greedy]", "uniform", in: "recipe.yaml")
    let output = try ratatouille("--json")
    #expect(output.status == 0, "\(output.standardError)")
    #expect(!output.standardOutput.contains("best-by-validation") && output.standardOutput.contains("\"ratatouille\""))
    // Measurements can be lost.
    let steps = project.runner.project.appendingPathComponent(".wgit/steps")
    for (index, name) in try FileManager.default.contentsOfDirectory(atPath: steps.path).enumerated() {
      try Data((index % 2 == 0 ? "{" : "{}").utf8).write(to: steps.appendingPathComponent(name))
    }
    #expect(try ratatouille("--json").standardOutput == output.standardOutput)
  }

  @Test func branchesOfOthersStay() throws {
    #expect(try project.runner.wgit("branch", "blocks/0-1/ratatouille", "main").status == 0)
    let output = try ratatouille("-q")
    #expect(output.status == 64 && output.standardError.contains("holds work that no recipe made"))
    #expect(try project.runner.wgit("branch", "-D", "blocks/0-1/ratatouille").status == 0)
    #expect(try project.runner.wgit("branch", "blocks", "main").status == 0)
    #expect(try ratatouille("-q").status == 64)
  }

  @Test func certificatesJudgeTheAverages() throws {
    try write(RatatouilleCommandTests.recipe + "certificates: held-out\n")
    try replace("minimum: 0.6", "minimum: 0", in: "certificates/held-out.yaml")
    let output = try ratatouille()
    #expect(output.status == 0, "\(output.standardError)")
    #expect(output.standardOutput.contains("30-1/greedy-ratatouille"))
    try replace("minimum: 0\n", "minimum: 0.999\nstrict: true\n", in: "certificates/held-out.yaml")
    #expect(try ratatouille("-q").status == 1)
    try write(RatatouilleCommandTests.recipe + "certificates: holdout\n")
    #expect(try ratatouille("-q").status == 125)
  }
}
