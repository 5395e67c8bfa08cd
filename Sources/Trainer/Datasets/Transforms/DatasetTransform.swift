import Documents

/// An image of a data set's files and the label it has there.
package struct LabelledImage: Sendable, Equatable {
  package let image: Int
  package let label: Int32
}

/// A row of a data set: which image it shows, how it is turned, what it is and where it belongs.
package struct ImageRow: Sendable, Equatable {
  package let image: Int
  package let label: Int32
  /// An index into the data set's domain names.
  package let domain: Int32
  /// Degrees, counter-clockwise.
  package let angle: Double
}

/// What makes rows of a description's images. Adding one is one file in `Datasets/Transforms` with its test and one line in
/// `DatasetTransformRegistry`.
package protocol DatasetTransform: Sendable {
  /// The key of a description that asks for it; a description has at most one transform.
  static var key: String { get }

  /// Reads the mapping under the key.
  init(yaml: YAMLMapping) throws

  /// The domains its rows are in.
  var domainNames: [String] { get }

  /// The number of classes if it makes labels of its own, nil if it keeps those of the files.
  var ownClassCount: Int? { get }

  func rows(_ images: [LabelledImage]) throws -> [ImageRow]
}

extension DatasetTransform {
  package var domainNames: [String] { ["all"] }
  package var ownClassCount: Int? { nil }
}

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
