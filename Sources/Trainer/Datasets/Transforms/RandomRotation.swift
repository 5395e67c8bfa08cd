import Documents
import Tensors

/// `random-rotation: 30` or `random-rotation: [-90, 90]`: turned about the centre by an angle from -30 to 30, or in the
/// range, bilinear, black corners; torchvision's RandomRotation. In evaluation it is not turned.
///
/// Determinism: the angle is draw 0 of the row's numbers.
struct RandomRotation: ImageTransform {
  static let name = "random-rotation"

  private let degrees: ClosedRange<Double>
  var isRandom: Bool { true }

  init(yaml: YAMLMapping) throws {
    degrees = try yaml.angles(Self.name) ?? 0...0
  }

  func apply(_ image: PixelImage, random: CounterRandom?, into target: UnsafeMutableRawPointer) {
    guard let random else { return image.copy(into: target) }
    Rotation.apply(degrees: random.uniform(at: 0, in: degrees), to: image, into: target)
  }
}

extension YAMLMapping {
  /// A range of degrees: both ends, or the distance to both from 0.
  func angles(_ key: String) throws -> ClosedRange<Double>? {
    if isList(key) { return try range(key, default: 0...0, within: -36000...36000) }
    guard let distance = try optionalNumber(key) else { return nil }
    guard (0...36000).contains(distance) else { throw invalidValue(of: key, mustBe: "between 0 and 36000 degrees") }
    return -distance...distance
  }
}
