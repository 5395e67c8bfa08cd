import Documents

extension DatasetDescription {
  /// Reads a description; unknown keys are refused with their line.
  ///
  /// - Throws: `DocumentError` with the line, or `TrainerError` for a file name that leads out of the data folder.
  package static func parse(_ text: String, name: String) throws -> DatasetDescription {
    let yaml = try YAMLDocument.parse(text, name: name)
    let description = try DatasetDescription(yaml: yaml)
    try yaml.finish()
    return description
  }

  private static let classLimit = 1_000_000

  private init(yaml: YAMLMapping) throws {
    json = yaml.jsonValue
    name = try yaml.string("name")
    rowMaker = try RowMakerRegistry.rowMaker(yaml: yaml)
    let rule = rowMaker?.labelRule ?? .kept
    (classCount, classNames) = try Self.classes(yaml, rule: rule)
    let fileDomains = try yaml.optionalMapping("domains")?.optionalStrings("files")
    if fileDomains != nil, rowMaker?.domainNames != nil {
      throw yaml.invalidValue(of: "domains", mustBe: "given by \"files\" or by what is done to the images, not both")
    }
    format = try DatasetFormatRegistry.format(
      yaml: yaml,
      context: DatasetFormatContext(
        labelsAreMade: !rule.needsFileLabels, fileDomains: fileDomains, classNames: classNames))
    shuffleSeed = try yaml.optionalSeed("shuffle")
    let rows = try yaml.optionalMapping("rows")
    firstRow = try rows?.naturalNumber("from", default: 0) ?? 0
    rowLimit = try rows?.optionalNaturalNumber("count")
    relabel = try Self.relabel(yaml, classCount: classCount, rule: rule)
    transforms = try ImageTransformRegistry.entries(yaml: yaml)
    normalization = try Normalization(yaml: yaml)
  }

  /// `classes`, a number or a list of names; it may be left out where something else says how many there are.
  private static func classes(_ yaml: YAMLMapping, rule: LabelRule) throws -> (Int?, [String]?) {
    let names = yaml.isList("classes") ? try yaml.strings("classes") : nil
    if let names, names.isEmpty || Set(names).count != names.count || names.count > classLimit {
      throw yaml.invalidValue(of: "classes", mustBe: "a number, or a list of different names")
    }
    let count = try names?.count ?? yaml.optionalInteger("classes")
    if let count, !(1...classLimit).contains(count) {
      throw yaml.invalidValue(of: "classes", mustBe: "between 1 and \(classLimit)")
    }
    if let made = rule.classCount, let count, made != count {
      throw yaml.invalidValue(of: "classes", mustBe: "\(made), the number of labels made")
    }
    return (count ?? rule.classCount, names)
  }

  private static func relabel(_ yaml: YAMLMapping, classCount: Int?, rule: LabelRule) throws -> [Int: Int]? {
    guard let mapping = try yaml.optionalMapping("relabel") else { return nil }
    guard rule == .kept else { throw yaml.invalidValue(of: "relabel", mustBe: "left out, because labels are made") }
    guard let classCount else {
      throw yaml.invalidValue(of: "relabel", mustBe: "given with \"classes\", the number of new labels")
    }
    var result: [Int: Int] = [:]
    for key in mapping.keys {
      guard let old = Int(key), old >= 0, String(old) == key else {
        throw yaml.invalidValue(of: "relabel", mustBe: "a mapping from labels, not from \(key.quoted())")
      }
      let new = try mapping.integer(key)
      guard (0..<classCount).contains(new) else {
        throw mapping.invalidValue(of: key, mustBe: "a label below classes, \(classCount)")
      }
      result[old] = new
    }
    return result
  }
}
