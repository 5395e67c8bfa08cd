/// Why an input shape does not fit a layer; the network adds which layer and which shape.
package struct ShapeRefusal: Error {
  let reason: String

  /// For a layer of images that is given something else.
  static func imageExpected(_ input: ActivationShape) -> ShapeRefusal {
    if case .sequence = input { return ShapeRefusal(reason: "it takes an image, not a sequence") }
    return ShapeRefusal(reason: "it takes an image, not features")
  }
}
