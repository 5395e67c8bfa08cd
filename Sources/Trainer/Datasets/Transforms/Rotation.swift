import Foundation

/// Turns images counter-clockwise about their centre, keeping their size, with bilinear interpolation and black
/// corners: bit for bit what Pillow's `Image.rotate(angle, resample=BILINEAR, fillcolor=0)` does on 8-bit images, and
/// so what torchvision's `rotate` does on PIL images.
///
/// Half turns, and quarter turns of square images, move pixels without arithmetic; other angles are an `AffineMap` by
/// R(-angle) about the centre, whose matrix is rounded to 15 decimals as Pillow rounds it.
///
/// Determinism: one thread, fixed order. Source: Pillow, `Image.rotate`. Checked by: RotationTests.
package struct Rotation: Sendable {
  private enum Method: Sendable {
    case copy
    case halfTurn
    case quarterTurn
    case threeQuarterTurn
    case interpolate(AffineMap)
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
    default: method = .interpolate(Self.map(degrees: angle, width: width, height: height))
    }
  }

  private static func map(degrees: Double, width: Int, height: Int) -> AffineMap {
    let radians = -(degrees * (Double.pi / 180))
    let (cosine, sine) = (rounded(cos(radians)), rounded(sin(radians)))
    let negativeSine = rounded(-sin(radians))
    let (centerX, centerY) = (Double(width) / 2, Double(height) / 2)
    return AffineMap(
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
    case .interpolate(let map):
      map.apply(source, into: target, height: height, width: width, channels: channels)
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
}

extension Rotation {
  /// Turns an image between two transforms.
  static func apply(degrees: Double, to image: PixelImage, into target: UnsafeMutableRawPointer) {
    Rotation(degrees: degrees, width: image.width, height: image.height, channels: image.channels)
      .apply(image.bytes, into: target.assumingMemoryBound(to: UInt8.self))
  }
}
