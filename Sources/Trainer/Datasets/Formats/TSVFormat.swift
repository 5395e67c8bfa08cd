import Documents

/// `format: tsv`: tables of numbers, fields apart by tabs and never quoted.
struct TSVFormat: DatasetFormat {
  static let name = "tsv"

  private let files: DelimitedFiles

  init(yaml: YAMLMapping, context: DatasetFormatContext) throws {
    files = try DelimitedFiles(yaml: yaml, context: context, separator: UInt8(ascii: "\t"), isQuoted: false)
  }

  func fileNames(in folder: DataFolder) -> [String] { files.fileNames }

  func read(from folder: DataFolder) throws -> FileExamples { try files.read(from: folder) }
}
