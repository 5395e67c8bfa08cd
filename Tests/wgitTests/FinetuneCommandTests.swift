import Foundation
import Testing
import Trainer

struct FinetuneCommandTests {
  @Test func trainsOnABranchAndLeavesTheRestAlone() throws {
    let project = try BlockProject()
    let before = try project.commitID("main")
    let id = try project.finetune("main", "blocks", branch: "target/a", seed: 1)
    let commit = try project.show("target/a")
    #expect(commit["id"] as? String == id)
    #expect(commit["parents"] as? [String] == [before])
    #expect(try project.commitID("main") == before)
    #expect(try project.runner.wgit("status").standardOutput.contains("working folder clean"))
    #expect(
      try project.runner.wgit("show", "target/a").standardOutput.contains(
        "Made:   finetune on blocks, 40 steps, seed 1\n"))
    let recipe = commit["recipe"] as? [String: Any]
    let details = recipe?["details"] as? [String: Any]
    #expect(recipe?["kind"] as? String == "finetune")
    #expect(details?["seed"] as? String == "1" && details?["threadCount"] as? Int == 2)
    #expect(details?["instructionSet"] as? String == VectorKernels.best.name)
    #expect(
      (details?["data"] as? [[String: Any]])?.map { $0["name"] as? String } == ["blocks-images", "blocks-labels"])
    let metrics = details?["metrics"] as? [String: Any]
    #expect(try #require(metrics?["validationAccuracy"] as? Double) > 0.9)
  }

  @Test func theSameSeedGivesTheSameTreeForAnyNumberOfThreads() throws {
    let project = try BlockProject()
    for (branch, threads, seed) in [("one", "1", 3), ("two", "2", 3), ("other", "2", 4)] {
      try project.finetune("main", "blocks", branch: branch, seed: seed, environment: ["WGIT_THREADS": threads])
    }
    let trees = try ["one", "two", "other"].map { try project.show($0)["tree"] as? String }
    #expect(trees[0] == trees[1])
    #expect(trees[0] != trees[2])
  }

  @Test func theCheckedOutBranchMovesWithItsFiles() throws {
    let project = try BlockProject()
    let before = try project.runner.read("model.safetensors")
    let output = try project.runner.wgit("finetune", "-t", "tasks/blocks.yaml")
    #expect(output.status == 0)
    #expect(output.standardOutput.hasPrefix("[main "))
    #expect(output.standardOutput.contains("Fine-tune on blocks\n 1 file changed, 4 of 4 tensors changed, "))
    #expect(try project.runner.read("model.safetensors") != before)
    #expect(try project.runner.wgit("status").standardOutput.contains("working folder clean"))
    #expect(try project.runner.wgit("show", "candidates/main").status == 66)
  }

  @Test func probingChangesTheHeadAlone() throws {
    let project = try BlockProject()
    try project.finetune("main", "blocks", branch: "probe", ["--probe-only"])
    let (before, after) = (try project.weights("main"), try project.weights("probe"))
    #expect(before["hidden.weight"] == after["hidden.weight"])
    #expect(before["hidden.bias"] == after["hidden.bias"])
    #expect(before["classifier.weight"] != after["classifier.weight"])
  }

  @Test func aHeadCanComeFromAnotherRevision() throws {
    let project = try BlockProject()
    try project.finetune("main", "blocks", branch: "probe", ["--probe-only"])
    try project.finetune("main", "turned", branch: "aux")
    try project.runner.write(
      "task: frozen\ndata: data/blocks.yaml\ntrain: {per-domain: 120}\nsteps: 0\n", to: "tasks/frozen.yaml")
    try project.finetune("aux", "frozen", branch: "grafted", ["--head-from", "probe"])
    let (probe, aux, grafted) = (
      try project.weights("probe"), try project.weights("aux"), try project.weights("grafted")
    )
    #expect(grafted["classifier.weight"] == probe["classifier.weight"])
    #expect(grafted["hidden.weight"] == aux["hidden.weight"])
    let details = (try project.show("grafted")["recipe"] as? [String: Any])?["details"] as? [String: Any]
    #expect(details?["headFrom"] as? String == (try project.commitID("probe")))
  }

  @Test func jsonLinesEndWithTheCommit() throws {
    let project = try BlockProject()
    let output = try project.runner.wgit("finetune", "main", "-t", "tasks/blocks.yaml", "-b", "x", "--json")
    #expect(output.status == 0)
    let events = try output.standardOutput.split(separator: "\n").map { line in
      try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] ?? [:]
    }
    #expect(Set(events.compactMap { $0["event"] as? String }) == ["probe", "train", "committed"])
    #expect(events.last?["commit"] as? String == (try project.commitID("x")))
  }

  /// Refusals come before the training, name what is wrong, and change nothing.
  @Test(arguments: [
    (["-t", "tasks/missing.yaml"], 66, "tasks/missing.yaml"),
    (["-t", "tasks/blocks.yaml", "-b", "two words"], 64, "two words"),
    (["-t", "tasks/blocks.yaml", "nothing", "-b", "x"], 66, "nothing"),
    (["-t", "tasks/blocks.yaml", "-b", "x", "--data", "nowhere"], 66, "blocks-images"),
    (["-t", "tasks/blocks.yaml", "-b", "x", "--steps", "-1"], 64, "--steps"),
    (["-t", "tasks/blocks.yaml", "-b", "x", "--lr", "nan"], 64, "--learning-rate"),
    (["-t", "tasks/blocks.yaml", "-b", "x", "--batch", "0"], 64, "--batch"),
    (["-t", "tasks/blocks.yaml", "-b", "x", "-m", " "], 64, "message"),
    (["-t", "tasks/blocks.yaml", "-b", "x", "--seed", "abc"], 64, "abc"),
    (["-t", "tasks/blocks.yaml", "-b", "x", "--head-from", "nothing"], 66, "nothing"),
    (["-t", "tasks/typo.yaml", "-b", "x"], 65, "bacth"),
    ([], 64, "--task"),
  ])
  func refusals(_ arguments: [String], _ status: Int32, _ named: String) throws {
    let project = try BlockProject()
    try project.runner.write("task: typo\ndata: data/blocks.yaml\nsteps: 1\nbacth: 16\n", to: "tasks/typo.yaml")
    let output = try project.runner.run(CommandRunner.program, ["finetune"] + arguments)
    #expect(output.status == status)
    #expect(output.standardError.contains(named), "\(output.standardError)")
    #expect(output.standardOutput.isEmpty)
    #expect(try project.runner.wgit("branch").standardOutput == "* main\n")
  }

  @Test func changesThatAreNotCommittedAreNotTrainedOver() throws {
    let project = try BlockProject()
    try project.runner.write("{}", to: "network.json")
    let output = try project.runner.wgit("finetune", "-t", "tasks/blocks.yaml")
    #expect(output.status == 1)
    #expect(
      output.standardError == """
        error: 'main' is checked out and has changes that are not committed
        hint: commit them (wgit commit -a), or train on another --branch

        """)
  }

  @Test func controlCStopsAndCommitsNothing() throws {
    let project = try BlockProject()
    try project.runner.write(BlockProject.task("blocks", steps: 5_000_000), to: "tasks/blocks.yaml")
    let (output, error) = (
      project.runner.folder.appendingPathComponent("out"), project.runner.folder.appendingPathComponent("err")
    )
    let process = try project.runner.start(
      CommandRunner.program, ["finetune", "main", "-t", "tasks/blocks.yaml", "-b", "x", "--json"], output: output,
      error: error)
    // The first line of progress says that training is under way.
    while try Data(contentsOf: output).isEmpty, process.isRunning { usleep(20_000) }
    #expect(kill(process.processIdentifier, SIGINT) == 0)
    process.waitUntilExit()
    #expect(process.terminationStatus == 130)
    #expect(try String(contentsOf: error, encoding: .utf8).hasPrefix("error: "))
    #expect(try project.runner.wgit("branch").standardOutput == "* main\n")
    #expect(try project.runner.wgit("fsck").status == 0)
  }
}
