import Documents
import Tensors

/// `horizontal-flip: 0.5`: left and right change places with that chance; torchvision's RandomHorizontalFlip. In
/// evaluation they do not.
///
/// Determinism: it flips if draw 0 of the row's numbers is below the chance.
struct HorizontalFlip: ImageTransform {
  static let name = "horizontal-flip"

  private let chance: Double
  var isRandom: Bool { true }
  var needsBytes: Bool { false }

  init(yaml: YAMLMapping) throws {
    chance = try yaml.chance(Self.name)
  }

  func apply(_ image: PixelImage, random: CounterRandom?, into target: UnsafeMutableRawPointer) {
    guard let random, random.uniform(at: 0) < chance else { return image.copy(into: target) }
    let size = image.pixelByteCount
    for y in 0..<image.height {
      let (from, to) = (image.start + y * image.width * size, target + y * image.width * size)
      for x in 0..<image.width {
        (to + x * size).copyMemory(from: from + (image.width - 1 - x) * size, byteCount: size)
      }
    }
  }
}
