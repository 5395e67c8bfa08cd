/// A copy of an image with zeros around it, so that every window lies inside.
struct PaddedImage {
  let size: Pair
  let channels: Int
  let start: UnsafeMutablePointer<Float>

  var lineStride: Int { size.width * channels }
  var elementCount: Int { size.height * lineStride }

  /// Copies `image`, of `imageSize`, to `place` in a block of `size` that is zero elsewhere.
  ///
  /// Shapes: image [imageSize, channels]; `memory` holds size x channels floats.
  init(
    _ image: UnsafePointer<Float>, _ imageSize: Pair, channels: Int, at place: Pair, in size: Pair,
    memory: UnsafeMutablePointer<Float>
  ) {
    self.size = size
    self.channels = channels
    start = memory
    let rowCount = imageSize.width * channels
    let lineStride = size.width * channels
    let left = place.width * channels
    var zero = memory
    for row in 0..<imageSize.height {
      let target = memory + (row + place.height) * lineStride + left
      zero.update(repeating: 0, count: target - zero)
      target.update(from: image + row * rowCount, count: rowCount)
      zero = target + rowCount
    }
    zero.update(repeating: 0, count: memory + size.height * lineStride - zero)
  }
}
