import Documents

/// `format: npy`: files of images and files of labels that `numpy.save` wrote.
struct NPYFormat: DatasetFormat {
  static let name = "npy"

  private let files: ArrayFiles

  init(yaml: YAMLMapping, context: DatasetFormatContext) throws {
    files = try ArrayFiles(yaml: yaml, context: context, order: nil)
  }

  func fileNames(in folder: DataFolder) -> [String] { files.fileNames }

  func read(from folder: DataFolder) throws -> FileExamples { try files.read(from: folder) { try NPY.read($0) } }
}
