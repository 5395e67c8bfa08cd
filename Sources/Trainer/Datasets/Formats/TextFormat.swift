import Documents

/// `format: text`: a label, a text and perhaps a second text on each line, apart by tabs: `label<TAB>text[<TAB>text]`.
///
/// ```yaml
/// files: [movies.tsv.gz, products.tsv.gz]
/// domains: {files: [movies, products]}     # unless given, all texts are in one domain
/// ```
///
/// Texts are kept as they stand, in UTF-8. Labels are integers, or words, as in tables.
struct TextFormat: DatasetFormat {
  static let name = "text"

  private let files: [String]
  private let classNames: [String]?
  private let fileDomains: [String]?

  init(yaml: YAMLMapping, context: DatasetFormatContext) throws {
    files = try yaml.fileNames("files")
    classNames = context.classNames
    fileDomains = try context.fileDomains(count: files.count, yaml: yaml)
    guard !context.labelsAreMade, !yaml.has("augment"), !yaml.has("transforms"), !yaml.has("normalize") else {
      throw yaml.invalidValue(of: "format", mustBe: "one of images, for what is done to images")
    }
  }

  func fileNames(in folder: DataFolder) -> [String] { files }

  func read(from folder: DataFolder) throws -> FileExamples {
    var (texts, words, counts): ([[String]], [String], [Int]) = ([], [], [])
    var byteCount = 0
    for file in files {
      var reader = try DelimitedReader(folder.open(file), separator: UInt8(ascii: "\t"), isQuoted: false)
      let before = texts.count
      while try reader.advance() {
        guard (2...3).contains(reader.fieldCount) else {
          throw reader.refusal("has \(reader.fieldCount) fields, not label, text and perhaps a second text")
        }
        if let first = texts.first, first.count != reader.fieldCount - 1 {
          throw reader.refusal("has \(reader.fieldCount - 1) texts, the first line has \(first.count)")
        }
        words.append(try reader.text(0))
        let row = try (1..<reader.fieldCount).map { try reader.text($0) }
        byteCount += row.reduce(64) { $0 + $1.utf8.count + 16 }
        try MemoryBudget.check(byteCount, of: file)
        texts.append(row)
      }
      counts.append(texts.count - before)
    }
    let (labels, names) = try LabelWords.labels(words, classNames: classNames, name: files[0])
    return FileExamples(
      images: TextStore(texts: texts), labels: labels,
      domains: fileDomains.map { FileDomains(names: $0, counts: counts) }, classNames: names)
  }
}
