import Checkpoints
import Documents
import Glibc
import Tensors
import Trainer
import WeightStore

/// What another program has trained: its weights, and files beside them.
struct ExternalOutput {
  /// By name, in the folder where the program was to write.
  let files: [(name: String, source: FileSource)]

  /// - Throws: `CommandError.invalidData` unless there are weights of the names and shapes of `before`, but for tensors
  ///   that `newHead` allows to differ.
  init(folder: String, weightsName: String, before: [Manifest.Tensor], newHead: [NamePattern]) throws {
    var files: [(name: String, source: FileSource)] = []
    for name in try Folder.names(in: folder) {
      if let file = try Self.regularFile("\(folder)/\(name)") { files.append((name, try FileSource(file))) }
    }
    guard let weights = files.first(where: { $0.name == weightsName }) else {
      throw CommandError(
        .invalidData, "the command has written no '\(weightsName)'", hint: "it must write the file that WGIT_OUT names")
    }
    let header: SafetensorsHeader
    do {
      header = try SafetensorsHeader.read(fileByteCount: weights.source.byteCount) {
        try weights.source.read(at: $0, count: $1)
      }
    } catch let error as CheckpointError {
      throw CommandError(.invalidData, "'\(weightsName)', which the command has written: \(error.message)")
    }
    try Self.compare(header.tensors, with: before, newHead: newHead)
    self.files = files
  }

  /// nil for what is no file: a folder, a link, a pipe.
  private static func regularFile(_ path: String) throws -> OpenFile? {
    guard let file = try? OpenFile.open(path, flags: O_RDONLY | O_NOFOLLOW | O_NONBLOCK) else { return nil }
    return try file.status().st_mode & S_IFMT == S_IFREG ? file : nil
  }

  private static func compare(
    _ after: [TensorDescriptor], with before: [Manifest.Tensor], newHead: [NamePattern]
  ) throws {
    let mayDiffer = { (name: String) in newHead.contains { $0.matches(name) } }
    let shapes = Dictionary(before.map { ($0.name, $0.shape) }, uniquingKeysWith: { first, _ in first })
    var differences: [String] = []
    for tensor in after where !mayDiffer(tensor.name) {
      guard let shape = shapes[tensor.name] else {
        differences.append("'\(tensor.name)' is new")
        continue
      }
      if shape != tensor.shape {
        differences.append("'\(tensor.name)' has shape \(tensor.shape.dimensions), it had \(shape.dimensions)")
      }
    }
    let names = Set(after.map(\.name))
    for tensor in before where !mayDiffer(tensor.name) && !names.contains(tensor.name) {
      differences.append("'\(tensor.name)' is gone")
    }
    guard differences.isEmpty else {
      throw CommandError(
        .invalidData, "the command has written weights of another model", details: differences,
        hint: "if these tensors are a new head: --new-head GLOB")
    }
  }
}
