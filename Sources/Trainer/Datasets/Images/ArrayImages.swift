import Documents
import Tensors

/// Samples in arrays: rank 2 are features, [N, F]; rank 3 gray images, [N, H, W]; rank 4 images of channels.
///
/// Bytes stay bytes; every other type becomes F32.
struct ArrayImages: ImageStore {
  let count: Int
  let shape: ActivationShape
  let pixelType: PixelType
  private let arrays: [DataArray]
  /// The number of the first sample of each array.
  private let starts: [Int]
  private let isChannelsFirst: Bool

  /// Floats beyond this are checked when they are read, not before.
  private static let checkedByteLimit = 1 << 30

  /// - Parameter order: of the axes of arrays of rank 4; nil where it is to be seen from their sizes.
  /// - Throws: `TrainerError` with code `malformedDataFile` for arrays that hold no samples, samples of different shapes
  ///   or types, or numbers that are infinite or NaN.
  init(_ arrays: [DataArray], order: AxisOrder?) throws {
    guard let first = arrays.first else { throw TrainerError(.malformedDescription, "there is no file of images") }
    let dimensions = first.dimensions
    guard (2...4).contains(dimensions.count) else {
      throw TrainerError(
        .malformedDataFile,
        "\(first.name.quoted()) has shape \(dimensions), images have shape [N, H, W] or [N, H, W, C], features [N, F]")
    }
    let sample = Array(dimensions.dropFirst())
    guard sample.allSatisfy({ $0 > 0 }) else {
      throw TrainerError(.malformedDataFile, "\(first.name.quoted()) has samples of the empty shape \(sample)")
    }
    for array in arrays where Array(array.dimensions.dropFirst()) != sample || array.dtype != first.dtype {
      throw TrainerError(
        .malformedDataFile,
        "\(array.name.quoted()) has \(array.dtype.rawValue) samples of shape \(Array(array.dimensions.dropFirst())), "
          + "\(first.name.quoted()) \(first.dtype.rawValue) of \(sample)")
    }
    switch sample.count {
    case 1: (shape, isChannelsFirst) = (.features(sample[0]), false)
    case 2: (shape, isChannelsFirst) = (.image(channels: 1, height: sample[0], width: sample[1]), false)
    default:
      let order = try order ?? AxisOrder.inferred(dimensions, name: first.name)
      isChannelsFirst = order == .channelsFirst
      shape =
        isChannelsFirst
        ? .image(channels: sample[0], height: sample[1], width: sample[2])
        : .image(channels: sample[2], height: sample[0], width: sample[1])
    }
    pixelType = first.dtype == .u8 ? .byte : .float
    var starts: [Int] = []
    var count = 0
    for array in arrays {
      starts.append(count)
      count += array.dimensions[0]
    }
    (self.arrays, self.starts, self.count) = (arrays, starts, count)
    if pixelType == .float, arrays.reduce(0, { $0 + $1.byteCount }) <= Self.checkedByteLimit { try checkAll() }
  }

  private func checkAll() throws {
    for image in 0..<count { try withPixels(image) { _ in } }
  }

  func withPixels<Result>(_ image: Int, _ body: (UnsafeRawBufferPointer) throws -> Result) throws -> Result {
    var index = starts.count - 1
    while index > 0 && starts[index] > image { index -= 1 }
    let array = arrays[index]
    let row = image - starts[index]
    return try array.withRow(row) { bytes in
      guard pixelType == .float else {
        return isChannelsFirst ? try moved(bytes, as: UInt8.self, body) : try body(bytes)
      }
      return try withUnsafeTemporaryAllocation(of: Float.self, capacity: shape.elementCount) { floats in
        try array.convert(bytes, into: floats)
        if let place = floats.firstIndex(where: { !$0.isFinite }) {
          throw TrainerError(
            .malformedDataFile,
            "row \(row) of \(array.name.quoted()) has \(floats[place]) at place \(place) of \(shape.elementCount)")
        }
        let bytes = UnsafeRawBufferPointer(floats)
        return isChannelsFirst ? try moved(bytes, as: Float.self, body) : try body(bytes)
      }
    }
  }

  /// Pixels [C, H, W] as [H, W, C].
  private func moved<Pixel: BitwiseCopyable, Result>(
    _ source: UnsafeRawBufferPointer, as type: Pixel.Type, _ body: (UnsafeRawBufferPointer) throws -> Result
  ) throws -> Result {
    let channels = shape.dimensions[0]
    let positions = shape.elementCount / channels
    return try withUnsafeTemporaryAllocation(of: Pixel.self, capacity: shape.elementCount) { target in
      for channel in 0..<channels {
        for position in 0..<positions {
          target[position * channels + channel] = source.loadUnaligned(
            fromByteOffset: (channel * positions + position) * MemoryLayout<Pixel>.size, as: Pixel.self)
        }
      }
      return try body(UnsafeRawBufferPointer(target))
    }
  }
}
