import Documents

/// The transforms a description may ask for.
enum DatasetTransformRegistry {
  static let types: [any DatasetTransform.Type] = [RotatedDomains.self, RandomRotation.self, RotationLabels.self]

  /// The description's transform, nil if it has none.
  static func transform(yaml: YAMLMapping) throws -> (any DatasetTransform)? {
    let asked = types.filter { yaml.has($0.key) }
    guard asked.count <= 1 else {
      throw yaml.invalidValue(of: asked[1].key, mustBe: "left out, because \"\(asked[0].key)\" is there")
    }
    return try asked.first.map { try $0.init(yaml: yaml.mapping($0.key)) }
  }
}
