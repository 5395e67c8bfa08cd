/// Changes of brightness, contrast, saturation and hue of images of bytes, as torchvision's functions do them on PIL
/// images: `factor` 1 leaves an image as it is, 0 is black, gray or without colour; a hue factor of 0 leaves it.
///
/// Shapes: [positions, channels], 1 or 3 channels; images of one channel have neither saturation nor hue.
/// DType: f32 for blending, f32 and f64 for hues, as Pillow mixes them; blended values are truncated to bytes.
/// Source: Pillow, `ImageEnhance`, `Blend.c` and `Convert.c`. Checked by: ColorJitterTests, against torchvision.
package enum ColorAdjustment {
  /// pixel <- other + factor (pixel - other), kept within bytes.
  @inline(__always)
  private static func blend(_ pixel: UInt8, from other: UInt8, _ factor: Float) -> UInt8 {
    let value = Float(other) + factor * Float(Int32(pixel) - Int32(other))
    return value <= 0 ? 0 : value >= 255 ? 255 : UInt8(value)
  }

  package static func brightness(_ pixels: UnsafeMutableBufferPointer<UInt8>, _ factor: Float) {
    for index in pixels.indices { pixels[index] = blend(pixels[index], from: 0, factor) }
  }

  /// Away from the mean luma of the image, which is rounded.
  package static func contrast(_ pixels: UnsafeMutableBufferPointer<UInt8>, channels: Int, _ factor: Float) {
    let positions = pixels.count / channels
    guard positions > 0, let start = pixels.baseAddress else { return }
    var sum = 0
    for position in 0..<positions {
      sum += Int(channels == 3 ? Grayscale.luma(start + 3 * position) : start[position])
    }
    let mean = UInt8(Double(sum) / Double(positions) + 0.5)
    for index in pixels.indices { pixels[index] = blend(pixels[index], from: mean, factor) }
  }

  package static func saturation(_ pixels: UnsafeMutableBufferPointer<UInt8>, channels: Int, _ factor: Float) {
    guard channels == 3, let start = pixels.baseAddress else { return }
    for pixel in stride(from: 0, to: pixels.count, by: 3) {
      let luma = Grayscale.luma(start + pixel)
      for index in pixel..<pixel + 3 { start[index] = blend(start[index], from: luma, factor) }
    }
  }

  /// - Parameter factor: of the whole circle of hues, -0.5 to 0.5.
  package static func hue(_ pixels: UnsafeMutableBufferPointer<UInt8>, channels: Int, _ factor: Double) {
    guard channels == 3, let start = pixels.baseAddress else { return }
    let shift = UInt8(truncatingIfNeeded: Int(factor * 255))
    for pixel in stride(from: 0, to: pixels.count, by: 3) {
      let (hue, saturation, value) = hueSaturationValue(start + pixel)
      setColor(start + pixel, hue: hue &+ shift, saturation: saturation, value: value)
    }
  }

  private static func hueSaturationValue(_ pixel: UnsafePointer<UInt8>) -> (UInt8, UInt8, UInt8) {
    let (red, green, blue) = (pixel[0], pixel[1], pixel[2])
    let (largest, smallest) = (max(red, green, blue), min(red, green, blue))
    guard largest > smallest else { return (0, 0, largest) }
    let range = Float(largest - smallest)
    let saturation = range / Float(largest)
    let distance = { (channel: UInt8) in Float(largest - channel) / range }
    var hue: Float
    if red == largest {
      hue = distance(blue) - distance(green)
    } else if green == largest {
      hue = Float(2 + Double(distance(red)) - Double(distance(blue)))
    } else {
      hue = Float(4 + Double(distance(green)) - Double(distance(red)))
    }
    hue = Float((Double(hue) / 6 + 1).truncatingRemainder(dividingBy: 1))
    return (UInt8(clamping: Int(Double(hue) * 255)), UInt8(clamping: Int(Double(saturation) * 255)), largest)
  }

  private static func setColor(
    _ pixel: UnsafeMutablePointer<UInt8>, hue: UInt8, saturation: UInt8, value: UInt8
  ) {
    guard saturation > 0 else { return pixel.update(repeating: value, count: 3) }
    let sixth = Double(hue) * 6 / 255
    let sector = Int(sixth.rounded(.down))
    let fraction = Float(sixth - Double(sector))
    let strength = Float(Double(saturation) / 255)
    let shade = { (share: Double) in UInt8(clamping: Int((Double(value) * (1 - share)).rounded())) }
    let p = shade(Double(strength))
    let q = shade(Double(strength * fraction))
    let t = shade(Double(strength) * (1 - Double(fraction)))
    switch sector % 6 {
    case 0: (pixel[0], pixel[1], pixel[2]) = (value, t, p)
    case 1: (pixel[0], pixel[1], pixel[2]) = (q, value, p)
    case 2: (pixel[0], pixel[1], pixel[2]) = (p, value, t)
    case 3: (pixel[0], pixel[1], pixel[2]) = (p, q, value)
    case 4: (pixel[0], pixel[1], pixel[2]) = (t, p, value)
    default: (pixel[0], pixel[1], pixel[2]) = (value, p, q)
    }
  }
}
