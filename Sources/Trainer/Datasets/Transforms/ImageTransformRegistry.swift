import Documents

/// The transforms a description may ask for.
enum ImageTransformRegistry {
  static let types: [any ImageTransform.Type] = [
    CenterCrop.self, ColorJitter.self, Grayscale.self, HorizontalFlip.self, Invert.self, Pad.self, RandomAffine.self,
    RandomCrop.self, RandomGrayscale.self, RandomResizedCrop.self, RandomRotation.self, Resize.self, Rotate.self,
  ]

  /// One entry of a description's list, and the domains it is for.
  struct Entry: Sendable {
    let transform: any ImageTransform
    /// Names; nil for all.
    let domains: [String]?
  }

  /// The entries of `transforms`, each a mapping with one transform's key and perhaps `domains`.
  static func entries(yaml: YAMLMapping) throws -> [Entry] {
    try (yaml.optionalMappings("transforms") ?? []).map { mapping in
      let asked = types.filter { mapping.has($0.name) }
      guard asked.count == 1 else {
        throw yaml.invalidValue(
          of: "transforms",
          mustBe: "a list of mappings with one transform each: \(types.map { $0.name }.joined(separator: ", "))")
      }
      return Entry(transform: try asked[0].init(yaml: mapping), domains: try mapping.optionalStrings("domains"))
    }
  }
}
