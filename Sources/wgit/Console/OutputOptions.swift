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

struct QuietOption: ParsableArguments {
  @Flag(name: [.short, .long], help: "Print only the id of what was made.")
  var quiet = false
}
