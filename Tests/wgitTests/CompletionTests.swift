import Foundation
import Testing

/// What shells offer for the word that is being typed.
struct CompletionTests {
  /// A repository with two branches, a tag, a candidate, a certificate and a tracked file that is gone.
  private func project() throws -> CommandRunner {
    let runner = try CommandRunner()
    try runner.wgit("init", "-q")
    try runner.write("certificate: held-out\n", to: "certificates/held-out.yaml")
    try runner.write("1", to: "sub/notes.txt")
    try runner.wgit("add", ".")
    try runner.wgit("commit", "-qm", "First")
    try runner.wgit("branch", "target/a")
    try runner.wgit("tag", "v1.0")
    try FileManager.default.removeItem(at: runner.project.appendingPathComponent("sub/notes.txt"))
    return runner
  }

  /// Presses the key in bash at the end of a line.
  private func bash(_ line: String, _ runner: CommandRunner, environment: [String: String] = [:]) throws -> [String] {
    let words = line.split(separator: " ", omittingEmptySubsequences: false).map { "'\($0)'" }
    let exports = environment.map { "export \($0.key)='\($0.value)'" }.joined(separator: "\n")
    let script = """
      source <(wgit --generate-completion-script bash)
      COMP_WORDS=(\(words.joined(separator: " "))) COMP_CWORD=\(words.count - 1)
      COMP_LINE='\(line)' COMP_POINT=${#COMP_LINE} COMP_TYPE=9
      \(exports)
      _wgit wgit \(words.last ?? "''") \(words.dropLast().last ?? "''")
      printf '%s\\n' "${COMPREPLY[@]}"
      """
    let program = CommandRunner.program.deletingLastPathComponent().path
    let output = try runner.run(
      URL(fileURLWithPath: "/bin/bash"), ["-c", script],
      environment: ["PATH": "\(program):/usr/bin:/bin"])
    #expect(output.standardError.isEmpty, "\(line): \(output.standardError)")
    return output.standardOutput.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
  }

  @Test(arguments: [
    ("wgit switch ", ["main", "target/a", "v1.0", "HEAD"]), ("wgit switch ta", ["target/a"]),
    ("wgit merge main ", ["main", "target/a"]), ("wgit merge --strategy rat", ["ratatouille"]),
    ("wgit diff v", ["v1.0"]), ("wgit tag -d ", ["v1.0"]), ("wgit branch -d t", ["target/a"]),
    ("wgit restore sub/", ["sub/notes.txt"]), ("wgit restore --source m", ["main"]),
    ("wgit test -c ", ["held-out"]), ("wgit average main..t", ["main..target/a"]), ("wgit blame ma", ["main"]),
    ("wgit blame su", ["sub/notes.txt"]), ("wgit network new mnist", ["mnist-cnn"]), ("wgit cherry", ["cherry-pick"]),
    ("wgit finetune --branch tar", ["target/a"]), ("wgit bisect run --good ma", ["main"]),
  ])
  func wordsInBash(line: String, expected: [String]) throws {
    let words = try bash(line, project())
    for word in expected { #expect(words.contains(word), "\(line): \(words)") }
    let typed = line.split(separator: " ", omittingEmptySubsequences: false).last ?? ""
    #expect(words.allSatisfy { $0.hasPrefix(typed) }, "\(line): \(words)")
  }

  @Test func whatIsWrongIsNotToldInTheMiddleOfALine() throws {
    let outside = try CommandRunner()
    #expect(try !bash("wgit switch ", outside).contains("main"))
    let runner = try project()
    #expect(try !bash("wgit switch t", runner, environment: ["WGIT_DATE": "nonsense"]).contains("target/a"))
    // A script of an older version asks what no longer is.
    let stale = try runner.wgit("---completion", "gone", "--", "positional@0", "2", "0", "wgit", "gone", "")
    #expect(stale.standardOutput.isEmpty && stale.standardError.isEmpty)
    try FileManager.default.removeItem(at: runner.project.appendingPathComponent(".wgit/wgit.db"))
    #expect(try !bash("wgit switch ", runner).contains("main"))
  }

  /// Whatever is called a revision is completed.
  @Test func everyRevisionIsCompleted() throws {
    let output = try CommandRunner().wgit("--experimental-dump-help").standardOutput
    let json = try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any]
    var count = 0
    func visit(_ command: [String: Any], _ path: String) {
      for argument in command["arguments"] as? [[String: Any]] ?? [] {
        let name = argument["valueName"] as? String ?? ""
        guard ["revision", "revisions", "rev", "upstream", "start", "from"].contains(name) else { continue }
        count += 1
        let kind = argument["completionKind"] as? [String: Any] ?? [:]
        #expect(!kind.isEmpty, "\(path): <\(name)> is not completed")
      }
      for below in command["subcommands"] as? [[String: Any]] ?? [] {
        visit(below, "\(path) \(below["commandName"] as? String ?? "")")
      }
    }
    visit(json?["command"] as? [String: Any] ?? [:], "wgit")
    #expect(count > 15)
  }

  @Test(arguments: ["bash", "zsh", "fish"])
  func everyShellHasAScript(shell: String) throws {
    let output = try CommandRunner().wgit("--generate-completion-script", shell)
    #expect(output.status == 0)
    #expect(output.standardOutput.contains("---completion"))
    for command in try CommandReference.commands().map(\.name) where !command.isEmpty && !command.contains(" ") {
      #expect(output.standardOutput.contains(command))
    }
  }
}
