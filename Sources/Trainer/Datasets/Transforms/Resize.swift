import Documents
import Tensors

/// `resize: 32` makes the smaller side 32 pixels and keeps the proportions, `resize: [32, 48]` makes height and width;
/// torchvision's Resize of images, bilinear with antialiasing. `resize: {size: 32, filter: bicubic}` is the other filter.
struct Resize: ImageTransform {
  static let name = "resize"

  private let size: ImageSizeRule
  private let filter: Resampling.Filter

  init(yaml: YAMLMapping) throws {
    let mapping = yaml.isMapping(Self.name) ? try yaml.mapping(Self.name) : nil
    size = try ImageSizeRule(mapping ?? yaml, mapping == nil ? Self.name : "size")
    filter = try Resampling.Filter.optional(mapping) ?? .bilinear
  }

  func outputShape(of shape: ActivationShape) throws -> ActivationShape {
    let (channels, height, width) = try image(shape)
    let size = size.size(height: height, width: width)
    return .image(channels: channels, height: size.height, width: size.width)
  }

  func apply(_ image: PixelImage, random: CounterRandom?, into target: UnsafeMutableRawPointer) {
    let size = size.size(height: image.height, width: image.width)
    Resampling(
      height: image.height, width: image.width, channels: image.channels, toHeight: size.height, width: size.width,
      filter: filter
    ).apply(image.bytes, into: target.assumingMemoryBound(to: UInt8.self))
  }
}

/// The size images are to have: both sides, or the smaller one.
enum ImageSizeRule: Sendable, Equatable {
  case smallerSide(Int)
  case sides(height: Int, width: Int)

  init(_ yaml: YAMLMapping, _ key: String) throws {
    let size = try yaml.imageSize(key)
    self = yaml.isList(key) ? .sides(height: size.height, width: size.width) : .smallerSide(size.height)
  }

  /// The larger side is rounded down, as torchvision does.
  func size(height: Int, width: Int) -> (height: Int, width: Int) {
    switch self {
    case .sides(let height, let width): return (height, width)
    case .smallerSide(let side):
      let (short, long) = (min(height, width), max(height, width))
      let longSide = Int(Double(side * long) / Double(short))
      return height <= width ? (side, longSide) : (longSide, side)
    }
  }
}

extension Resampling.Filter {
  /// `filter` of a mapping.
  static func optional(_ yaml: YAMLMapping?) throws -> Resampling.Filter? {
    guard let yaml, let text = try yaml.optionalString("filter") else { return nil }
    guard let filter = Resampling.Filter(rawValue: text) else {
      throw yaml.invalidValue(of: "filter", mustBe: allCases.map(\.rawValue).joined(separator: " or "))
    }
    return filter
  }
}
