import ArgumentParser
import Documents
import Trainer
import WeightStore

struct NetworkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "network",
    abstract: "Start from a network definition.",
    discussion: """
      A network is a file, here of one layer for images of 28 x 28 pixels:

        {
          "format": "wgit-network", "version": 1,
          "input": [1, 28, 28], "head": "classifier",
          "layers": [
            {"type": "Flatten"},
            {"name": "classifier", "type": "Linear",
             "in_features": 784, "out_features": 10}
          ]
        }

      Write your own, or begin with a well-known one.

      Examples:
        wgit network new mnist-cnn
        wgit network show network.json
        wgit network init network.json --seed 1
      """,
    subcommands: [NetworkNewCommand.self, NetworkInitCommand.self, NetworkShowCommand.self])

  static func load(_ path: String) throws -> NetworkDefinition {
    let file = try OpenFile.open(path, flags: 0)
    do {
      return try NetworkDefinition(json: JSONParser.parse(file.read(at: 0, count: try file.byteCount())))
    } catch var error as DocumentError {
      error.name = path
      throw error
    } catch let error as TrainerError {
      throw TrainerError(error.code, "'\(path)': \(error.message)")
    }
  }
}

struct NetworkInitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init",
    abstract: "Write freshly initialised weights for a network.",
    usage: "wgit network init [<options>] <network>",
    discussion: """
      The file is plain safetensors with PyTorch's parameter names and layouts. The same seed gives the same bytes.

      Example:
        wgit network init network.json --output model.safetensors --seed 1
      """)

  @Argument(help: "The network definition.", completion: .file(extensions: ["json"]))
  var network: String

  @Option(name: [.short, .long], help: "The file to write.", completion: .file())
  var output = "model.safetensors"

  @Option(help: "Seed of the random numbers.")
  var seed: UInt64 = 0

  @Option(
    help: ArgumentHelp(
      "How weights are drawn: \(Initialization.allCases.map(\.rawValue).joined(separator: ", ")).",
      discussion: "Unless given: transformers for an encoder's config.json, pytorch for others."))
  var initialization: Initialization?

  @Flag(name: [.short, .long], help: "Overwrite a file that holds something else.")
  var force = false

  @OptionGroup var silent: SilentOption

  func run() throws {
    let definition = try NetworkCommand.load(network)
    let weights = try definition.initialStateDict(
      seed: seed, initialization ?? (definition.encoder == nil ? .pytorch : .transformers))
    let bytes = try ModelFiles.safetensors(weights)
    try FreshFile(path: output, overwrites: force).write(bytes)
    if silent.quiet { return }
    let count = weights.entries.reduce(0) { $0 + $1.values.count }
    Terminal.print(
      "Wrote \(Terminal.escape(output)): \(Format.count(weights.entries.count, "tensor")), \(count) parameters, "
        + Format.bytes(bytes.count))
  }
}

struct NetworkShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "List the parameters and buffers of a network.",
    discussion: """
      Example:
        wgit network show network.json
      """)

  @OptionGroup var output: JSONOption

  @Argument(help: "The network definition.", completion: .file(extensions: ["json"]))
  var network = "network.json"

  func run() throws {
    let definition = try NetworkCommand.load(network)
    if output.json {
      output.print(
        .array(
          definition.tensors.map { tensor in
            ["name": .string(tensor.name), "shape": .array(tensor.shape.map { .integer(Int64($0)) })]
          }))
      return
    }
    var table = TextTable(["parameter", "shape", "elements"], [.left, .left, .right])
    for tensor in definition.tensors {
      table.add([Terminal.escape(tensor.name), "\(tensor.shape)", "\(tensor.shape.reduce(1, *))"])
    }
    table.print()
  }
}

extension Initialization: ExpressibleByArgument {}
