import Foundation
import Testing

/// No command moves a protected branch to a commit on which its certificates do not hold.
struct ProtectedMovesTests {
  /// A trained network on the protected `main`, and beside it `worse`, one commit ahead and of no use.
  private struct Team {
    let project: BlockProject
    let main: String
    var runner: CommandRunner { project.runner }

    init() throws {
      project = try BlockProject(minimum: 0, maximumDrop: 0)
      try project.finetune("main", "blocks", branch: "good", seed: 1)
      #expect(try project.runner.wgit("merge", "-q", "good").status == 0)
      try project.runner.write("protected: [main, 'release/*']\n", to: "wgit.yaml")
      #expect(try project.runner.wgit("add", "wgit.yaml").status == 0)
      #expect(try project.runner.wgit("commit", "-qm", "Protect main").status == 0)
      try project.finetune("main", "turned", branch: "worse", seed: 1)
      main = try project.commitID("main")
    }

    /// The command is refused, with `main` where it was; with `--no-gate` it goes through, and the operation log says so.
    func expectRefused(_ verb: String, _ arguments: [String], branch: String = "main") throws {
      let before = try project.commitID(branch)
      let refused = try runner.run(CommandRunner.program, arguments)
      #expect(refused.status == 1, "\(arguments): \(refused.standardError)")
      #expect(refused.standardError.contains("the \(verb) is refused: 1 certificate does not hold on it"))
      #expect(try project.commitID(branch) == before)
      #expect(try runner.wgit("status").standardOutput.contains("working folder clean"))
      let forced = try runner.run(CommandRunner.program, arguments + ["--no-gate"])
      #expect(forced.status == 0, "\(arguments) --no-gate: \(forced.standardError)")
      #expect(try project.commitID(branch) != before)
      #expect(try runner.wgit("op", "log", "-n", "1").standardOutput.contains("(gate skipped)"), "\(arguments)")
      #expect(try runner.wgit("fsck").status == 0)
    }

    func skippedInRecipe(_ revision: String) throws -> Bool {
      let recipe = try project.show(revision)["recipe"] as? [String: Any]
      return (recipe?["details"] as? [String: Any])?["gate"] as? String == "skipped"
    }
  }

  @Test func cherryPick() throws {
    let team = try Team()
    try team.expectRefused("cherry-pick", ["cherry-pick", "worse"])
    #expect(try team.skippedInRecipe("main"))
    #expect(try team.project.commitID("main~1") == team.main)
  }

  @Test func revert() throws {
    let team = try Team()
    // The training that made it good.
    try team.expectRefused("revert", ["revert", "HEAD~1"])
    #expect(try team.skippedInRecipe("main"))
  }

  @Test func average() throws {
    let team = try Team()
    try team.expectRefused("average", ["average", "main..worse", "--swa"])
    #expect(try team.skippedInRecipe("main"))
  }

  @Test func rebaseForward() throws {
    let team = try Team()
    try team.expectRefused("rebase", ["rebase", "worse"])
    #expect(try team.project.commitID("main") == team.project.commitID("worse"))
  }

  @Test func rebase() throws {
    let team = try Team()
    try team.runner.write("more", to: "notes.txt")
    #expect(try team.runner.wgit("add", ".").status == 0)
    #expect(try team.runner.wgit("commit", "-qm", "Notes").status == 0)
    try team.expectRefused("rebase", ["rebase", "worse"])
    #expect(try team.skippedInRecipe("main"))
    #expect(try team.project.commitID("main~1") == team.project.commitID("worse"))
    // What is no worse goes through without a word.
    #expect(try team.runner.wgit("branch", "release/1", "main").status == 0)
    #expect(try team.runner.wgit("rebase", "release/1").status == 0)
  }

  @Test func undoRedoAndRestore() throws {
    let team = try Team()
    let runner = team.runner
    #expect(try runner.wgit("merge", "-q", "--no-gate", "worse").status == 0)
    // Back to what is better.
    let undone = try runner.wgit("undo")
    #expect(undone.status == 0, "\(undone.standardError)")
    #expect(undone.standardOutput.contains("holds"))
    #expect(try team.project.commitID("main") == team.main)
    try team.expectRefused("redo", ["redo"])
    #expect(try runner.wgit("undo").status == 0)
    let log = try runner.wgit("op", "log", "--json").standardOutput
    let operations = try JSONSerialization.jsonObject(with: Data(log.utf8)) as? [[String: Any]] ?? []
    let merge = try #require(
      operations.first {
        ($0["description"] as? String)?.hasPrefix("merge: ") == true
          && ($0["description"] as? String)?.contains("worse") == true
      })
    let number = try #require(merge["number"] as? Int)
    try team.expectRefused("op restore", ["op", "restore", "\(number)"])
    let back = try runner.wgit("op", "restore", "\(number - 1)")
    #expect(back.status == 0, "\(back.standardError)")
    #expect(try team.project.commitID("main") == team.main)
    // To before the weights were trained.
    #expect(try runner.wgit("undo", "--no-gate").status == 0)
  }

  @Test func undoOfAnImprovement() throws {
    let team = try Team()
    let runner = team.runner
    #expect(try runner.wgit("merge", "-q", "--no-gate", "worse").status == 0)
    #expect(try runner.wgit("restore", "-q", "-s", "good", "model.safetensors").status == 0)
    let better = try runner.wgit("commit", "-qam", "Good again")
    #expect(better.status == 0, "\(better.standardError)")
    try team.expectRefused("undo", ["undo"])
  }

  @Test func branchesThatAreMovedFromElsewhere() throws {
    let team = try Team()
    let runner = team.runner
    #expect(try runner.wgit("branch", "release/1", "main").status == 0)
    try team.expectRefused("move", ["branch", "--force", "release/1", "worse"], branch: "release/1")
    #expect(try runner.wgit("branch", "--force", "release/1", "main").status == 0)
    // A branch that nothing guards moves as it likes; with --gate its own certificates are asked.
    #expect(try runner.wgit("branch", "feature", "main").status == 0)
    let asked = try runner.wgit("branch", "--force", "--gate", "feature", "worse")
    #expect(asked.status == 1)
    #expect(asked.standardError.contains("wgit diff feature "))
    #expect(try runner.wgit("branch", "--force", "feature", "worse").status == 0)
  }

  @Test func protectedBranchesDoNotGoAway() throws {
    let team = try Team()
    let runner = team.runner
    #expect(try runner.wgit("branch", "release/1", "main").status == 0)
    let ways = [["branch", "-D", "release/1"], ["branch", "-m", "release/1", "other"], ["undo"]]
    for arguments in ways {
      let refused = try runner.run(CommandRunner.program, arguments)
      #expect(refused.status == 1)
      #expect(refused.standardError.contains("branch 'release/1' is protected and would be gone"), "\(arguments)")
      #expect(refused.standardError.contains("--no-gate"))
    }
    let current = try runner.wgit("branch", "-m", "trunk")
    #expect(current.status == 1)
    #expect(current.standardError.contains("the renaming is refused: branch 'main' is protected"))
    for arguments in ways.dropLast() {
      #expect(try runner.run(CommandRunner.program, arguments + ["--no-gate"]).status == 0)
      #expect(try runner.wgit("op", "log", "-n", "1").standardOutput.contains("(gate skipped)"))
      #expect(try runner.wgit("undo").status == 0)
    }
    #expect(try runner.wgit("branch").standardOutput.contains("release/1"))
  }
}
