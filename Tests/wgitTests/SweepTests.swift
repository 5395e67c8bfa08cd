import Foundation
import Testing

/// Several runs of a task, some at a time.
struct SweepTests {
  private let project: BlockProject

  init() throws {
    project = try BlockProject()
    try project.runner.write(
      BlockProject.task("blocks", steps: 60)
        + "search: {learning-rate: {log-uniform: [1e-3, 3e-2]}, batch: {choice: [8, 16, 24]}, dropout: {choice: [0.1, 0.2]}}\n",
      to: "tasks/blocks.yaml")
  }

  private func sweep(_ branch: String, _ more: String...) throws -> CommandRunner.Output {
    try project.runner.run(
      CommandRunner.program, ["finetune", "main", "-t", "tasks/blocks.yaml", "-b", branch, "--runs", "3"] + more)
  }

  private func trees(_ branch: String) throws -> [String] {
    try (1...3).map { try project.show("\(branch)/\($0)")["tree"] as? String ?? "" }
  }

  @Test func branchesAreTheSameForAnyNumberOfJobs() throws {
    #expect(try sweep("one", "--jobs", "1", "-q").status == 0)
    #expect(try sweep("three", "--jobs", "3", "-q").status == 0)
    #expect(try trees("one") == trees("three"))
    #expect(Set(try trees("one")).count == 3)

    // A run of a sweep is the run that its recipe tells.
    let details = try #require((try project.show("one/3")["recipe"] as? [String: Any])?["details"] as? [String: Any])
    #expect(details["seed"] as? String == "2")
    let task = try #require(details["task"] as? [String: Any])
    let optimizer = try #require(task["optimizer"] as? [String: Any])
    let rate = try #require(optimizer["learning-rate"] as? Double)
    #expect((1e-3...3e-2).contains(rate) && [8, 16, 24].contains(task["batch"] as? Int))
    let dropout = try #require(task["dropout"] as? Double)
    #expect([0.1, 0.2].contains(dropout))
    try project.finetune(
      "main", "blocks", branch: "again", seed: 2,
      ["--lr", "\(rate)", "--batch", "\(task["batch"] ?? 0)", "--dropout", "\(dropout)"])
    #expect(try project.show("again")["tree"] as? String == trees("one")[2])
  }

  @Test func theCommitsAreListed() throws {
    let output = try sweep("soup")
    #expect(output.status == 0 && output.standardError.isEmpty)
    let lines = output.standardOutput.split(separator: "\n")
    #expect(lines.count == 4 && lines[0].split(separator: " ") == ["branch", "commit", "validation"])
    #expect(lines[1].hasPrefix("soup/1  \(try project.commitID("soup/1").prefix(10))"))

    let json = try sweep("other", "--json").standardOutput.split(separator: "\n").map { line in
      try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] ?? [:]
    }
    let committed = json.filter { $0["event"] as? String == "committed" }
    #expect(Set(committed.compactMap { $0["run"] as? Int }) == [1, 2, 3])
    #expect(Set(committed.compactMap { $0["branch"] as? String }) == ["other/1", "other/2", "other/3"])
  }

  @Test func aRunThatFailsLeavesTheOthers() throws {
    let output = try sweep("x", "--lr", "1e30")
    #expect(output.status == 1)
    #expect(output.standardError.contains("0 of 3 runs came to the end, not x/1, x/2, x/3"))
    #expect(try sweep("x", "-q").status == 0)
  }

  @Test func refusalsComeBeforeAnyRun() throws {
    #expect(try project.runner.wgit("branch", "y").status == 0)
    let taken = try sweep("y")
    #expect(taken.status == 64, "\(taken.standardError)")
    #expect(try sweep("z", "--lora", "rank=0,targets=hidden").status == 64)
    #expect(try sweep("z", "--freeze", "nothing*").status == 65)
    #expect(try sweep("z", "--data", "nowhere").status == 66)
    #expect(try project.runner.wgit("finetune", "--resume").status == 66)
  }

  @Test func stoppedSweepsAreContinued() throws {
    try project.runner.write(BlockProject.task("blocks", steps: 6000), to: "tasks/blocks.yaml")
    #expect(try sweep("reference", "-q").status == 0)
    let (output, error) = (
      project.runner.folder.appendingPathComponent("o"), project.runner.folder.appendingPathComponent("e")
    )
    let process = try project.runner.start(
      CommandRunner.program,
      ["finetune", "main", "-t", "tasks/blocks.yaml", "-b", "x", "--runs", "3", "--jobs", "2", "--json"],
      output: output, error: error)
    while try !String(contentsOf: output, encoding: .utf8).contains("\"train\""), process.isRunning { usleep(2000) }
    kill(process.processIdentifier, SIGINT)
    process.waitUntilExit()
    #expect(process.terminationStatus == 130)
    #expect(try String(contentsOf: error, encoding: .utf8).contains("wgit finetune --resume"))
    let resumed = try project.runner.wgit("finetune", "--resume", "-q")
    #expect(resumed.status == 0, "\(resumed.standardError)")
    #expect(try trees("x") == trees("reference"))
  }
}
