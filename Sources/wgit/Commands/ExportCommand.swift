import ArgumentParser
import Checkpoints
import Glibc
import WeightStore

struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write a file, or single tensors, of any version.",
    discussion: """
      Nothing is checked out. With --tensor only the chunks of those tensors are read, however large the checkpoint is; \
      the result is a safetensors file.

      Examples:
        wgit export main~2:config.json
        wgit export main:model.safetensors -o old.safetensors
        wgit export main:model.safetensors --tensor 'encoder.layer.3.*' -o part.safetensors
      """)

  @Option(name: [.short, .long], help: "Only this tensor, or those that fit a pattern with * and ?; may be repeated.")
  var tensor: [String] = []

  @Option(name: [.short, .long], help: "The file to write; standard output if none is given.")
  var output: String?

  @Argument(help: ArgumentHelp("A revision and a path below the project folder.", valueName: "rev:path"))
  var source: String

  func run() throws {
    let repository = try Environment.openRepository()
    guard let colon = source.firstIndex(of: ":"), colon != source.startIndex else {
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

  private func matches(_ name: String, _ pattern: String) -> Bool { fnmatch(pattern, name, 0) == 0 }
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
