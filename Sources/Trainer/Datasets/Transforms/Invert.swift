import Documents
import Tensors

/// `invert: true`: white becomes black; torchvision's `invert`.
struct Invert: ImageTransform {
  static let name = "invert"

  init(yaml: YAMLMapping) throws {
    guard try yaml.bool(Self.name) else { throw yaml.invalidValue(of: Self.name, mustBe: "true, or left out") }
  }

  func outputShape(of shape: ActivationShape) -> ActivationShape { shape }

  func apply(_ image: PixelImage, random: CounterRandom?, into target: UnsafeMutableRawPointer) {
    let to = target.assumingMemoryBound(to: UInt8.self)
    for index in 0..<image.shape.elementCount { to[index] = 255 - image.bytes[index] }
  }
}
