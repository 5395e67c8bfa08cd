import ArgumentParser
import Documents

/// `--json` for commands that only read.
struct JSONOption: ParsableArguments {
  @Flag(help: "Print JSON for machines; fields are only ever added.")
  var json = false

  func print(_ value: JSONValue) {
    Terminal.print(value.prettyString())
  }
}

/// `-q` for commands that change something and make nothing with an id.
struct SilentOption: ParsableArguments {
  @Flag(name: [.short, .long], help: "Print nothing but errors.")
  var quiet = false

  /// For what is said on success.
  func message(_ line: @autoclosure () -> String) {
    if !quiet { Terminal.message(line()) }
  }
}

struct QuietOption: ParsableArguments {
  @Flag(name: [.short, .long], help: "Print only the id of what was made.")
  var quiet = false
}
