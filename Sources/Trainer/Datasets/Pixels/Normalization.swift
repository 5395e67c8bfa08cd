import Documents

/// Pixels to a network's numbers: bytes are divided by 255, then `normalize: {mean: […], std: […]}` takes each channel's
/// mean off and divides by its standard deviation.
///
/// Formula: x = (p / 255 - mean[c]) / std[c] of bytes, (p - mean[c]) / std[c] of floats. DType: f32, as torchvision's
/// ToTensor and Normalize compute it.
struct Normalization: Sendable, Equatable {
  /// One value for each channel, or one for all.
  private let means: [Float]
  private let deviations: [Float]

  /// As ToTensor leaves pixels.
  static let none = Normalization(means: [], deviations: [])

  private init(means: [Float], deviations: [Float]) {
    self.means = means
    self.deviations = deviations
  }

  init(yaml: YAMLMapping) throws {
    guard let mapping = try yaml.optionalMapping("normalize") else {
      self = .none
      return
    }
    let means = try mapping.oneOrMoreNumbers("mean").map(Float.init)
    let deviations = try mapping.oneOrMoreNumbers("std").map(Float.init)
    guard !means.isEmpty, means.allSatisfy(\.isFinite) else {
      throw mapping.invalidValue(of: "mean", mustBe: "a number, or one for each channel")
    }
    guard deviations.count == means.count, deviations.allSatisfy({ $0 > 0 && $0.isFinite }) else {
      throw mapping.invalidValue(of: "std", mustBe: "above 0, and as many as \"mean\"")
    }
    self.init(means: means, deviations: deviations)
  }

  var isNone: Bool { means.isEmpty }

  /// - Throws: `TrainerError` with code `shapeMismatch` for another number of channels.
  func check(_ shape: ActivationShape) throws {
    guard means.count <= 1 || means.count == shape.dimensions[0] else {
      throw TrainerError(
        .shapeMismatch, "\"normalize\" has \(means.count) means, the samples have \(shape.dimensions[0]) channels")
    }
  }

  /// The value of one pixel's channel.
  @inline(__always)
  private func normalized(_ value: Float, channel: Int) -> Float {
    if means.isEmpty { return value }
    let index = means.count == 1 ? 0 : channel
    return (value - means[index]) / deviations[index]
  }

  /// What each of the 256 bytes becomes in each channel: [channels, 256].
  func table(channels: Int) -> [Float] {
    (0..<channels).flatMap { channel in (0..<256).map { normalized(Float($0) / 255, channel: channel) } }
  }

  /// Writes pixels [positions, channels] of floats as the network's numbers.
  func apply(
    _ pixels: UnsafeBufferPointer<Float>, channels: Int, into target: UnsafeMutablePointer<Float>
  ) {
    guard let start = pixels.baseAddress else { return }
    guard !means.isEmpty else { return target.update(from: start, count: pixels.count) }
    for index in 0..<pixels.count { target[index] = normalized(pixels[index], channel: index % channels) }
  }
}
