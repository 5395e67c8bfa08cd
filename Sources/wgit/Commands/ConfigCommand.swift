import ArgumentParser
import Documents
import WeightStore

struct ConfigCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config",
    abstract: "Read and write settings.",
    usage: "wgit config [<options>] [<name> [<value>]]",
    discussion: """
      Settings of the repository stand in .wgit/config.yaml, those of the user in ~/.config/wgit/config.yaml. The \
      repository's value wins. A setting that has no value gives exit code 1.

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

  @OptionGroup var output: JSONOption

  @Argument(help: "The setting.")
  var name: String?

  @Argument(help: "Its new value; without one the setting is printed.")
  var value: String?

  func validate() throws {
    guard list || name != nil else { throw ValidationError("Name a setting, or use --list.") }
    if list && name != nil { throw ValidationError("--list prints all settings: leave out the name.") }
    if list && unset { throw ValidationError("--list and --unset exclude each other.") }
    if unset && value != nil { throw ValidationError("--unset takes no value.") }
    if let name, !Configuration.known.contains(where: { $0.name == name }) {
      let near = Spelling.nearest(name, in: Configuration.known.map(\.name))
      throw ValidationError(
        "There is no setting '\(name)'.\(near.map { " Did you mean '\($0)'?" } ?? " There is: \(Configuration.known.map(\.name).joined(separator: ", ")).")"
      )
    }
    if let name, Configuration.userSettings.contains(name), value != nil, !global {
      throw ValidationError("\(name) works in the user's configuration only: add --global.")
    }
  }

  func run() throws {
    if let name, value != nil || unset {
      let path = try file()
      var values = try Configuration.read(path)
      if unset && values[name] == nil { throw ExitCode(ExitStatus.negative.rawValue) }
      values[name] = unset ? nil : value
      try Configuration.write(values, to: path)
      return
    }
    let configuration = try readable()
    if output.json { return output.print(ConfigCommand.json(configuration, name)) }
    for (known, _) in Configuration.known where name == nil || name == known {
      guard let found = configuration[known] else { continue }
      Terminal.print(list ? "\(known)=\(Terminal.escape(found))" : Terminal.escape(found))
    }
    if let name, configuration[name] == nil { throw ExitCode(ExitStatus.negative.rawValue) }
  }

  /// What holds here: outside a repository the user's configuration alone.
  private func readable() throws -> Configuration {
    if global { return try Configuration.userOnly() }
    do {
      return try Configuration.load(Environment.openRepository())
    } catch let error as StoreError where error.code == .notARepository {
      return try Configuration.userOnly()
    }
  }

  private static func json(_ configuration: Configuration, _ name: String?) -> JSONValue {
    let found = Configuration.known.filter { name == nil || name == $0.name }.compactMap { known, _ in
      configuration[known].map { value in
        (
          key: known,
          value: [
            "value": .string(value),
            "scope": .string(configuration.repository[known] == nil ? "user" : "repository"),
          ] as JSONValue
        )
      }
    }
    return .object(JSONObject(found))
  }

  private func file() throws -> String {
    guard global else { return try Environment.openRepository().layout.configurationFile }
    guard let path = Environment.userConfigurationFile else {
      throw CommandError(.notFound, "there is no place for the user's configuration: HOME is not set")
    }
    return path
  }
}
