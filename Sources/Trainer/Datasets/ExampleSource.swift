/// Labelled examples a network can be run on, by row number.
package protocol ExampleSource: Sendable {
  var inputShape: ActivationShape { get }
  var labels: [Int32] { get }

  /// Writes one row in the memory order of `inputShape`.
  func copyInput(row: Int, into target: UnsafeMutablePointer<Float>)
}

extension ExampleSource {
  package var count: Int { labels.count }
}

/// Examples whose inputs are already floats: features cached for a linear probe.
package struct FeatureSet: ExampleSource {
  package let inputShape: ActivationShape
  package let labels: [Int32]
  /// [count, features].
  let features: FloatBuffer

  package func copyInput(row: Int, into target: UnsafeMutablePointer<Float>) {
    let count = inputShape.elementCount
    target.update(from: features.start + row * count, count: count)
  }
}

/// Images as bytes, in memory [count, height, width, channels]; as inputs they are scaled to [0, 1].
package struct ExampleSet: ExampleSource {
  package let inputShape: ActivationShape
  package let labels: [Int32]
  /// The domain of each row, an index into `domainNames`.
  package let domains: [Int32]
  package let domainNames: [String]
  package let pixels: [UInt8]

  /// value / 255 in f32 for every byte: torchvision's ToTensor.
  private static let scaled: [Float] = (0...255).map { Float($0) / 255 }

  package func copyInput(row: Int, into target: UnsafeMutablePointer<Float>) {
    let count = inputShape.elementCount
    pixels.withUnsafeBufferPointer { pixels in
      Self.scaled.withUnsafeBufferPointer { scaled in
        for index in 0..<count { target[index] = scaled[Int(pixels[row * count + index])] }
      }
    }
  }
}
