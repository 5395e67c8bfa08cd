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
    transform = try DatasetTransform(yaml: yaml)
    images = try Self.fileNames(yaml, "images")
    labels = try Self.labelNames(yaml, imageCount: images.count, transform: transform)
    classCount = try yaml.integer("classes")
    guard (1...Self.classLimit).contains(classCount) else {
      throw yaml.invalidValue(of: "classes", mustBe: "between 1 and \(Self.classLimit)")
    }
    if case .labelByRotation(let degrees, _) = transform, degrees.count != classCount {
      throw yaml.invalidValue(of: "classes", mustBe: "\(degrees.count), the number of rotations labelled by")
    }
    shuffleSeed = try yaml.optionalSeed("shuffle")
    let rows = try yaml.optionalMapping("rows")
    firstRow = try rows?.naturalNumber("from", default: 0) ?? 0
    rowLimit = try rows?.optionalNaturalNumber("count")
    relabel = try Self.relabel(yaml, classCount: classCount)
  }

  private static func fileNames(_ yaml: YAMLMapping, _ key: String) throws -> [String] {
    let names = try yaml.oneOrMoreStrings(key)
    guard !names.isEmpty else { throw yaml.invalidValue(of: key, mustBe: "at least one file") }
    for name in names { try DataFolder.check(name) }
    return names
  }

  private static func labelNames(
    _ yaml: YAMLMapping, imageCount: Int, transform: DatasetTransform
  ) throws -> [String] {
    if case .labelByRotation = transform, !yaml.has("labels") { return [] }
    let names = try fileNames(yaml, "labels")
    guard names.count == imageCount else {
      throw yaml.invalidValue(of: "labels", mustBe: "\(imageCount) files, as many as images")
    }
    return names
  }

  private static func relabel(_ yaml: YAMLMapping, classCount: Int) throws -> [Int: Int]? {
    guard let mapping = try yaml.optionalMapping("relabel") else { return nil }
    var result: [Int: Int] = [:]
    for key in mapping.keys {
      guard let old = Int(key), (0...255).contains(old), String(old) == key else {
        throw yaml.invalidValue(of: "relabel", mustBe: "a mapping from labels 0 to 255, not from \"\(key)\"")
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

extension DatasetTransform {
  private static let copyLimit = 1000

  fileprivate init(yaml: YAMLMapping) throws {
    let keys = ["domains", "augment", "label-by"].filter { yaml.has($0) }
    guard keys.count <= 1 else {
      throw yaml.invalidValue(of: keys[1], mustBe: "left out, because \"\(keys[0])\" is there")
    }
    if let domains = try yaml.optionalMapping("domains") {
      let names = try domains.strings("rotate")
      guard !names.isEmpty, Set(names).count == names.count else {
        throw domains.invalidValue(of: "rotate", mustBe: "a list of different angles")
      }
      self = .domains(names: names, degrees: try domains.numbers("rotate"))
    } else if let augment = try yaml.optionalMapping("augment") {
      let range = try augment.mapping("rotate")
      let (from, to) = (try range.number("from"), try range.number("to"))
      guard from <= to else { throw range.invalidValue(of: "to", mustBe: "at least \"from\", \(from)") }
      let copies = try augment.naturalNumber("copies", default: 1)
      guard (1...Self.copyLimit).contains(copies) else {
        throw augment.invalidValue(of: "copies", mustBe: "between 1 and \(Self.copyLimit)")
      }
      self = .augment(fromDegrees: from, toDegrees: to, copies: copies, seed: try augment.optionalSeed("seed") ?? 0)
    } else if let labelBy = try yaml.optionalMapping("label-by") {
      let degrees = try labelBy.numbers("rotate")
      guard degrees.count >= 2 else { throw labelBy.invalidValue(of: "rotate", mustBe: "two angles or more") }
      self = .labelByRotation(degrees: degrees, seed: try labelBy.optionalSeed("seed") ?? 0)
    } else {
      self = .none
    }
  }
}

extension YAMLMapping {
  /// An integer of at least 0.
  func optionalNaturalNumber(_ key: String) throws -> Int? {
    guard let value = try optionalInteger(key) else { return nil }
    guard value >= 0 else { throw invalidValue(of: key, mustBe: "at least 0") }
    return value
  }

  func naturalNumber(_ key: String, default preset: Int) throws -> Int {
    try optionalNaturalNumber(key) ?? preset
  }

  func optionalSeed(_ key: String) throws -> UInt64? {
    try optionalNaturalNumber(key).map(UInt64.init)
  }
}
