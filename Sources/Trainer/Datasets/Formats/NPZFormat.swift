import Documents

/// `format: npz`: archives that `numpy.savez` or `numpy.savez_compressed` wrote. Arrays that are not compressed are read
/// piece by piece.
struct NPZFormat: DatasetFormat {
  static let name = "npz"

  private let files: ArchiveFiles

  init(yaml: YAMLMapping, context: DatasetFormatContext) throws {
    files = try ArchiveFiles(yaml: yaml, context: context)
  }

  func fileNames(in folder: DataFolder) -> [String] { files.fileNames }

  func read(from folder: DataFolder) throws -> FileExamples {
    try files.read(from: folder) { file in
      let archive = try ZIPArchive(file)
      return { key in
        guard let member = archive.members.first(where: { $0.name == key + ".npy" }) else { return nil }
        let (content, range) = try archive.open(member)
        return try NPY.read(
          content, name: "\(file.name)/\(key)", offset: range.lowerBound, end: range.upperBound)
      }
    }
  }
}
