import Documents

/// What makes rows of a description's images. Adding one is one file in `Datasets/Rows` with its test and one line in
/// `RowMakerRegistry`.
package protocol RowMaker: Sendable {
  /// The key of a description, and the key below it, that ask for it: `domains: {rotate: …}`. A description has at most
  /// one maker of rows.
  static var key: String { get }
  static var kind: String { get }

  /// Reads the mapping under the key.
  init(yaml: YAMLMapping) throws

  /// The domains its rows are in; nil if they are in those of the files.
  var domainNames: [String]? { get }

  var labelRule: LabelRule { get }

  /// The shape of edited images.
  ///
  /// - Throws: `TrainerError` with code `shapeMismatch` for images it cannot edit.
  func editedShape(of shape: ActivationShape) throws -> ActivationShape

  func rows(_ images: [LabelledImage]) throws -> [ImageRow]
}

/// Where the labels of rows come from.
package enum LabelRule: Sendable, Equatable {
  /// They are those of the files.
  case kept
  /// They are made from those of the files; this many classes.
  case derived(classCount: Int)
  /// They are made from nothing; this many classes.
  case made(classCount: Int)

  var classCount: Int? {
    switch self {
    case .kept: nil
    case .derived(let count), .made(let count): count
    }
  }

  var needsFileLabels: Bool {
    if case .made = self { false } else { true }
  }
}

extension RowMaker {
  package var domainNames: [String]? { nil }
  package var labelRule: LabelRule { .kept }

  package func editedShape(of shape: ActivationShape) throws -> ActivationShape {
    guard case .image = shape else {
      throw TrainerError(.shapeMismatch, "\"\(Self.key): {\(Self.kind): …}\" is for images, not for shape \(shape)")
    }
    return shape
  }
}
