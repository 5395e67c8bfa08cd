import Documents
import Glibc
import Tensors

/// `random-resized-crop: {size: 224, scale: [0.7, 1], ratio: [0.75, 1.3333]}`: a rectangle anywhere in the image, of a
/// share of its area in `scale` ([0.08, 1] unless given) and of a ratio of width to height in `ratio` ([3/4, 4/3]), made
/// `size`; torchvision's RandomResizedCrop. In evaluation it is the whole image made `size`.
///
/// Determinism: draws 4 t to 4 t + 3 of the row's numbers are area, ratio, top and left of try t; after ten tries that do
/// not fit it is a rectangle in the middle, of the nearest ratio.
struct RandomResizedCrop: ImageTransform {
  static let name = "random-resized-crop"

  private let size: (height: Int, width: Int)
  private let scale: ClosedRange<Double>
  private let ratio: ClosedRange<Double>
  private let filter: Resampling.Filter
  var isRandom: Bool { true }

  private struct Rectangle {
    let top: Int
    let left: Int
    let height: Int
    let width: Int
  }

  init(yaml: YAMLMapping) throws {
    let mapping = try yaml.mapping(Self.name)
    size = try mapping.imageSize("size")
    scale = try mapping.range("scale", default: 0.08...1, within: 0.0001...1)
    ratio = try mapping.range("ratio", default: 3.0 / 4...4.0 / 3, within: 0.01...100)
    filter = try Resampling.Filter.optional(mapping) ?? .bilinear
  }

  func outputShape(of shape: ActivationShape) throws -> ActivationShape {
    .image(channels: try image(shape).channels, height: size.height, width: size.width)
  }

  func apply(_ image: PixelImage, random: CounterRandom?, into target: UnsafeMutableRawPointer) {
    let whole = Rectangle(top: 0, left: 0, height: image.height, width: image.width)
    let part = random.map { rectangle(image, $0) } ?? whole
    let resampling = Resampling(
      height: part.height, width: part.width, channels: image.channels, toHeight: size.height, width: size.width,
      filter: filter)
    withUnsafeTemporaryAllocation(
      byteCount: part.height * part.width * image.channels, alignment: 1
    ) { memory in
      guard let crop = memory.baseAddress else { return }
      image.copyRectangle(top: part.top, left: part.left, height: part.height, width: part.width, into: crop)
      resampling.apply(
        UnsafePointer(crop.assumingMemoryBound(to: UInt8.self)), into: target.assumingMemoryBound(to: UInt8.self))
    }
  }

  private func rectangle(_ image: PixelImage, _ random: CounterRandom) -> Rectangle {
    let area = Double(image.height * image.width)
    for attempt in 0..<UInt64(10) {
      let share = area * random.uniform(at: 4 * attempt, in: scale)
      let aspect = exp(random.uniform(at: 4 * attempt + 1, in: log(ratio.lowerBound)...log(ratio.upperBound)))
      let width = Int((share * aspect).squareRoot().rounded(.toNearestOrEven))
      let height = Int((share / aspect).squareRoot().rounded(.toNearestOrEven))
      guard (1...image.width).contains(width), (1...image.height).contains(height) else { continue }
      return Rectangle(
        top: random.integer(at: 4 * attempt + 2, below: image.height - height + 1),
        left: random.integer(at: 4 * attempt + 3, below: image.width - width + 1), height: height, width: width)
    }
    return middle(image)
  }

  /// The largest rectangle in the middle whose ratio is allowed.
  private func middle(_ image: PixelImage) -> Rectangle {
    var (height, width) = (image.height, image.width)
    let aspect = Double(width) / Double(height)
    if aspect < ratio.lowerBound {
      height = max(1, Int((Double(width) / ratio.lowerBound).rounded(.toNearestOrEven)))
    } else if aspect > ratio.upperBound {
      width = max(1, Int((Double(height) * ratio.upperBound).rounded(.toNearestOrEven)))
    }
    return Rectangle(
      top: (image.height - height) / 2, left: (image.width - width) / 2, height: height, width: width)
  }
}
