import Documents
import Glibc
import Trainer
import WeightStore

/// A data set with the identity of every file it was read from.
struct LoadedData {
  /// A file as described, or a folder of many, and the SHA-256 of what lies in the data folder.
  typealias File = (name: String, sha256: Digest)

  let dataset: ImageDataset
  let files: [File]

  /// Files that recipes list one by one.
  private static let listedFileLimit = 64

  init(_ path: String, from project: ProjectFiles, folder: DataFolder) throws {
    try self.init(DatasetDescription.parse(project.text(path), name: path), folder: folder)
  }

  init(_ description: DatasetDescription, folder: DataFolder) throws {
    dataset = try description.load(dataFolder: folder)
    files = try LoadedData.digests(of: description, in: folder)
  }

  /// One id for what a description says and all its files.
  static func id(of description: DatasetDescription, _ files: [File]) -> Digest {
    let contents: JSONValue = ["description": description.json, "files": json(files)]
    return SHA256.digest(of: contents.canonicalBytes())
  }

  static func json(_ files: [File]) -> JSONValue {
    .array(files.map { ["name": .string($0.name), "sha256": .string($0.sha256.hex)] })
  }

  /// The files and their digests; of more than 64, such as the images of a folder, one digest of the list of them.
  static func digests(of description: DatasetDescription, in folder: DataFolder) throws -> [File] {
    let files = try description.fileNames(in: folder).map { name in
      (name: name, sha256: try digest(of: OpenFile.open(folder.resolve(name), flags: O_NONBLOCK)))
    }
    guard files.count > listedFileLimit else { return files }
    return [(name: "\(files.count) files", sha256: SHA256.digest(of: json(files).canonicalBytes()))]
  }

  /// Read piece by piece: a data file may be larger than memory.
  static func digest(of file: OpenFile) throws -> Digest {
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
}
