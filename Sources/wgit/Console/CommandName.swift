import ArgumentParser

/// Catches a mistyped command before the parser calls it an unexpected argument.
enum CommandName {
  static func check(_ arguments: [String]) throws {
    let isHelp = arguments.first == "help"
    try check(isHelp ? Array(arguments.dropFirst()) : arguments, below: Wgit.self, path: "wgit", isHelp: isHelp)
  }

  private static func check(
    _ words: [String], below parent: any ParsableCommand.Type, path: String, isHelp: Bool
  ) throws {
    let commands = parent.configuration.subcommands + parent.configuration.groupedSubcommands.flatMap(\.subcommands)
    guard let word = words.first, !word.hasPrefix("-"), !commands.isEmpty else { return }
    if let command = commands.first(where: { $0._commandName == word }) {
      return try check(Array(words.dropFirst()), below: command, path: "\(path) \(word)", isHelp: isHelp)
    }
    if word == "help", path == "wgit" { return }
    let near = Spelling.nearest(word, in: commands.map { $0._commandName } + (path == "wgit" ? ["help"] : []))
    throw CommandError(
      .usage, "'\(word)' is not a \(path) command",
      hint: near.map { "did you mean '\(path) \($0)'?" } ?? "'\(path) --help' lists the commands")
  }
}
