import Foundation
import Testing

/// How output behaves where it goes.
struct OutputTests {
  /// A reader that goes away early is no error.
  @Test func aClosedPipeIsNoError() throws {
    let runner = try CommandRunner()
    try runner.wgit("init", "-q")
    for number in 0..<30 { try runner.wgit("commit", "-q", "--allow-empty", "-m", "Commit \(number)") }
    let shell = URL(fileURLWithPath: "/bin/bash")
    let output = try runner.run(
      shell, ["-c", "'\(CommandRunner.program.path)' log | head -1 >/dev/null; echo ${PIPESTATUS[0]}"])
    #expect(output.standardOutput == "0\n")
    #expect(output.standardError.isEmpty)
  }

  @Test func nothingIsColouredWhenNobodyLooks() throws {
    let runner = try CommandRunner()
    try runner.wgit("init", "-q")
    try runner.wgit("commit", "-q", "--allow-empty", "-m", "First")
    for arguments in [["log"], ["status"], ["branch"], ["op"]] {
      let output = try runner.run(CommandRunner.program, arguments, environment: ["TERM": "xterm-256color"])
      #expect(!output.standardOutput.contains("\u{1b}"))
    }
  }

  @Test func readingCommandsPrintJSON() throws {
    let runner = try CommandRunner()
    try runner.wgit("init", "-q")
    try runner.wgit("commit", "-q", "--allow-empty", "-m", "First")
    for command in ["status", "log", "show", "diff", "op", "branch", "fsck"] {
      let output = try runner.wgit(command, "--json")
      #expect(output.status == 0, "\(command)")
      #expect(throws: Never.self, "\(command)") {
        _ = try JSONSerialization.jsonObject(with: Data(output.standardOutput.utf8))
      }
    }
  }

  @Test func aFolderThatMayNotBeWrittenIsNamed() throws {
    guard geteuid() != 0 else { return }
    let runner = try CommandRunner()
    try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: runner.project.path)
    let output = try runner.wgit("init")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: runner.project.path)
    #expect(output.status == 77)
    #expect(output.standardError.contains(runner.project.path))
  }
}
