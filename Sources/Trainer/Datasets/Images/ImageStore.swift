/// The samples of a data set's files by number, in memory or read when they are asked for. Samples are images, or plain
/// features.
protocol ImageStore: Sendable {
  var count: Int { get }
  /// Of every sample. In memory: height, width, channels.
  var shape: ActivationShape { get }
  var pixelType: PixelType { get }
  /// Whether a sample takes work, as decoding does, and not only reading.
  var isCostly: Bool { get }

  /// Calls `body` with the pixels of one sample, [height, width, channels] of `pixelType`. Called from several threads.
  ///
  /// - Throws: `TrainerError` that names the file and the row or offset of what cannot be read.
  func withPixels<Result>(_ image: Int, _ body: (UnsafeRawBufferPointer) throws -> Result) throws -> Result
}

extension ImageStore {
  var isCostly: Bool { false }
  var byteCount: Int { shape.elementCount * pixelType.byteWidth }
}

/// What one channel of a pixel is.
enum PixelType: Sendable, Equatable {
  /// 0 to 255, meaning 0 to 1.
  case byte
  /// F32, in native order, meaning itself.
  case float

  var byteWidth: Int { self == .byte ? 1 : 4 }
}
