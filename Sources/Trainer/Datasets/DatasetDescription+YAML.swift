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
    name = try yaml.string("name")
    guard try yaml.string("format") == "idx" else { throw yaml.invalidValue(of: "format", mustBe: "idx") }
    transform = try DatasetTransformRegistry.transform(yaml: yaml)
    images = try Self.fileNames(yaml, "images")
    labels = try Self.labelNames(yaml, imageCount: images.count, areMade: transform?.ownClassCount != nil)
    classCount = try yaml.integer("classes")
    guard (1...Self.classLimit).contains(classCount) else {
      throw yaml.invalidValue(of: "classes", mustBe: "between 1 and \(Self.classLimit)")
    }
    if let own = transform?.ownClassCount, own != classCount {
      throw yaml.invalidValue(of: "classes", mustBe: "\(own), the number of labels made")
    }
    shuffleSeed = try yaml.optionalSeed("shuffle")
    let rows = try yaml.optionalMapping("rows")
    firstRow = try rows?.naturalNumber("from", default: 0) ?? 0
    rowLimit = try rows?.optionalNaturalNumber("count")
    relabel = try Self.relabel(yaml, classCount: classCount, areMade: transform?.ownClassCount != nil)
  }

  private static func fileNames(_ yaml: YAMLMapping, _ key: String) throws -> [String] {
    let names = try yaml.oneOrMoreStrings(key)
    guard !names.isEmpty else { throw yaml.invalidValue(of: key, mustBe: "at least one file") }
    for name in names { try DataFolder.check(name) }
    return names
  }

  private static func labelNames(_ yaml: YAMLMapping, imageCount: Int, areMade: Bool) throws -> [String] {
    if areMade, !yaml.has("labels") { return [] }
    let names = try fileNames(yaml, "labels")
    guard names.count == imageCount else {
      throw yaml.invalidValue(of: "labels", mustBe: "\(imageCount) files, as many as images")
    }
    return names
  }

  private static func relabel(_ yaml: YAMLMapping, classCount: Int, areMade: Bool) throws -> [Int: Int]? {
    guard let mapping = try yaml.optionalMapping("relabel") else { return nil }
    guard !areMade else { throw yaml.invalidValue(of: "relabel", mustBe: "left out, because labels are made") }
    var result: [Int: Int] = [:]
    for key in mapping.keys {
      guard let old = Int(key), (0...255).contains(old), String(old) == key else {
        throw yaml.invalidValue(of: "relabel", mustBe: "a mapping from labels 0 to 255, not from \(key.quoted())")
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
