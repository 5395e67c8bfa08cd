import Foundation
import Testing

/// Branches that wgit.yaml protects move only through a gate, whatever moves them.
struct GateTests {
  /// A trained network on `main`, which is protected by a certificate that allows no drop.
  private static func project(patterns: String = "[main, 'release/*']") throws -> BlockProject {
    let project = try BlockProject(minimum: 0, maximumDrop: 0)
    try project.finetune("main", "blocks", branch: "good", seed: 1)
    try project.finetune("good", "turned", branch: "worse", seed: 1)
    #expect(try project.runner.wgit("merge", "-q", "good").status == 0)
    try project.runner.write("protected: \(patterns)\n", to: "wgit.yaml")
    #expect(try project.runner.wgit("add", "wgit.yaml").status == 0)
    #expect(try project.runner.wgit("commit", "-qm", "Protect main").status == 0)
    return project
  }

  private func recipeGate(_ project: BlockProject, _ revision: String) throws -> String? {
    let recipe = try project.show(revision)["recipe"] as? [String: Any]
    return (recipe?["details"] as? [String: Any])?["gate"] as? String
  }

  @Test func aMergeThatLosesIsRefusedWithoutBeingAskedTo() throws {
    let project = try Self.project()
    let before = try project.commitID("main")
    let refused = try project.runner.wgit("merge", "-s", "ratatouille", "worse")
    #expect(refused.status == 1)
    #expect(refused.standardError.contains("the merge is refused: 1 certificate does not hold on it"))
    #expect(try project.commitID("main") == before)
    #expect(try project.runner.wgit("status").standardOutput.contains("working folder clean"))
    #expect(try project.runner.wgit("show", "candidates/main").status == 0)

    #expect(try project.runner.wgit("merge", "-q", "-s", "ratatouille", "--no-gate", "worse").status == 0)
    #expect(try recipeGate(project, "main") == "skipped")
    #expect(try project.runner.wgit("op", "log").standardOutput.contains("(gate skipped)"))
    #expect(try project.runner.wgit("show", "candidates/main").status == 66)
  }

  @Test func aCommitIsJudgedBeforeTheBranchMoves() throws {
    let project = try Self.project()
    let runner = project.runner
    let before = try project.commitID("main")
    #expect(try runner.wgit("restore", "-q", "-s", "worse", "model.safetensors").status == 0)
    let refused = try runner.wgit("commit", "-am", "Worse")
    #expect(refused.status == 1)
    #expect(refused.standardError.contains("the commit is refused: 1 certificate does not hold on it"))
    #expect(try project.commitID("main") == before)
    #expect(try runner.wgit("diff", "--exit-code", "HEAD", "candidates/main").status == 1)
    #expect(try runner.wgit("status").standardOutput.contains("model.safetensors"))

    #expect(try runner.wgit("commit", "-q", "--no-gate", "-m", "Worse, knowingly").status == 0)
    #expect(try recipeGate(project, "main") == "skipped")
    #expect(try project.commitID("main~1") == before)

    // What does not touch the model passes, and the branch moves to the commit that was judged.
    try runner.write("more", to: "notes.txt")
    #expect(try runner.wgit("add", "notes.txt").status == 0)
    let held = try runner.wgit("commit", "-m", "Notes")
    #expect(held.status == 0, "\(held.standardError)")
    #expect(held.standardOutput.contains("candidates/main"))
    #expect(try recipeGate(project, "main") == nil)
    #expect(try runner.wgit("show", "candidates/main").status == 66)
    #expect(try runner.wgit("status").standardOutput.contains("working folder clean"))
    #expect(try runner.wgit("fsck").status == 0)
  }

  @Test func fineTuningIsJudgedOnOtherBranchesToo() throws {
    let project = try Self.project()
    let runner = project.runner
    #expect(try runner.wgit("branch", "release/1", "main").status == 0)
    for branch in ["main", "release/1"] {
      let before = try project.commitID(branch)
      let refused = try runner.wgit("finetune", branch, "-t", "tasks/turned.yaml", "-b", branch, "-q")
      #expect(refused.status == 1, "\(branch): \(refused.standardError)")
      #expect(refused.standardError.contains("the fine-tuning is refused"))
      #expect(try project.commitID(branch) == before)
      #expect(try runner.wgit("show", "candidates/\(branch)").status == 0)
      try project.finetune(branch, "turned", branch: branch, ["--no-gate"])
      #expect(try recipeGate(project, branch) == "skipped")
      #expect(try project.commitID("\(branch)~1") == before)
    }
    #expect(try runner.wgit("branch", "release/2", "good").status == 0)
    let open = try runner.wgit("finetune", "good", "-t", "tasks/turned.yaml", "-b", "release/2", "-q")
    #expect(open.status == 0, "its tip has no wgit.yaml: \(open.standardError)")
  }

  @Test func aBranchWithoutCertificatesSaysSo() throws {
    let project = try Self.project()
    let runner = project.runner
    #expect(try runner.wgit("switch", "-qc", "release/bare").status == 0)
    try FileManager.default.removeItem(at: runner.project.appendingPathComponent("certificates/held-out.yaml"))
    #expect(try runner.wgit("commit", "-qam", "No certificates").status == 0)
    try runner.write("more", to: "notes.txt")
    #expect(try runner.wgit("add", "notes.txt").status == 0)
    let output = try runner.wgit("commit", "-m", "Notes")
    #expect(output.status == 125)
    #expect(output.standardError.contains("or go without: --no-gate"))
  }

  @Test func mistakesInTheListAreNamed() throws {
    let project = try Self.project(patterns: "[other]")
    let runner = project.runner
    try runner.write("protectd: [main]\n", to: "wgit.yaml")
    #expect(try runner.wgit("commit", "-qam", "A mistake").status == 0)
    try runner.write("more", to: "notes.txt")
    #expect(try runner.wgit("add", "notes.txt").status == 0)
    let output = try runner.wgit("commit", "-m", "Notes")
    #expect(output.status == 65)
    #expect(output.standardError.contains("wgit.yaml:1: unknown key \"protectd\""))
    #expect(output.standardError.contains("did you mean 'protected'?"))
  }
}
