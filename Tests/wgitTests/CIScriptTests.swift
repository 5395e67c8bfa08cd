import Foundation
import Testing

/// The script and the workflow of docs/ci.md do what they say.
struct CIScriptTests {
  private static let folder = Snapshot.sourceTree.appendingPathComponent("docs/ci")

  private struct Scene {
    let project: BlockProject
    private let reports: URL

    init() throws {
      project = try BlockProject(minimum: 0.6, maximumDrop: 0)
      try project.finetune("main", "blocks", branch: "good", seed: 1)
      try project.finetune("good", "turned", branch: "worse", seed: 1)
      reports = project.runner.folder.appendingPathComponent("reports")
      try FileManager.default.createDirectory(
        at: reports.appendingPathComponent("ci"), withIntermediateDirectories: true)
      try FileManager.default.copyItem(
        at: CIScriptTests.folder.appendingPathComponent("wgit-gate.sh"),
        to: reports.appendingPathComponent("ci/wgit-gate.sh"))
    }

    /// Runs a shell line where a runner would have checked out the repository that opens the requests.
    func run(_ line: String, _ environment: [String: String] = [:]) throws -> CommandRunner.Output {
      let programs = CommandRunner.program.deletingLastPathComponent().path
      project.runner.current = reports
      defer { project.runner.current = project.runner.project }
      return try project.runner.run(
        URL(fileURLWithPath: "/bin/sh"), ["-c", line],
        environment: environment.merging([
          "PATH": "\(programs):/usr/bin:/bin", "WGIT_REPOSITORY": project.runner.project.path,
        ]) { $1 })
    }

    func report(_ name: String) throws -> String {
      try String(contentsOf: reports.appendingPathComponent(name), encoding: .utf8)
    }
  }

  @Test func theScriptGates() throws {
    let scene = try Scene()
    let passed = try scene.run("sh ci/wgit-gate.sh main good")
    #expect(passed.status == 0, "\(passed.standardError)")
    #expect(try scene.report("certificates.xml").contains("failures=\"0\""))
    #expect(try scene.report("certificates.md").contains("| holds |"))
    #expect(try scene.report("report.md").hasPrefix("# good, compared with main\n"))
    let failed = try scene.run("sh ci/wgit-gate.sh good worse")
    #expect(failed.status == 1)
    #expect(try scene.report("certificates.xml").contains("<failure message=\"FAILS: "))
    #expect(try scene.run("sh ci/wgit-gate.sh main").status == 64)
    #expect(try scene.run("sh ci/wgit-gate.sh main nowhere").status == 66)
  }

  @Test func theScriptMerges() throws {
    let scene = try Scene()
    #expect(try scene.project.runner.wgit("branch", "release", "good").status == 0)
    let before = try scene.project.commitID("release")
    #expect(try scene.run("sh ci/wgit-gate.sh --merge ratatouille release worse").status == 1)
    #expect(try scene.project.commitID("release") == before)
    try scene.project.finetune("main", "blocks", branch: "other", seed: 2)
    let merged = try scene.run("sh ci/wgit-gate.sh --merge ratatouille release other")
    #expect(merged.status == 0, "\(merged.standardError)")
    #expect(try scene.project.commitID("release") != before)
  }

  /// The command stands in the workflow as it is run here.
  @Test func theWorkflowRunsTheScript() throws {
    let workflow = try String(contentsOf: Self.folder.appendingPathComponent("certificates.yml"), encoding: .utf8)
    let lines = workflow.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
    let command = try #require(lines.first { $0.hasPrefix("run: ") }).dropFirst("run: ".count)
    let scene = try Scene()
    let summary = scene.project.runner.folder.appendingPathComponent("summary.md").path
    _ = FileManager.default.createFile(atPath: summary, contents: nil)
    let output = try scene.run(
      String(command),
      ["TARGET": "good", "CONTRIBUTION": "worse", "GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": summary])
    #expect(output.status == 1)
    #expect(output.standardError.contains("::error file=certificates/held-out.yaml,title=held-out on worse::FAILS: "))
    let shown = try String(contentsOfFile: summary, encoding: .utf8)
    #expect(shown.contains("| FAILS: ") && shown.contains("# worse, compared with good\n"))
    for line in lines where line.hasPrefix("path: ") {
      #expect(try !scene.report(String(line.dropFirst("path: ".count))).isEmpty)
    }
  }

  /// What a contribution says of its own certificates does not count.
  @Test func theTargetsCertificatesDecide() throws {
    let scene = try Scene()
    let runner = scene.project.runner
    #expect(try runner.wgit("switch", "-q", "worse").status == 0)
    try runner.write(BlockProject.certificate(minimum: 0, maximumDrop: 1), to: "certificates/held-out.yaml")
    #expect(try runner.wgit("commit", "-qam", "Easier").status == 0)
    #expect(try runner.wgit("test", "worse", "--against", "good").status == 0)
    #expect(try scene.run("sh ci/wgit-gate.sh good worse").status == 1)
  }
}
