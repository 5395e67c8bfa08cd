import Documents
import Tensors

/// `color-jitter: {brightness: 0.3, contrast: 0.3, saturation: 0.3, hue: 0.1}`: each changed by a factor from 1 - x to 1 + x,
/// hue turned by -x to x of the circle, in a random order; torchvision's ColorJitter. Each may be left out. In evaluation
/// nothing is changed.
///
/// Determinism: draws 0 to 3 of the row's numbers are the factors in the order above, draws 4 to 6 the order.
struct ColorJitter: ImageTransform {
  static let name = "color-jitter"

  private static let keys = ["brightness", "contrast", "saturation", "hue"]
  /// In the order of `keys`; 0...0 of hue, 1...1 of the others, for those that are left out.
  private let ranges: [ClosedRange<Double>]
  var isRandom: Bool { true }

  init(yaml: YAMLMapping) throws {
    let mapping = try yaml.mapping(Self.name)
    ranges = try Self.keys.map { key in
      let isHue = key == "hue"
      let width = try mapping.optionalNumber(key) ?? 0
      let limit = isHue ? 0.5 : 100
      guard (0...limit).contains(width) else { throw mapping.invalidValue(of: key, mustBe: "between 0 and \(limit)") }
      return isHue ? -width...width : max(0, 1 - width)...1 + width
    }
  }

  func outputShape(of shape: ActivationShape) throws -> ActivationShape {
    let channels = try image(shape).channels
    guard channels == 1 || channels == 3 else {
      throw TrainerError(.shapeMismatch, "\"\(Self.name)\" is for images of 1 or 3 channels, not for shape \(shape)")
    }
    return shape
  }

  func apply(_ image: PixelImage, random: CounterRandom?, into target: UnsafeMutableRawPointer) {
    image.copy(into: target)
    guard let random else { return }
    let pixels = UnsafeMutableBufferPointer(
      start: target.assumingMemoryBound(to: UInt8.self), count: image.shape.elementCount)
    for index in Self.order(random) {
      let range = ranges[index]
      guard range.lowerBound < range.upperBound else { continue }
      let factor = random.uniform(at: UInt64(index), in: range)
      switch Self.keys[index] {
      case "brightness": ColorAdjustment.brightness(pixels, Float(factor))
      case "contrast": ColorAdjustment.contrast(pixels, channels: image.channels, Float(factor))
      case "saturation": ColorAdjustment.saturation(pixels, channels: image.channels, Float(factor))
      default: ColorAdjustment.hue(pixels, channels: image.channels, factor)
      }
    }
  }

  private static func order(_ random: CounterRandom) -> [Int] {
    var order = Array(keys.indices)
    for index in stride(from: 3, to: 0, by: -1) {
      order.swapAt(index, random.integer(at: UInt64(3 + index), below: index + 1))
    }
    return order
  }
}
