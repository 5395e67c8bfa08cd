import Foundation

/// A page of documentation that can be followed: its files are written and its commands are run in one shell, in order.
///
/// A fenced block "```yaml data/x.yaml" is a file of that name. In a block "```console" lines that begin with `$ ` are
/// commands, and the others what they print, on either stream; `(exit code 1)` stands last unless it is 0.
struct TutorialPage {
  private enum Part {
    case text(String)
    case file(path: String, lines: [String])
    case command(String)
  }

  private var parts: [Part] = []

  init(_ page: String) {
    var lines = page.components(separatedBy: "\n")[...]
    while let line = lines.popFirst() {
      parts.append(.text(line))
      guard line.hasPrefix("```") else { continue }
      let words = line.dropFirst(3).split(separator: " ")
      let block = Array(lines.prefix { $0 != "```" })
      lines = lines.dropFirst(block.count)
      if words.first == "console" {
        parts += block.filter { $0.hasPrefix("$ ") }.map { .command(String($0.dropFirst(2))) }
      } else if words.count == 2 {
        parts.append(.file(path: String(words[1]), lines: block))
      } else {
        parts += block.map { .text($0) }
      }
      // The fence that closes it.
      parts += lines.popFirst().map { [.text($0)] } ?? []
    }
  }

  var commands: [String] { parts.compactMap { if case .command(let command) = $0 { command } else { nil } } }

  /// Follows the page, and gives it back with what the commands print now.
  func followed(_ runner: CommandRunner, data: String, environment: [String: String]) throws -> String {
    let separator = "\u{1e}"
    var script = "exec 2>&1\n"
    for (number, part) in parts.enumerated() {
      switch part {
      case .text: continue
      case .file(let path, let lines):
        script += "mkdir -p \"$(dirname '\(path)')\"\ncat >'\(path)' <<'END OF FILE'\n"
        script += lines.map { $0 + "\n" }.joined() + "END OF FILE\n"
      case .command(let command):
        // A clock that goes on: of commits of one second the id would decide which is listed first.
        script += "export WGIT_DATE='\(1_700_000_000 + 60 * number) +0100'\n"
        script += command + "\nstatus=$?; [ $status = 0 ] || echo \"(exit code $status)\"; printf '\(separator)'\n"
      }
    }
    try runner.write(script.replacing("/usr/share/datasets/fashion-mnist", with: data), to: "script.sh")
    let shell = try runner.run(
      URL(fileURLWithPath: "/bin/bash"), [runner.current.appendingPathComponent("script.sh").path],
      environment: environment)
    var outputs = shell.standardOutput.components(separatedBy: separator)[...]
    var lines: [String] = []
    for part in parts {
      switch part {
      case .text(let line): lines.append(line)
      case .file(_, let block): lines += block
      case .command(let command):
        lines.append("$ \(command)")
        let output = outputs.popFirst() ?? "(the shell ended before this command)\n"
        lines += output.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
      }
    }
    return runner.masked(lines.joined(separator: "\n")).replacing("$PROJECT", with: "/home/you")
  }

  /// Without what differs from machine to machine: ids of commits, figures, and how wide columns are for that.
  static func withoutFigures(_ text: String) -> String {
    text.replacing(#/\b[0-9a-f]{10,64}\b/#, with: "ID")
      .replacing(#/[<+-]?[0-9]+\.[0-9]+|[0-9,]+ samples/#, with: "N")
      .replacing(#/ +/#, with: " ")
      // How many cells were ahead, in the table of a recipe.
      .replacing(#/± N [0-9]+ of [0-9]+ [0-9]+ N/#, with: "± N N")
  }
}
