import Documents

/// `format: csv`: tables of numbers, fields apart by commas and perhaps quoted.
struct CSVFormat: DatasetFormat {
  static let name = "csv"

  private let files: DelimitedFiles

  init(yaml: YAMLMapping, context: DatasetFormatContext) throws {
    files = try DelimitedFiles(yaml: yaml, context: context, separator: UInt8(ascii: ","), isQuoted: true)
  }

  func fileNames(in folder: DataFolder) -> [String] { files.fileNames }

  func read(from folder: DataFolder) throws -> FileExamples { try files.read(from: folder) }
}
