import Documents
import Glibc
import Tensors

/// `random-affine: {degrees: 10, translate: [0.1, 0.1], scale: [0.8, 1.25], shear: 15}`: turned, shifted by up to a share
/// of width and height, scaled and sheared about the centre, bilinear, black outside; torchvision's RandomAffine. Each may
/// be left out. In evaluation it is left as it is.
///
/// `shear` is along x, in degrees: a number or a range, like `degrees`; `shear-y` is along y. Shifts are whole pixels.
///
/// Determinism: draws 0 to 5 of the row's numbers are angle, shift along x and y, scale, shear along x and y.
struct RandomAffine: ImageTransform {
  static let name = "random-affine"

  private let degrees: ClosedRange<Double>
  /// Shares of width and height.
  private let shifts: (x: Double, y: Double)
  private let scale: ClosedRange<Double>
  private let shearX: ClosedRange<Double>
  private let shearY: ClosedRange<Double>
  var isRandom: Bool { true }

  init(yaml: YAMLMapping) throws {
    let mapping = try yaml.mapping(Self.name)
    degrees = try mapping.angles("degrees") ?? 0...0
    let shares = try mapping.optionalNumbers("translate") ?? [0, 0]
    guard shares.count == 2, shares.allSatisfy({ (0...1).contains($0) }) else {
      throw mapping.invalidValue(of: "translate", mustBe: "shares of width and height from 0 to 1")
    }
    shifts = (shares[0], shares[1])
    scale = try mapping.range("scale", default: 1...1, within: 0.01...100)
    shearX = try mapping.angles("shear") ?? 0...0
    shearY = try mapping.angles("shear-y") ?? 0...0
    for key in ["shear", "shear-y"] {
      let angles = key == "shear" ? shearX : shearY
      guard (-89...89).contains(angles.lowerBound), angles.upperBound <= 89 else {
        throw mapping.invalidValue(of: key, mustBe: "between -89 and 89 degrees")
      }
    }
  }

  func apply(_ image: PixelImage, random: CounterRandom?, into target: UnsafeMutableRawPointer) {
    guard let random else { return image.copy(into: target) }
    let shift = { (draw: UInt64, share: Double, side: Int) in
      random.uniform(at: draw, in: -share * Double(side)...share * Double(side)).rounded(.toNearestOrEven)
    }
    AffineMap(
      degrees: random.uniform(at: 0, in: degrees), shiftX: shift(1, shifts.x, image.width),
      shiftY: shift(2, shifts.y, image.height), scale: random.uniform(at: 3, in: scale),
      shearX: random.uniform(at: 4, in: shearX), shearY: random.uniform(at: 5, in: shearY), width: image.width,
      height: image.height
    ).apply(
      image.bytes, into: target.assumingMemoryBound(to: UInt8.self), height: image.height, width: image.width,
      channels: image.channels)
  }
}

extension AffineMap {
  /// The map that turns an image about its centre, shears, scales and shifts it, as torchvision's `affine` has it.
  ///
  /// - Parameters:
  ///   - degrees: clockwise.
  ///   - shearX: degrees, likewise `shearY`.
  init(
    degrees: Double, shiftX: Double, shiftY: Double, scale: Double, shearX: Double, shearY: Double, width: Int,
    height: Int
  ) {
    let radians = { (degrees: Double) in degrees * (Double.pi / 180) }
    let (turn, x, y) = (radians(degrees), radians(shearX), radians(shearY))
    let a = cos(turn - y) / cos(y)
    let b = -cos(turn - y) * tan(x) / cos(y) - sin(turn)
    let c = sin(turn - y) / cos(y)
    let d = -sin(turn - y) * tan(x) / cos(y) + cos(turn)
    let (centerX, centerY) = (Double(width) * 0.5, Double(height) * 0.5)
    let (back, forth) = ((x: -centerX - shiftX, y: -centerY - shiftY), (x: centerX, y: centerY))
    let matrix = [d / scale, -b / scale, -c / scale, a / scale]
    self.init(
      a: matrix[0], b: matrix[1], c: matrix[0] * back.x + matrix[1] * back.y + forth.x,
      d: matrix[2], e: matrix[3], f: matrix[2] * back.x + matrix[3] * back.y + forth.y)
  }
}
