import ArgumentParser
import Checkpoints
import Glibc
import Tensors
import WeightStore

struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write a file, single tensors, a whole version or its model card.",
    usage: "wgit export [<options>] <rev[:path]>",
    discussion: """
      Nothing is checked out. With --tensor only the chunks of those tensors are read, however large the checkpoint is; \
      the result is a safetensors file.

      A revision without a path is written as a folder, which must be new or empty. If it has no README.md, a model card takes \
      its place: how the weights were made, what they were merged from, what certificates said, with the metadata that \
      the Hugging Face hub reads. --card writes the card alone.

      Examples:
        wgit export main~2:config.json
        wgit export main:model.safetensors -o old.safetensors
        wgit export main:model.safetensors --tensor 'encoder.layer.3.*' -o part.safetensors
        wgit export release -o release-1
        wgit export release --card
      """)

  @Option(name: [.short, .long], help: "Only this tensor, or those that fit a pattern with * and ?; may be repeated.")
  var tensor: [String] = []

  @Option(
    name: [.short, .long], help: "The file or folder to write; standard output if none is given.", completion: .file())
  var output: String?

  @Flag(help: "Write the model card of a revision, and nothing else.")
  var card = false

  @Flag(name: [.short, .long], help: "Replace a card that is there, or files in a folder that is not empty.")
  var force = false

  @Argument(
    help: ArgumentHelp("A revision, or a revision and a path in it.", valueName: "rev[:path]"),
    completion: Completion.revision)
  var source: String

  func validate() throws {
    let hasPath = source.contains(":")
    if card && (hasPath || !tensor.isEmpty) { throw ValidationError("--card is of a whole revision.") }
    if force && hasPath { throw ValidationError("--force goes with a whole revision or its --card.") }
    if !hasPath && !tensor.isEmpty { throw ValidationError("Tensors of which file? Name it as REV:PATH.") }
  }

  func run() throws {
    let repository = try Environment.openRepository()
    guard let colon = source.firstIndex(of: ":") else { return try exportRevision(repository) }
    guard colon != source.startIndex else {
      throw CommandError(
        .usage, "'\(source)' does not name a file of a revision",
        hint: "wgit export REV:PATH, as in main:model.safetensors")
    }
    let commit = try repository.resolve(String(source[..<colon]))
    let path = try RelativePath(String(source[source.index(after: colon)...]))
    try ExportTarget.write(to: output) { write in
      if tensor.isEmpty {
        try repository.stream(path, in: commit, write: write)
      } else {
        try writeTensors(of: repository.checkpoint(path, in: commit), repository, write)
      }
    }
  }

  /// All files of a revision, or its card alone.
  private func exportRevision(_ repository: Repository) throws {
    let commit = try repository.resolve(source)
    guard card || output != nil else {
      throw CommandError(
        .usage, "'\(source)' is a whole revision",
        hint: "name a folder (--output FOLDER), or one file of it: \(Terminal.escape(source)):PATH")
    }
    let title = output.flatMap { $0.split(separator: "/").last.map(String.init) }
    let text = { try ModelCardReport(commit, title: card ? source : title ?? source, in: repository).text }
    if card {
      guard let output else { return Terminal.write(try text(), to: STDOUT_FILENO) }
      return try FreshFile(path: output, overwrites: force).write(Array(text().utf8))
    }
    let folder = try FreshFolder(output ?? "", overwrites: force)
    let entries = try repository.tree(of: commit).entries.sorted { $0.key < $1.key }
    let progress = ProgressLine(isQuiet: false)
    defer { progress.clear() }
    for (path, entry) in entries {
      progress.update("writing \(path.text)")
      try folder.stream(to: path, isExecutable: entry.isExecutable) { write in
        try repository.stream(path, in: commit, write: write)
      }
    }
    let readme = try RelativePath(ModelCardReport.fileName)
    guard !entries.contains(where: { $0.key == readme }) else {
      progress.clear()
      return Terminal.message(
        "note: \(readme.text) is the revision's own; the model card: wgit export \(Terminal.escape(source)) --card")
    }
    guard try ModelCardReport.mayReplace("\(folder.path)/\(readme.text)") else {
      progress.clear()
      return Terminal.message(
        "note: \(readme.text) there is no model card of wgit's, and was left as it is")
    }
    try folder.write(text(), to: readme)
  }

  private func writeTensors(
    of checkpoint: StoredCheckpoint, _ repository: Repository, _ write: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    let all = checkpoint.manifest.tensors
    for pattern in tensor where !all.contains(where: { matches($0.tensor.name, pattern) }) {
      let near = Spelling.nearest(pattern, in: all.map(\.tensor.name))
      throw CommandError(
        .notFound, "'\(source)' has no tensor '\(pattern)'",
        hint: near.map { "did you mean '\(Terminal.escape($0))'?" } ?? "wgit export shows patterns: 'layer.*'")
    }
    let chosen = all.filter { found in tensor.contains { matches(found.tensor.name, $0) } }
    let header = try SafetensorsWriter.headerBytes(
      tensors: chosen.map {
        SafetensorsWriter.Tensor(name: $0.tensor.name, dtype: $0.tensor.dtype, shape: $0.tensor.shape)
      })
    try header.withUnsafeBytes(write)
    try repository.stream(chosen.map(\.segment), write: write)
  }

  private func matches(_ name: String, _ pattern: String) -> Bool { NamePattern(pattern).matches(name) }
}

/// Where exported bytes go.
enum ExportTarget {
  /// A file appears whole or not at all. Bytes that are no text are not thrown at a terminal.
  static func write(to path: String?, _ body: ((UnsafeRawBufferPointer) throws -> Void) throws -> Void) throws {
    guard let path else {
      try body { bytes in
        if Terminal.isOutputTerminal, bytes.contains(0) {
          throw CommandError(.usage, "these bytes are no text", hint: "write them to a file: --output FILE")
        }
        Terminal.write(Array(bytes), to: STDOUT_FILENO)
      }
      return
    }
    let folder = Folder.parent(of: path)
    guard Folder.isFolder(folder) else { throw CommandError(.notFound, "there is no folder '\(folder)'") }
    let atomic = try AtomicFile(temporaryFolder: folder)
    let file = atomic.file
    try body { try file.write($0) }
    try atomic.publish(to: path)
  }
}
