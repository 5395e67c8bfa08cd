/// Catches a mistyped command before the parser calls it an unexpected argument.
enum CommandName {
  static func check(_ word: String?) throws {
    guard let word, !word.hasPrefix("-") else { return }
    let names = Wgit.configuration.subcommands.map { $0._commandName } + ["help"]
    guard !names.contains(word) else { return }
    let near = Spelling.nearest(word, in: names)
    throw CommandError(
      .usage, "'\(word)' is not a wgit command",
      hint: near.map { "did you mean 'wgit \($0)'?" } ?? "'wgit --help' lists the commands")
  }
}
