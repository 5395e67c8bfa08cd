import Documents
import Tensors

/// `rotate: 90`: every image turned counter-clockwise by so many degrees about its centre, bilinear, black corners;
/// torchvision's `rotate`.
struct Rotate: ImageTransform {
  static let name = "rotate"

  private let degrees: Double

  init(yaml: YAMLMapping) throws {
    degrees = try yaml.number(Self.name)
  }

  func apply(_ image: PixelImage, random: CounterRandom?, into target: UnsafeMutableRawPointer) {
    Rotation.apply(degrees: degrees, to: image, into: target)
  }
}
