import Documents

/// The makers of rows a description may ask for.
enum RowMakerRegistry {
  static let types: [any RowMaker.Type] = [
    RotatedDomains.self, ColoredDomains.self, TurnedCopies.self, RotationLabels.self,
  ]

  /// The description's maker of rows, nil if it has none.
  static func rowMaker(yaml: YAMLMapping) throws -> (any RowMaker)? {
    var asked: [(type: any RowMaker.Type, yaml: YAMLMapping)] = []
    for type in types {
      guard let mapping = try yaml.optionalMapping(type.key), mapping.has(type.kind) else { continue }
      asked.append((type, mapping))
    }
    guard asked.count <= 1 else {
      throw yaml.invalidValue(
        of: asked[1].type.key,
        mustBe: "without \"\(asked[1].type.kind)\", because \"\(asked[0].type.kind)\" makes the rows")
    }
    for key in ["augment", "label-by"] where yaml.has(key) && asked.isEmpty {
      let kinds = types.filter { $0.key == key }.map { "\"\($0.kind)\"" }.joined(separator: " or ")
      throw yaml.invalidValue(of: key, mustBe: "a mapping with \(kinds)")
    }
    return try asked.first.map { try $0.type.init(yaml: $0.yaml) }
  }
}
