import Documents
import Tensors

/// `random-grayscale: 0.1`: RGB becomes gray, in three channels, with that chance; torchvision's RandomGrayscale. In
/// evaluation it does not.
///
/// Determinism: it does if draw 0 of the row's numbers is below the chance.
struct RandomGrayscale: ImageTransform {
  static let name = "random-grayscale"

  private let chance: Double
  var isRandom: Bool { true }

  init(yaml: YAMLMapping) throws {
    chance = try yaml.chance(Self.name)
  }

  func outputShape(of shape: ActivationShape) throws -> ActivationShape {
    guard try image(shape).channels == 3 else {
      throw TrainerError(.shapeMismatch, "\"\(Self.name)\" is for images of 3 channels, not for shape \(shape)")
    }
    return shape
  }

  func apply(_ image: PixelImage, random: CounterRandom?, into target: UnsafeMutableRawPointer) {
    guard let random, random.uniform(at: 0) < chance else { return image.copy(into: target) }
    let to = target.assumingMemoryBound(to: UInt8.self)
    for position in 0..<image.height * image.width {
      (to + 3 * position).update(repeating: Grayscale.luma(image.bytes + 3 * position), count: 3)
    }
  }
}
