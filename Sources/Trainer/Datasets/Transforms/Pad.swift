import Documents
import Tensors

/// `pad: 2`: that many pixels of 0 on every side.
struct Pad: ImageTransform {
  static let name = "pad"

  private let padding: Int
  var needsBytes: Bool { false }

  init(yaml: YAMLMapping) throws {
    padding = try yaml.naturalNumber(Self.name, default: 0)
    guard padding <= YAMLMapping.sideLimit else {
      throw yaml.invalidValue(of: Self.name, mustBe: "at most \(YAMLMapping.sideLimit) pixels")
    }
  }

  func outputShape(of shape: ActivationShape) throws -> ActivationShape {
    let (channels, height, width) = try image(shape)
    return .image(channels: channels, height: height + 2 * padding, width: width + 2 * padding)
  }

  func apply(_ image: PixelImage, random: CounterRandom?, into target: UnsafeMutableRawPointer) {
    image.copyRectangle(
      top: -padding, left: -padding, height: image.height + 2 * padding, width: image.width + 2 * padding, into: target)
  }
}
