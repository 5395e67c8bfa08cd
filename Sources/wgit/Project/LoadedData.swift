import Documents
import Trainer
import WeightStore

/// A data set with the identity of every file it was read from.
struct LoadedData {
  let dataset: ImageDataset
  /// Name as described and SHA-256 of the file as it lies in the data folder.
  let files: [(name: String, sha256: Digest)]

  init(_ path: String, from project: ProjectFiles, folder: DataFolder) throws {
    let description = try DatasetDescription.parse(project.text(path), name: path)
    files = try LoadedData.digests(of: description, in: folder)
    dataset = try description.load(dataFolder: folder)
  }

  /// One id for all files together.
  static func id(_ files: [(name: String, sha256: Digest)]) -> Digest {
    let list: JSONValue = .array(files.map { ["name": .string($0.name), "sha256": .string($0.sha256.hex)] })
    return SHA256.digest(of: list.canonicalBytes())
  }

  static func digests(
    of description: DatasetDescription, in folder: DataFolder
  ) throws -> [(name: String, sha256: Digest)] {
    try description.files.map { name in
      let file = try OpenFile.open(folder.resolve(name), flags: 0)
      return (name, SHA256.digest(of: try file.read(at: 0, count: try file.byteCount())))
    }
  }
}
