import Documents

/// `format: idx`: files of images and files of labels, as MNIST has them. Images of rank 4 are [N, H, W, C].
struct IDXFormat: DatasetFormat {
  static let name = "idx"

  private let files: ArrayFiles

  init(yaml: YAMLMapping, context: DatasetFormatContext) throws {
    files = try ArrayFiles(yaml: yaml, context: context, order: .channelsLast)
  }

  func fileNames(in folder: DataFolder) -> [String] { files.fileNames }

  func read(from folder: DataFolder) throws -> FileExamples { try files.read(from: folder, IDX.read) }
}
