import Foundation
import Testing

/// docs/cli.md is made from the help texts, so it cannot say anything else.
struct CommandReferenceTests {
  @Test func theReferenceIsWhatTheHelpSays() throws {
    try Snapshot.check(CommandReference.text(), Snapshot.sourceTree.appendingPathComponent("docs/cli.md"))
  }

  @Test func helpFitsATerminal() throws {
    for command in try CommandReference.commands() {
      for line in try CommandReference.help(command.name).split(separator: "\n") {
        #expect(line.count <= 80, "wgit \(command.name) --help: \(line)")
      }
    }
  }

  @Test func everyCommandIsDocumented() throws {
    for command in try CommandReference.commands() where command.name != "help" {
      #expect(!command.abstract.isEmpty, "wgit \(command.name) has no abstract")
      let help = try CommandReference.help(command.name)
      #expect(help.contains("Example"), "the help of wgit \(command.name) has no example")
      #expect(command.undocumented.isEmpty, "wgit \(command.name): \(command.undocumented) without help")
    }
  }

  @Test func helpIsTheSameBothWays() throws {
    for command in try CommandReference.commands() where command.name != "help" {
      let words = command.name.split(separator: " ").map(String.init)
      let runner = try CommandRunner()
      let help = try runner.run(CommandRunner.program, ["help"] + words)
      #expect(help.status == 0)
      let expected = try CommandReference.help(command.name)
      #expect(help.standardOutput.trimmingCharacters(in: .newlines) == expected)
    }
  }
}

/// The commands of the built program and their help.
enum CommandReference {
  struct Command {
    /// Without `wgit`: "", "add", "op log".
    let name: String
    let abstract: String
    /// Options and arguments without a help text.
    let undocumented: [String]
  }

  static func commands() throws -> [Command] {
    let output = try CommandRunner().wgit("--experimental-dump-help").standardOutput
    let json = try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any]
    return commands(json?["command"] as? [String: Any] ?? [:], path: [])
  }

  private static func commands(_ json: [String: Any], path: [String]) -> [Command] {
    let arguments = json["arguments"] as? [[String: Any]] ?? []
    let undocumented = arguments.filter { ($0["abstract"] as? String ?? "").isEmpty }
    let command = Command(
      name: path.joined(separator: " "), abstract: json["abstract"] as? String ?? "",
      undocumented: undocumented.map { $0["valueName"] as? String ?? "?" })
    let below = json["subcommands"] as? [[String: Any]] ?? []
    return [command]
      + below.flatMap { item -> [Command] in
        guard let name = item["commandName"] as? String, name != "help" else { return [] }
        return commands(item, path: path + [name])
      }
  }

  static func help(_ name: String) throws -> String {
    let output = try CommandRunner().run(
      CommandRunner.program, name.split(separator: " ").map(String.init) + ["--help"])
    #expect(output.status == 0)
    return output.standardOutput.trimmingCharacters(in: .newlines)
  }

  static func text() throws -> String {
    let commands = try self.commands()
    var text = """
      # The command line

      This page is made from the help texts of the program: `wgit --help`, `wgit help COMMAND`. A test keeps it so.

      | command | what it does |
      |---|---|

      """
    for command in commands where !command.name.isEmpty {
      let anchor = "wgit-" + command.name.replacingOccurrences(of: " ", with: "-")
      text += "| [`wgit \(command.name)`](#\(anchor)) | \(command.abstract) |\n"
    }
    for command in commands {
      text += "\n## wgit\(command.name.isEmpty ? "" : " ")\(command.name)\n\n```text\n\(try help(command.name))\n```\n"
    }
    return text
  }
}
