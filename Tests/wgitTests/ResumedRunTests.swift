import Foundation
import Testing

/// Runs that are stopped, or die, and are continued.
struct ResumedRunTests {
  private static let stepCount = 4000
  private let project: BlockProject
  private var runFolder: URL { project.runner.project.appendingPathComponent(".wgit/runs") }

  init() throws {
    project = try BlockProject()
    try project.runner.write(BlockProject.task("blocks", steps: Self.stepCount), to: "tasks/blocks.yaml")
  }

  private func tree(_ revision: String) throws -> String { try project.show(revision)["tree"] as? String ?? "" }

  /// Starts a run, or goes on with it, and sends a signal as soon as it has saved a state that was not there before.
  private func interrupt(_ arguments: [String], by signal: Int32) throws -> (status: Int32, error: String) {
    let (output, error) = (
      project.runner.folder.appendingPathComponent("out"), project.runner.folder.appendingPathComponent("err")
    )
    let state = runFolder.appendingPathComponent("x/state.safetensors")
    let before = try? Data(contentsOf: state)
    let process = try project.runner.start(
      CommandRunner.program, ["finetune"] + arguments + ["--save-every", "20", "-q"], output: output, error: error)
    while process.isRunning, before == (try? Data(contentsOf: state)) { usleep(2000) }
    kill(process.processIdentifier, signal)
    process.waitUntilExit()
    return (process.terminationStatus, try String(contentsOf: error, encoding: .utf8))
  }

  @Test func aKilledRunIsContinuedToTheSameBytes() throws {
    try project.finetune("main", "blocks", branch: "reference", seed: 3)
    var arguments = ["main", "-t", "tasks/blocks.yaml", "-b", "x", "--seed", "3"]
    for _ in 0..<3 {
      #expect(try interrupt(arguments, by: SIGKILL).status == SIGKILL)
      #expect(try project.runner.wgit("branch").standardOutput == "* main\n  reference\n")
      arguments = ["--resume"]
    }
    let resumed = try project.runner.wgit("finetune", "--resume", "-q", environment: ["WGIT_THREADS": "1"])
    #expect(resumed.status == 0, "\(resumed.standardError)")
    #expect(try tree("x") == tree("reference"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: runFolder.path).isEmpty)
    #expect(try project.runner.wgit("fsck").status == 0)
  }

  @Test(arguments: [SIGINT, SIGTERM])
  func aStoppedRunSaysHowToContinue(signal: Int32) throws {
    let (status, error) = try interrupt(["main", "-t", "tasks/blocks.yaml", "-b", "x"], by: signal)
    #expect(status == 130)
    #expect(error.hasPrefix("error: stopped before step "))
    #expect(error.hasSuffix("hint: it is saved; continue it: wgit finetune --resume --branch x\n"))
    #expect(try project.runner.wgit("gc").status == 0)

    let anew = try project.runner.wgit("finetune", "main", "-t", "tasks/blocks.yaml", "-b", "x")
    #expect(anew.status == 1)
    #expect(anew.standardError.contains("'x' has a run that was interrupted"))
    try project.finetune("main", "blocks", branch: "reference")
    #expect(try project.runner.wgit("finetune", "--resume", "-b", "x", "-q").status == 0)
    #expect(try tree("x") == tree("reference"))
  }

  @Test func aRunCanBeBegunAnew() throws {
    _ = try interrupt(["main", "-t", "tasks/blocks.yaml", "-b", "x", "--seed", "9"], by: SIGKILL)
    try project.finetune("main", "blocks", branch: "reference")
    try project.finetune("main", "blocks", branch: "x", ["--restart"])
    #expect(try tree("x") == tree("reference"))
  }

  @Test func aRunIsContinuedOnlyWhereItWouldLeaveTheSame() throws {
    _ = try interrupt(["main", "-t", "tasks/blocks.yaml", "-b", "x"], by: SIGKILL)
    let labels = project.runner.data.appendingPathComponent("blocks-labels")
    let old = try Data(contentsOf: labels)
    var other = old
    other[other.count - 1] = (other[other.count - 1] + 1) % 3
    try other.write(to: labels)
    let changed = try project.runner.wgit("finetune", "--resume")
    #expect(changed.status == 1 && changed.standardError.contains("the data files changed"))
    try old.write(to: labels)

    let state = runFolder.appendingPathComponent("x/state.safetensors")
    var damaged = try Data(contentsOf: state)
    damaged[damaged.count - 1] ^= 1
    try damaged.write(to: state)
    let refused = try project.runner.wgit("finetune", "--resume")
    #expect(refused.status == 65 && refused.standardError.contains("is damaged"), "\(refused.standardError)")
    for plan in ["{", "{}", #"{"plan": {"format": "wgit-run", "version": 1}}"#] {
      try Data(plan.utf8).write(to: runFolder.appendingPathComponent("x/run.json"))
      #expect(try project.runner.wgit("finetune", "--resume", "-b", "x").status == 65)
    }
  }

  @Test func divergenceEndsARunForGood() throws {
    let output = try project.runner.wgit(
      "finetune", "main", "-t", "tasks/blocks.yaml", "-b", "x", "--lr", "1e30", "--no-linear-probe")
    #expect(output.status == 1)
    #expect(output.standardError.contains("in step ") || output.standardError.contains("after step "))
    #expect(try project.runner.wgit("branch").standardOutput == "* main\n")
    #expect(try project.runner.wgit("finetune", "--resume").status == 66)
  }

  @Test func twoProcessesDoNotTrainOneBranch() throws {
    let (output, error) = (
      project.runner.folder.appendingPathComponent("o"), project.runner.folder.appendingPathComponent("e")
    )
    try project.runner.write(BlockProject.task("blocks", steps: 5_000_000), to: "tasks/blocks.yaml")
    let process = try project.runner.start(
      CommandRunner.program, ["finetune", "main", "-t", "tasks/blocks.yaml", "-b", "x", "--json"], output: output,
      error: error)
    while try Data(contentsOf: output).isEmpty, process.isRunning { usleep(20_000) }
    #expect(try project.runner.wgit("finetune", "--resume").status == 75)
    #expect(try project.runner.wgit("finetune", "main", "-t", "tasks/blocks.yaml", "-b", "x", "--restart").status == 75)
    process.terminate()
    process.waitUntilExit()
    #expect(process.terminationStatus == 130)
  }
}
