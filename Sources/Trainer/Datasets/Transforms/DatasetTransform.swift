import Documents

/// What makes rows of a description's images. Adding one is one file in `Datasets/Transforms` with its test and one
/// line in `DatasetTransformRegistry`.
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
