import Documents

/// Features, a label and perhaps a domain in the columns of a table.
///
/// ```yaml
/// files: [train.csv, test.csv]     # "x.csv.gz" as well
/// header: true                     # unless given: the first line names the columns
/// columns: {label: species, domain: site, features: [length, width]}
/// shape: [1, 28, 28]               # the features are an image: channels, height, width
/// ```
///
/// Columns are named, or numbered from 0 if there is no header. Unless given, the label is the column `label` (0 without a
/// header), there is no domain, and the features are all other columns in their order. Labels are integers, or words,
/// which become classes in the order of their bytes or of `classes`.
struct DelimitedFiles: Sendable {
  private let files: [String]
  private let hasHeader: Bool
  private let labelColumn: String?
  private let domainColumn: String?
  private let featureColumns: [String]?
  private let shape: ActivationShape?
  private let classNames: [String]?
  private let fileDomains: [String]?
  private let separator: UInt8
  private let isQuoted: Bool

  /// What has been read of all files.
  private struct Table {
    var values: [Float] = []
    var labels: [String] = []
    var domains: [String] = []
    var counts: [Int] = []
    var featureCount: Int?
  }

  /// Where the columns stand in one file.
  private struct Columns {
    let label: Int?
    let domain: Int?
    let features: [Int]
    let names: [String]
  }

  init(yaml: YAMLMapping, context: DatasetFormatContext, separator: UInt8, isQuoted: Bool) throws {
    files = try yaml.fileNames("files")
    hasHeader = try yaml.optionalBool("header") ?? true
    let columns = try yaml.optionalMapping("columns")
    let label = try columns?.optionalString("label")
    labelColumn = context.labelsAreMade ? label : label ?? (hasHeader ? "label" : "0")
    domainColumn = try columns?.optionalString("domain")
    featureColumns = try columns?.optionalStrings("features")
    shape = try Self.shape(yaml)
    classNames = context.classNames
    fileDomains = try context.fileDomains(count: files.count, yaml: yaml)
    if domainColumn != nil, fileDomains != nil {
      throw yaml.invalidValue(of: "domains", mustBe: "left out, because \"columns\" names a column of domains")
    }
    self.separator = separator
    self.isQuoted = isQuoted
  }

  private static func shape(_ yaml: YAMLMapping) throws -> ActivationShape? {
    guard let axes = try yaml.optionalIntegers("shape") else { return nil }
    guard axes.count == 3, axes.allSatisfy({ (1...YAMLMapping.sideLimit).contains($0) }) else {
      throw yaml.invalidValue(of: "shape", mustBe: "[channels, height, width]")
    }
    return .image(channels: axes[0], height: axes[1], width: axes[2])
  }

  var fileNames: [String] { files }

  func read(from folder: DataFolder) throws -> FileExamples {
    var table = Table()
    for file in files { try read(folder.open(file), into: &table) }
    let shape = try shape(featureCount: table.featureCount ?? 0)
    let (labels, names) = try labels(table)
    return FileExamples(
      images: FeatureTable(shape: shape, values: table.values), labels: labels,
      domains: try fileDomains.map { FileDomains(names: $0, counts: table.counts) }
        ?? (domainColumn == nil ? nil : FileDomains(texts: table.domains, name: files[0])),
      classNames: names)
  }

  private func shape(featureCount: Int) throws -> ActivationShape {
    guard featureCount > 0 else {
      throw TrainerError(.malformedDataFile, "\(files[0].quoted()) has no columns of features, or no rows")
    }
    guard let shape else { return .features(featureCount) }
    guard shape.elementCount == featureCount else {
      throw TrainerError(
        .malformedDescription,
        "\(files[0].quoted()) has \(featureCount) columns of features, an image of shape \(shape) has \(shape.elementCount)"
      )
    }
    return shape
  }

  private func read(_ file: DataFile, into table: inout Table) throws {
    var reader = try DelimitedReader(file, separator: separator, isQuoted: isQuoted)
    guard try reader.advance() else {
      throw TrainerError(.malformedDataFile, "\(file.name.quoted()) is empty")
    }
    let columns = try columns(reader, file: file.name)
    let before = table.values.count
    if let count = table.featureCount, count != columns.features.count {
      throw TrainerError(
        .malformedDataFile,
        "\(file.name.quoted()) has \(columns.features.count) columns of features, \(files[0].quoted()) \(count)")
    }
    table.featureCount = columns.features.count
    var isRow = hasHeader ? try reader.advance() : true
    while isRow {
      try append(reader, columns, to: &table)
      isRow = try reader.advance()
    }
    table.counts.append((table.values.count - before) / max(1, columns.features.count))
  }

  private func append(_ reader: DelimitedReader, _ columns: Columns, to table: inout Table) throws {
    guard reader.fieldCount == columns.names.count else {
      throw reader.refusal("has \(reader.fieldCount) fields, the first line \(columns.names.count)")
    }
    let start = table.values.count
    if start & (start - 1) == 0 { try MemoryBudget.check(2 * 4 * start, of: files[0]) }
    for column in columns.features {
      guard let value = reader.number(column), Float(value).isFinite else {
        let text = String(decoding: reader.field(column).prefix(200), as: UTF8.self)
        throw reader.refusal("has \(text.quoted(limit: 40)) in column \(columns.names[column].quoted()), not a number")
      }
      table.values.append(Float(value))
    }
    if case .image(let channels, _, _) = shape, channels > 1 { moveChannelsLast(&table.values, from: start, channels) }
    if let label = columns.label { table.labels.append(try reader.text(label)) }
    if let domain = columns.domain { table.domains.append(try reader.text(domain)) }
  }

  /// One row's values from [C, H, W] to [H, W, C].
  private func moveChannelsLast(_ values: inout [Float], from start: Int, _ channels: Int) {
    let row = Array(values[start...])
    let positions = row.count / channels
    for (index, value) in row.enumerated() {
      values[start + index % positions * channels + index / positions] = value
    }
  }

  private func columns(_ reader: DelimitedReader, file: String) throws -> Columns {
    let names = try (0..<reader.fieldCount).map { hasHeader ? try reader.text($0) : "\($0)" }
    let find = { (name: String) throws -> Int in
      guard let place = names.firstIndex(of: name) else {
        let known = names.prefix(20).map { $0.quoted(limit: 20) }.joined(separator: ", ")
        throw TrainerError(.malformedDataFile, "\(file.quoted()) has no column \(name.quoted()); it has \(known)")
      }
      return place
    }
    let (label, domain) = (try labelColumn.map(find), try domainColumn.map(find))
    let others = names.indices.filter { $0 != label && $0 != domain }
    return Columns(label: label, domain: domain, features: try featureColumns?.map(find) ?? others, names: names)
  }

  /// Numbers, or the places of words among their names.
  private func labels(_ table: Table) throws -> ([Int], [String]?) {
    try LabelWords.labels(table.labels, classNames: classNames, name: files[0])
  }
}

/// Labels that are written as words.
enum LabelWords {
  private static let classLimit = 1_000_000

  /// The labels, and the names of the classes if they have names. Numbers are places among the names, unless the names
  /// are numbers themselves.
  ///
  /// - Parameter classNames: those the description gives.
  /// - Throws: `TrainerError` with code `labelOutOfRange` and the row for a word that is no class.
  static func labels(_ words: [String], classNames: [String]?, name: String) throws -> ([Int], [String]?) {
    let numbers = words.compactMap(Int.init)
    let areNames = classNames.map { names in words.contains { names.contains($0) } } ?? false
    if numbers.count == words.count, !areNames { return (numbers, classNames) }
    let distinct = classNames ?? Set(words).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    guard distinct.count <= classLimit else {
      throw TrainerError(.resourceLimit, "\(name.quoted()) has more than \(classLimit) different labels")
    }
    let places = Dictionary(uniqueKeysWithValues: distinct.enumerated().map { ($1, $0) })
    let labels = try words.enumerated().map { row, word in
      guard let place = places[word] else {
        throw TrainerError(
          .labelOutOfRange, "row \(row) of \(name.quoted()) has the label \(word.quoted(limit: 40)), which is no class")
      }
      return place
    }
    return (labels, distinct)
  }
}
