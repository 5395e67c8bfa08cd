/// An image between two transforms: pixels [height, width, channels] of bytes or floats.
package struct PixelImage {
  let start: UnsafeRawPointer
  let shape: ActivationShape
  let pixelType: PixelType

  var height: Int { shape.dimensions.count == 3 ? shape.dimensions[1] : 1 }
  var width: Int { shape.dimensions.count == 3 ? shape.dimensions[2] : 1 }
  var channels: Int { shape.dimensions[0] }

  /// The pixels as bytes; only for images of bytes.
  var bytes: UnsafePointer<UInt8> { start.assumingMemoryBound(to: UInt8.self) }
}
