import Documents
import Tensors

/// `grayscale: 1` or `grayscale: 3`: the luma of RGB in so many channels; torchvision's Grayscale. A gray image stays what
/// it is, in so many channels.
///
/// Formula: (19595 R + 38470 G + 7471 B + 32768) >> 16, as Pillow's convert("L") rounds ITU-R 601-2.
struct Grayscale: ImageTransform {
  static let name = "grayscale"

  private let channelCount: Int

  init(yaml: YAMLMapping) throws {
    channelCount = try yaml.integer(Self.name)
    guard channelCount == 1 || channelCount == 3 else {
      throw yaml.invalidValue(of: Self.name, mustBe: "1 or 3, the number of channels")
    }
  }

  func outputShape(of shape: ActivationShape) throws -> ActivationShape {
    let (channels, height, width) = try image(shape)
    guard channels == 1 || channels == 3 else {
      throw TrainerError(.shapeMismatch, "\"\(Self.name)\" is for images of 1 or 3 channels, not for shape \(shape)")
    }
    return .image(channels: channelCount, height: height, width: width)
  }

  func apply(_ image: PixelImage, random: CounterRandom?, into target: UnsafeMutableRawPointer) {
    let to = target.assumingMemoryBound(to: UInt8.self)
    for position in 0..<image.height * image.width {
      let luma = image.channels == 1 ? image.bytes[position] : Self.luma(image.bytes + 3 * position)
      for channel in 0..<channelCount { to[position * channelCount + channel] = luma }
    }
  }

  /// The luma of one pixel of three channels.
  @inline(__always)
  static func luma(_ pixel: UnsafePointer<UInt8>) -> UInt8 {
    let (red, green, blue) = (UInt32(pixel[0]), UInt32(pixel[1]), UInt32(pixel[2]))
    let sum: UInt32 = 19595 * red + 38470 * green + 7471 * blue + 32768
    return UInt8(sum >> 16)
  }
}
