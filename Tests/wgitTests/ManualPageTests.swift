import Foundation
import Testing

/// scripts/install leaves a program, manual pages and completions.
struct ManualPageTests {
  @Test(
    .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/python3"), "python3 is not installed"))
  func everyCommandHasAPage() throws {
    let runner = try CommandRunner()
    let installed = runner.folder.appendingPathComponent("local")
    let output = try runner.run(
      Snapshot.sourceTree.appendingPathComponent("scripts/install"), [installed.path],
      environment: ["WGIT_PROGRAM": CommandRunner.program.path])
    #expect(output.status == 0, "\(output.standardError)")
    let folder = installed.appendingPathComponent("share/man/man1")
    for command in try CommandReference.commands() {
      let name = (["wgit"] + command.name.split(separator: " ").map(String.init)).joined(separator: "-")
      let file = folder.appendingPathComponent("\(name).1")
      let page = try String(contentsOf: file, encoding: .utf8)
      for section in ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS"] { #expect(page.contains("\n.SH \(section)\n")) }
      #expect(page.contains(command.name.isEmpty ? "wgit\\-merge" : "\(name.replacing("-", with: "\\-")) \\- "))
      try checkRoff(file, runner)
    }
    for path in ["bin/wgit", "share/bash-completion/completions/wgit", "share/zsh/site-functions/_wgit"] {
      #expect(FileManager.default.fileExists(atPath: installed.appendingPathComponent(path).path))
    }
  }

  /// As the formatter of the system reads it, if there is one.
  private func checkRoff(_ file: URL, _ runner: CommandRunner) throws {
    let groff = URL(fileURLWithPath: "/usr/bin/groff")
    guard FileManager.default.isExecutableFile(atPath: groff.path) else { return }
    let output = try runner.run(groff, ["-man", "-ww", "-z", "-Tutf8", file.path])
    #expect(output.status == 0 && output.standardError.isEmpty, "\(file.lastPathComponent): \(output.standardError)")
  }
}
