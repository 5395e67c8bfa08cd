import Documents
import Tensors

/// What happens to the pixels of a row on their way to a network. Adding one is one file in `Datasets/Transforms` with
/// its test and one line in `ImageTransformRegistry`.
package protocol ImageTransform: Sendable {
  /// The key of an entry of a description's `transforms`.
  static var name: String { get }

  /// Reads the value under the key `name`.
  init(yaml: YAMLMapping) throws

  /// Whether training draws it at random; evaluation takes its fixed form.
  var isRandom: Bool { get }
  /// Whether it computes with pixels as bytes, so that images of floats are refused; what only moves pixels does not.
  var needsBytes: Bool { get }

  /// The shape it makes of a shape.
  ///
  /// - Throws: `TrainerError` with code `shapeMismatch` for images it cannot take.
  func outputShape(of shape: ActivationShape) throws -> ActivationShape

  /// Writes the transformed image, [height, width, channels] of the output's shape.
  ///
  /// - Parameter random: the draws for this row in this pass; nil for the fixed form.
  func apply(_ image: PixelImage, random: CounterRandom?, into target: UnsafeMutableRawPointer)
}

extension ImageTransform {
  package var isRandom: Bool { false }
  package var needsBytes: Bool { true }

  package func outputShape(of shape: ActivationShape) throws -> ActivationShape {
    _ = try image(shape)
    return shape
  }

  /// The axes of an image's shape.
  func image(_ shape: ActivationShape) throws -> (channels: Int, height: Int, width: Int) {
    guard case .image(let channels, let height, let width) = shape else {
      throw TrainerError(.shapeMismatch, "\"\(Self.name)\" is for images, not for shape \(shape)")
    }
    return (channels, height, width)
  }
}
