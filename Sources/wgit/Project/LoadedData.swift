import Documents
import Glibc
import Trainer
import WeightStore

/// A data set with the identity of every file it was read from.
struct LoadedData {
  let dataset: ImageDataset
  /// Name as described and SHA-256 of the file as it lies in the data folder.
  let files: [(name: String, sha256: Digest)]

  init(_ path: String, from project: ProjectFiles, folder: DataFolder) throws {
    let description = try DatasetDescription.parse(project.text(path), name: path)
    dataset = try description.load(dataFolder: folder)
    files = try LoadedData.digests(of: description, in: folder)
  }

  /// One id for all files together.
  static func id(_ files: [(name: String, sha256: Digest)]) -> Digest {
    SHA256.digest(of: json(files).canonicalBytes())
  }

  static func json(_ files: [(name: String, sha256: Digest)]) -> JSONValue {
    .array(files.map { ["name": .string($0.name), "sha256": .string($0.sha256.hex)] })
  }

  /// Read piece by piece: a data file may be larger than memory.
  private static func digest(of file: OpenFile) throws -> Digest {
    let hash = try SHA256()
    let byteCount = try file.byteCount()
    var piece = [UInt8](repeating: 0, count: min(1 << 20, max(1, byteCount)))
    try piece.withUnsafeMutableBytes { piece in
      for offset in stride(from: 0, to: byteCount, by: piece.count) {
        let part = UnsafeMutableRawBufferPointer(rebasing: piece[..<min(piece.count, byteCount - offset)])
        try file.read(into: part, at: offset)
        hash.update(UnsafeRawBufferPointer(part))
      }
    }
    return hash.finish()
  }

  static func digests(
    of description: DatasetDescription, in folder: DataFolder
  ) throws -> [(name: String, sha256: Digest)] {
    try description.fileNames(in: folder).map { name in
      let file = try OpenFile.open(folder.resolve(name), flags: O_NONBLOCK)
      return (name, try digest(of: file))
    }
  }
}
