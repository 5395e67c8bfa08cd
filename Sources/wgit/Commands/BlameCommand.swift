import ArgumentParser
import Documents
import Tensors
import WeightStore

struct BlameCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "blame",
    abstract: "Show which commit last changed each tensor of a file.",
    usage: "wgit blame [<options>] [<revision>] [--] <path>",
    discussion: """
      Tensors that a merge took over as they were are followed to the parent they come from; those that it computed are the \
      merge's own. Moved files are followed. No weight is read. A file without tensors is one whole.

      Examples:
        wgit blame model.safetensors
        wgit blame release model.safetensors --tensor 'encoder.layer.0.*'
        wgit blame --json v1.0 -- model.safetensors
      """)

  @Option(
    name: [.short, .long],
    help: ArgumentHelp("Only tensors that fit; may be repeated.", valueName: "pattern"))
  var tensor: [String] = []

  @OptionGroup var output: JSONOption

  @Argument(help: "A revision, HEAD if none is given, and the file.", completion: Completion.revisionOrTrackedFile)
  var words: [String] = []

  @Argument(parsing: .postTerminator, help: "After '--': the file.", completion: Completion.trackedFile)
  var paths: [String] = []

  func validate() throws {
    guard !words.isEmpty || !paths.isEmpty else { throw ValidationError("Which file?") }
    guard words.count + paths.count <= 2, paths.count <= 1 else {
      throw ValidationError("One revision and one file can be given.")
    }
  }

  func run() throws {
    let repository = try Environment.openRepository()
    let typed = paths.first ?? words.last ?? ""
    let revision = words.count + paths.count == 2 ? words.first : nil
    guard let path = try UserPath(repository).relative(typed) else {
      throw CommandError(.usage, "'\(typed)' is a folder", hint: "name one file of it: wgit show lists what there is")
    }
    let commit = try repository.resolve(revision ?? "HEAD")
    let line = ProgressLine(isQuiet: false)
    let tensors = try repository.blame(path, in: commit, tensors: tensor.map { NamePattern($0) }) { count in
      line.update("looked at \(Format.count(count, "commit"))")
    }
    line.clear()
    if tensors.isEmpty, !tensor.isEmpty { throw try misfit(path, commit, repository) }
    if output.json {
      output.print(.array(tensors.map(BlameCommand.json)))
    } else {
      BlameCommand.print(tensors, path)
    }
  }

  private func misfit(
    _ path: RelativePath, _ commit: ObjectID<Commit>, _ repository: Repository
  ) throws -> CommandError {
    let names = try repository.blame(path, in: commit).compactMap(\.tensor?.name)
    guard !names.isEmpty else { return CommandError(.usage, "'\(path)' holds no tensors") }
    let near = tensor.lazy.compactMap { Spelling.nearest($0, in: names) }.first
    let patterns = tensor.map { "'\($0)'" }.joined(separator: ", ")
    return CommandError(
      .notFound, "no tensor of '\(path)' fits \(patterns)",
      hint: near.map { "did you mean '\(Terminal.escape($0))'?" }
        ?? "'*' stands for any characters, dots included: 'encoder.*'")
  }

  private static func print(_ tensors: [Repository.BlamedTensor], _ path: RelativePath) {
    let isMoved = tensors.contains { $0.path != path }
    var table = TextTable(
      ["commit", "date", "author", "tensor"] + (isMoved ? ["file"] : []) + ["message"],
      [TextTable.Alignment](repeating: .left, count: isMoved ? 6 : 5))
    for blamed in tensors {
      let author = blamed.commit.author
      let file = isMoved ? [Terminal.escape(blamed.path.text)] : []
      table.add(
        [
          blamed.id.short, Format.date(author), Terminal.escape(author.name),
          blamed.tensor.map { Terminal.escape($0.name) } ?? "(the whole file)",
        ] + file + [Terminal.escape(blamed.commit.subject)])
    }
    table.print()
  }

  private static func json(_ blamed: Repository.BlamedTensor) -> JSONValue {
    [
      "tensor": blamed.tensor.map { .string($0.name) } ?? .null,
      "dtype": blamed.tensor.map { .string($0.dtype.rawValue) } ?? .null,
      "shape": blamed.tensor.map { .array($0.shape.dimensions.map { .integer(Int64($0)) }) } ?? .null,
      "commit": .string(blamed.id.hex),
      "path": .string(blamed.path.text),
      "author": CommitView.json(blamed.commit.author),
      "message": .string(blamed.commit.subject),
    ]
  }
}
