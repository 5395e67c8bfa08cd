import Glibc

/// Where each pixel of an image comes from: input (x, y) = (a x + b y + c, d x + e y + f), with bilinear interpolation and
/// black outside: bit for bit what Pillow's `Image.transform(size, AFFINE, …, BILINEAR)` does on 8-bit images.
///
/// An output pixel (x, y) shows the input at the map of (x + ½, y + ½), if that lies in the image, from the four pixels
/// around it, the image's border repeated; the value is truncated.
///
/// DType: f64. Determinism: one thread, fixed order. Source: Pillow, `Geometry.c`.
/// Checked by: RotationTests, RandomAffineTests.
struct AffineMap: Sendable, Equatable {
  let a: Double
  let b: Double
  let c: Double
  let d: Double
  let e: Double
  let f: Double

  /// Shapes: both [height, width, channels]; they must not overlap.
  func apply(
    _ source: UnsafePointer<UInt8>, into target: UnsafeMutablePointer<UInt8>, height: Int, width: Int, channels: Int
  ) {
    for y in 0..<height {
      for x in 0..<width {
        let (inputX, inputY) = (Double(x) + 0.5, Double(y) + 0.5)
        let pixel = target + (y * width + x) * channels
        let (fromX, fromY) = (a * inputX + b * inputY + c, d * inputX + e * inputY + f)
        guard fromX >= 0, fromX < Double(width), fromY >= 0, fromY < Double(height) else {
          pixel.update(repeating: 0, count: channels)
          continue
        }
        Self.interpolate(source, atX: fromX, y: fromY, height: height, width: width, channels: channels, into: pixel)
      }
    }
  }

  /// One pixel at a place in the input.
  @inline(__always)
  private static func interpolate(
    _ source: UnsafePointer<UInt8>, atX inputX: Double, y inputY: Double, height: Int, width: Int, channels: Int,
    into pixel: UnsafeMutablePointer<UInt8>
  ) {
    let (floorX, floorY) = ((inputX - 0.5).rounded(.down), (inputY - 0.5).rounded(.down))
    let (fractionX, fractionY) = (inputX - 0.5 - floorX, inputY - 0.5 - floorY)
    let (left, right) = (max(Int(floorX), 0), min(Int(floorX) + 1, width - 1))
    let (top, bottom) = (max(Int(floorY), 0), min(Int(floorY) + 1, height - 1))
    for channel in 0..<channels {
      let value = { (x: Int, y: Int) in Double(source[(y * width + x) * channels + channel]) }
      let upper = value(left, top) + (value(right, top) - value(left, top)) * fractionX
      let lower = value(left, bottom) + (value(right, bottom) - value(left, bottom)) * fractionX
      pixel[channel] = UInt8(upper + (lower - upper) * fractionY)
    }
  }
}
