import ArgumentParser
import WeightStore

struct ConfigCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config",
    abstract: "Read and write settings.",
    discussion: """
      Settings of the repository stand in .wgit/config.yaml, those of the user in ~/.config/wgit/config.yaml. The \
      repository's value wins.

      Known settings:
      \(Configuration.known.map { "  \($0.name.padding(15)) \($0.meaning)" }.joined(separator: "\n"))

      Examples:
        wgit config --global author.name "Ada Lovelace"
        wgit config data.folder /srv/data/fashion-mnist
        wgit config --list
      """)

  @Flag(help: "The user's configuration instead of the repository's.")
  var global = false

  @Flag(help: "Print all settings.")
  var list = false

  @Flag(help: "Remove a setting.")
  var unset = false

  @Argument(help: "The setting.")
  var name: String?

  @Argument(help: "Its new value; without one the setting is printed.")
  var value: String?

  func validate() throws {
    guard list || name != nil else { throw ValidationError("Name a setting, or use --list.") }
    if let name, !Configuration.known.contains(where: { $0.name == name }) {
      let near = Spelling.nearest(name, in: Configuration.known.map(\.name))
      throw ValidationError("There is no setting '\(name)'.\(near.map { " Did you mean '\($0)'?" } ?? "")")
    }
  }

  func run() throws {
    let path = try file()
    if let name, value != nil || unset {
      var values = try Configuration.read(path)
      values[name] = unset ? nil : value
      try Configuration.write(values, to: path)
      return
    }
    let configuration =
      global ? try Configuration.userOnly() : try Configuration.load(Environment.openRepository())
    for (known, _) in Configuration.known where name == nil || name == known {
      guard let found = configuration[known] else { continue }
      Terminal.print(list ? "\(known)=\(Terminal.escape(found))" : Terminal.escape(found))
    }
    if let name, configuration[name] == nil { throw ExitCode(ExitStatus.negative.rawValue) }
  }

  private func file() throws -> String {
    guard global else { return try Environment.openRepository().layout.configurationFile }
    guard let path = Environment.userConfigurationFile else {
      throw CommandError(.notFound, "there is no place for the user's configuration: HOME is not set")
    }
    return path
  }
}
