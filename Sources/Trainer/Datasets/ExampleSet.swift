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

  package func copyInput(row: Int, augmentation: Augmentation?, into target: UnsafeMutablePointer<Float>) {
    let count = inputShape.elementCount
    pixels.withUnsafeBufferPointer { pixels in
      Self.scaled.withUnsafeBufferPointer { scaled in
        for index in 0..<count { target[index] = scaled[Int(pixels[row * count + index])] }
      }
    }
  }
}
