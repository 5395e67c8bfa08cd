import Documents
import Tensors

extension YAMLMapping {
  /// The largest side of an image.
  static let sideLimit = 1 << 14

  /// The size of an image: one number for both sides, or [height, width].
  func imageSize(_ key: String) throws -> (height: Int, width: Int) {
    let sides = isList(key) ? try integers(key) : [try integer(key)]
    guard (1...2).contains(sides.count), sides.allSatisfy({ (1...Self.sideLimit).contains($0) }) else {
      throw invalidValue(of: key, mustBe: "a number of pixels from 1 to \(Self.sideLimit), or [height, width]")
    }
    return (sides[0], sides[sides.count - 1])
  }

  /// Two numbers in ascending order.
  func range(_ key: String, default preset: ClosedRange<Double>, within bounds: ClosedRange<Double>) throws
    -> ClosedRange<Double>
  {
    guard let ends = try optionalNumbers(key) else { return preset }
    guard ends.count == 2, ends[0] <= ends[1], bounds.contains(ends[0]), bounds.contains(ends[1]) else {
      throw invalidValue(
        of: key, mustBe: "two numbers in ascending order from \(bounds.lowerBound) to \(bounds.upperBound)")
    }
    return ends[0]...ends[1]
  }

  /// A chance, 0 to 1.
  func chance(_ key: String) throws -> Double {
    let value = try number(key)
    guard (0...1).contains(value) else { throw invalidValue(of: key, mustBe: "between 0 and 1") }
    return value
  }
}

extension PixelImage {
  /// Bytes of one pixel, all channels.
  var pixelByteCount: Int { channels * pixelType.byteWidth }

  /// Writes the rectangle of `height` x `width` pixels whose corner stands at (`top`, `left`), which may lie outside:
  /// what is not in the image is 0.
  func copyRectangle(top: Int, left: Int, height: Int, width: Int, into target: UnsafeMutableRawPointer) {
    let size = pixelByteCount
    let (firstX, lastX) = (min(max(left, 0), self.width), max(min(left + width, self.width), 0))
    for y in 0..<height {
      let row = target + y * width * size
      let source = top + y
      guard source >= 0, source < self.height, firstX < lastX else {
        row.initializeMemory(as: UInt8.self, repeating: 0, count: width * size)
        continue
      }
      row.initializeMemory(as: UInt8.self, repeating: 0, count: (firstX - left) * size)
      (row + (firstX - left) * size)
        .copyMemory(from: start + (source * self.width + firstX) * size, byteCount: (lastX - firstX) * size)
      (row + (lastX - left) * size).initializeMemory(as: UInt8.self, repeating: 0, count: (left + width - lastX) * size)
    }
  }

  /// Writes the image as it is.
  func copy(into target: UnsafeMutableRawPointer) {
    target.copyMemory(from: start, byteCount: height * width * pixelByteCount)
  }
}

extension CounterRandom {
  /// A number uniform in the range.
  func uniform(at index: UInt64, in range: ClosedRange<Double>) -> Double {
    range.lowerBound + (range.upperBound - range.lowerBound) * uniform(at: index)
  }
}
