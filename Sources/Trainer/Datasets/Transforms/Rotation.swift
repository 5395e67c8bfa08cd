import Foundation

/// Turns images counter-clockwise about their centre, keeping their size, with bilinear interpolation and black
/// corners: bit for bit what Pillow's `Image.rotate(angle, resample=BILINEAR, fillcolor=0)` does on 8-bit images, and
/// so what torchvision's `rotate` does on PIL images.
///
/// An output pixel (x, y) shows the input at R(-angle) ((x + ½, y + ½) - centre) + centre, if that lies in the image,
/// from the four pixels around it, the image's border repeated; the value is truncated. Half turns, and quarter turns
/// of square images, move pixels without arithmetic.
///
/// DType: f64 coordinates and interpolation; the matrix is rounded to 15 decimals as Pillow rounds it.
/// Determinism: one thread, fixed order. Source: Pillow, `Image.rotate` and `Geometry.c`.
package struct Rotation: Sendable {
  private enum Method: Sendable {
    case copy
    case halfTurn
    case quarterTurn
    case threeQuarterTurn
    /// Rows (a, b, c) and (d, e, f): input x = a x + b y + c, input y = d x + e y + f.
    case interpolate(a: Double, b: Double, c: Double, d: Double, e: Double, f: Double)
  }

  private let width: Int
  private let height: Int
  private let channels: Int
  private let method: Method

  /// - Parameter degrees: any finite angle.
  package init(degrees: Double, width: Int, height: Int, channels: Int) {
    self.width = width
    self.height = height
    self.channels = channels
    var angle = fmod(degrees, 360)
    if angle < 0 { angle += 360 }
    switch angle {
    case 0: method = .copy
    case 180: method = .halfTurn
    case 90 where width == height: method = .quarterTurn
    case 270 where width == height: method = .threeQuarterTurn
    default: method = Self.interpolation(degrees: angle, width: width, height: height)
    }
  }

  private static func interpolation(degrees: Double, width: Int, height: Int) -> Method {
    let radians = -(degrees * (Double.pi / 180))
    let (cosine, sine) = (rounded(cos(radians)), rounded(sin(radians)))
    let negativeSine = rounded(-sin(radians))
    let (centerX, centerY) = (Double(width) / 2, Double(height) / 2)
    return .interpolate(
      a: cosine, b: sine, c: cosine * -centerX + sine * -centerY + 0.0 + centerX,
      d: negativeSine, e: cosine, f: negativeSine * -centerX + cosine * -centerY + 0.0 + centerY)
  }

  /// Python's `round(value, 15)`: the nearest decimal of 15 places, correctly rounded both ways.
  private static func rounded(_ value: Double) -> Double {
    Double(String(format: "%.15f", value)) ?? value
  }

  /// Writes the turned image. Shapes: both [height, width, channels]; they must not overlap.
  package func apply(_ source: UnsafePointer<UInt8>, into target: UnsafeMutablePointer<UInt8>) {
    switch method {
    case .copy:
      target.update(from: source, count: width * height * channels)
    case .halfTurn:
      move(source, into: target) { x, y in (width - 1 - x, height - 1 - y) }
    case .quarterTurn:
      move(source, into: target) { x, y in (width - 1 - y, x) }
    case .threeQuarterTurn:
      move(source, into: target) { x, y in (y, height - 1 - x) }
    case .interpolate(let a, let b, let c, let d, let e, let f):
      for y in 0..<height {
        for x in 0..<width {
          let (inputX, inputY) = (Double(x) + 0.5, Double(y) + 0.5)
          sample(
            source, atX: a * inputX + b * inputY + c, y: d * inputX + e * inputY + f,
            into: target + (y * width + x) * channels)
        }
      }
    }
  }

  private func move(
    _ source: UnsafePointer<UInt8>, into target: UnsafeMutablePointer<UInt8>, from place: (Int, Int) -> (Int, Int)
  ) {
    for y in 0..<height {
      for x in 0..<width {
        let (sourceX, sourceY) = place(x, y)
        (target + (y * width + x) * channels)
          .update(from: source + (sourceY * width + sourceX) * channels, count: channels)
      }
    }
  }

  /// One pixel at a place in the input, black outside it.
  private func sample(
    _ source: UnsafePointer<UInt8>, atX inputX: Double, y inputY: Double, into pixel: UnsafeMutablePointer<UInt8>
  ) {
    guard inputX >= 0, inputX < Double(width), inputY >= 0, inputY < Double(height) else {
      pixel.update(repeating: 0, count: channels)
      return
    }
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
