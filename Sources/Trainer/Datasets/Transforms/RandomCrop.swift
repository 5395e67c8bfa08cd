import Documents
import Tensors

/// `random-crop: {size: 32, padding: 4}`: a rectangle anywhere in the image with a black border of `padding` (0 unless
/// given) pixels; torchvision's RandomCrop. In evaluation it is the one in the middle.
///
/// Determinism: the top is draw 0, the left draw 1 of the row's numbers.
struct RandomCrop: ImageTransform {
  static let name = "random-crop"

  private let size: (height: Int, width: Int)
  private let padding: Int
  var isRandom: Bool { true }
  var needsBytes: Bool { false }

  init(yaml: YAMLMapping) throws {
    let mapping = try yaml.mapping(Self.name)
    size = try mapping.imageSize("size")
    padding = try mapping.naturalNumber("padding", default: 0)
    guard padding <= YAMLMapping.sideLimit else {
      throw mapping.invalidValue(of: "padding", mustBe: "at most \(YAMLMapping.sideLimit) pixels")
    }
  }

  func outputShape(of shape: ActivationShape) throws -> ActivationShape {
    let (channels, height, width) = try image(shape)
    guard size.height <= height + 2 * padding, size.width <= width + 2 * padding else {
      throw TrainerError(
        .shapeMismatch,
        "\"\(Self.name)\" takes \(size.height) x \(size.width) pixels of images of shape \(shape) with a border of \(padding)"
      )
    }
    return .image(channels: channels, height: size.height, width: size.width)
  }

  func apply(_ image: PixelImage, random: CounterRandom?, into target: UnsafeMutableRawPointer) {
    let place = { (draw: UInt64, side: Int, whole: Int) -> Int in
      let padded = whole + 2 * padding
      let start = random?.integer(at: draw, below: padded - side + 1) ?? CenterCrop.start(of: side, in: padded)
      return start - padding
    }
    image.copyRectangle(
      top: place(0, size.height, image.height), left: place(1, size.width, image.width), height: size.height,
      width: size.width, into: target)
  }
}
