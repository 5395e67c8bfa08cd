import Documents
import Tensors

/// `center-crop: 24`: the rectangle in the middle; torchvision's CenterCrop of images that are not smaller.
struct CenterCrop: ImageTransform {
  static let name = "center-crop"

  private let size: (height: Int, width: Int)
  var needsBytes: Bool { false }

  init(yaml: YAMLMapping) throws {
    size = try yaml.imageSize(Self.name)
  }

  func outputShape(of shape: ActivationShape) throws -> ActivationShape {
    let (channels, height, width) = try image(shape)
    guard size.height <= height, size.width <= width else {
      throw TrainerError(
        .shapeMismatch, "\"\(Self.name)\" takes \(size.height) x \(size.width) pixels of images of shape \(shape)")
    }
    return .image(channels: channels, height: size.height, width: size.width)
  }

  func apply(_ image: PixelImage, random: CounterRandom?, into target: UnsafeMutableRawPointer) {
    image.copyRectangle(
      top: Self.start(of: size.height, in: image.height), left: Self.start(of: size.width, in: image.width),
      height: size.height, width: size.width, into: target)
  }

  /// Halves go to the even number, as in Python.
  static func start(of side: Int, in whole: Int) -> Int {
    Int((Double(whole - side) / 2).rounded(.toNearestOrEven))
  }
}
