import ArgumentParser
import Trainer

struct NetworkNewCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "new",
    abstract: "Write the definition of a well-known network.",
    usage: "wgit network new [<options>] <preset>",
    discussion: """
      The presets, with what --width and --depth mean and are unless given:

      \(NetworkPresetRegistry.types.map(Self.line).joined(separator: "\n"))

      The file is a network definition like any other: change it as you like.

      Examples:
        wgit network new mnist-cnn
        wgit network new resnet --depth 32 --classes 100
        wgit network new mlp --input 3,32,32 --width 256 --output small.json
      """)

  @Argument(help: "The preset.", completion: Completion.preset)
  var preset: String

  @Option(help: ArgumentHelp("The shape of an input: channels,height,width, or features.", valueName: "shape"))
  var input: String?

  @Option(help: "How many classes there are to tell apart.")
  var classes = 10

  @Option(help: "How wide it is.")
  var width: Int?

  @Option(help: "How deep it is.")
  var depth: Int?

  @Option(name: [.short, .long], help: "The file to write.", completion: .file())
  var output = "network.json"

  @Flag(name: [.short, .long], help: "Overwrite a file that holds something else.")
  var force = false

  @OptionGroup var silent: SilentOption

  func run() throws {
    guard let type = NetworkPresetRegistry.type(named: preset) else {
      throw CommandError(
        .usage, "there is no preset '\(Terminal.escape(preset))'",
        hint: "one of \(NetworkPresetRegistry.types.map { $0.name }.joined(separator: ", ")), or write a definition of "
          + "your own: wgit help network")
    }
    let definition: NetworkDefinition
    do {
      definition = try type.checked(size(of: type))
    } catch let error as TrainerError {
      throw CommandError(.usage, error.message)
    }
    try FreshFile(path: output, overwrites: force).write(Array((definition.json.prettyString() + "\n").utf8))
    if silent.quiet { return }
    let count = definition.parameters.reduce(0) { $0 + $1.elementCount }
    Terminal.print("Wrote \(Terminal.escape(output)): \(type.name), \(count) parameters")
  }

  private func size(of type: any NetworkPreset.Type) throws -> PresetSize {
    var size = type.defaults
    size.classCount = classes
    size.width = width ?? size.width
    size.depth = depth ?? size.depth
    guard let input else { return size }
    let numbers = input.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
    switch (numbers.count, numbers.contains(nil)) {
    case (1, false): size.input = .features(numbers[0] ?? 0)
    case (3, false):
      size.input = .image(channels: numbers[0] ?? 0, height: numbers[1] ?? 0, width: numbers[2] ?? 0)
    default:
      throw CommandError(
        .usage, "--input '\(Terminal.escape(input))' is not channels,height,width or a number of features")
    }
    return size
  }

  private static func line(_ type: any NetworkPreset.Type) -> String {
    let size = type.defaults
    let name = type.name.padding(to: 12)
    return "  \(name)\(type.summary)\n  \("".padding(to: 12))(\(size.width) and \(size.depth); "
      + "input \(size.input.dimensions.map { "\($0)" }.joined(separator: ",")))"
  }
}

extension String {
  fileprivate func padding(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
