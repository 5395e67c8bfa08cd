import Foundation
import Testing

struct MergeCommandTests {
  /// Three branches of different auxiliary tasks, then the target task.
  private static func project(minimum: Double = 0.6, maximumDrop: Double? = nil) throws -> BlockProject {
    let project = try BlockProject(minimum: minimum, maximumDrop: maximumDrop)
    for (branch, seed) in [("target/a", 1), ("target/b", 2), ("target/c", 3)] {
      try project.finetune("main", "blocks", branch: branch, seed: seed)
    }
    return project
  }

  @Test func ratatouilleIsTheAverageRoundedOnce() throws {
    let project = try MergeCommandTests.project()
    #expect(try project.runner.wgit("switch", "-q", "target/a").status == 0)
    let output = try project.runner.wgit("merge", "-s", "ratatouille", "target/b", "target/c")
    #expect(output.status == 0)
    #expect(output.standardError.isEmpty)
    #expect(output.standardOutput.hasPrefix("ratatouille: 3 ingredients of weight 1/3, 4 tensors combined, 0 kept, "))
    let ingredients = ["target/b", "target/c", "HEAD~1"]
    let commit = try project.show("target/a")
    #expect((commit["parents"] as? [String])?.count == 3)
    #expect(Set(commit["parents"] as? [String] ?? []) == Set(try ingredients.map(project.commitID)))
    #expect((commit["recipe"] as? [String: Any])?["kind"] as? String == "merge")
    let parts = try ingredients.map(project.weights)
    for (name, merged) in try project.weights("target/a") {
      let averages = merged.indices.map { index in
        Float(parts.reduce(0.0) { $0 + Double($1[name]?[index] ?? .nan) } / Double(parts.count))
      }
      #expect(merged == averages, "\(name)")
    }
    #expect(try project.runner.wgit("status").standardOutput.contains("working folder clean"))
  }

  /// Each model keeps an equal share, however the soup grew.
  @Test func growingASoupGivesTheSameWeightsAsOneMerge() throws {
    let project = try MergeCommandTests.project()
    for (branch, steps) in [("at-once", [["target/b", "target/c"]]), ("grown", [["target/b"], ["target/c"]])] {
      #expect(try project.runner.wgit("switch", "-qc", branch, "target/a").status == 0)
      for revisions in steps {
        let output = try project.runner.run(CommandRunner.program, ["merge", "-qs", "ratatouille"] + revisions)
        #expect(output.status == 0, "\(output.standardError)")
      }
    }
    #expect(try project.show("at-once")["tree"] as? String == project.show("grown")["tree"] as? String)
  }

  @Test func aGateThatHoldsMovesTheBranch() throws {
    let project = try MergeCommandTests.project()
    #expect(try project.runner.wgit("switch", "-q", "target/a").status == 0)
    let output = try project.runner.wgit("merge", "-s", "ratatouille", "--gate", "target/b")
    #expect(output.status == 0, "\(output.standardError)")
    #expect(output.standardOutput.contains("held-out     accuracy  candidates/target/a"))
    #expect(output.standardOutput.contains("holds"))
    #expect((try project.show("target/a")["parents"] as? [String])?.count == 2)
    #expect(try project.runner.wgit("show", "candidates/target/a").status == 66)
  }

  @Test func aGateThatFailsKeepsTheBranchAndTheCandidate() throws {
    let project = try MergeCommandTests.project(minimum: 1)
    // A model of another task spoils the average.
    try project.finetune("main", "turned", branch: "wrong", seed: 9)
    #expect(try project.runner.wgit("switch", "-q", "target/a").status == 0)
    let before = try project.commitID("target/a")
    let output = try project.runner.wgit("merge", "-s", "ratatouille", "--gate", "wrong")
    #expect(output.status == 1)
    #expect(output.standardOutput.contains("FAILS: below the minimum"))
    #expect(
      output.standardError == """
        error: the merge is refused: 1 certificate does not hold on it
        hint: the branch was not moved; look at the candidate: wgit diff HEAD candidates/target/a

        """)
    #expect(try project.commitID("target/a") == before)
    #expect(try project.runner.wgit("status").standardOutput.contains("working folder clean"))
    let difference = try project.runner.wgit("diff", "--exit-code", "HEAD", "candidates/target/a")
    #expect(difference.status == 1)
    #expect(difference.standardOutput.hasPrefix("modified model.safetensors: 4 of 4 tensors changed\n"))
  }

  @Test func aGateAlsoGuardsMovingForward() throws {
    let project = try BlockProject(minimum: 0, maximumDrop: 0.1)
    try project.finetune("main", "blocks", branch: "good", seed: 1)
    #expect(try project.runner.wgit("merge", "--gate", "good").status == 0)
    let before = try project.commitID("main")
    try project.finetune("good", "turned", branch: "worse", seed: 1)
    let output = try project.runner.wgit("merge", "--gate", "worse")
    #expect(output.status == 1)
    #expect(output.standardOutput.contains("FAILS: dropped by"))
    #expect(try project.commitID("main") == before)
  }
}
