import CImageDecoders
import Documents

/// A JPEG or PNG file as RGB.
///
/// Checked by: FolderFormatTests, against Pillow.
enum DecodedImage {
  /// Pixels of one image.
  private static let pixelLimit = 1 << 26
  /// Bytes of one file.
  private static let byteLimit = 1 << 28

  /// Calls `body` with the pixels, [height, width, 3].
  ///
  /// - Throws: `TrainerError` with code `malformedDataFile` and the file's name for what is not an image or ends early,
  ///   `resourceLimit` for one of more than 67 million pixels.
  static func read<Result>(
    _ file: DataFile, _ body: (_ pixels: UnsafePointer<UInt8>, _ height: Int, _ width: Int) throws -> Result
  ) throws -> Result {
    try withStart(of: file) { start, count in
      let (height, width) = try size(start, count, of: file)
      return try withUnsafeTemporaryAllocation(of: UInt8.self, capacity: height * width * 3) { pixels in
        guard let target = pixels.baseAddress else { throw TrainerError(.resourceLimit, "there is no memory") }
        try check(file) { wgit_image_decode(start, count, UInt32(width), UInt32(height), target, $0) }
        return try body(UnsafePointer(target), height, width)
      }
    }
  }

  /// The size that a file announces.
  static func size(of file: DataFile) throws -> (height: Int, width: Int) {
    try withStart(of: file) { start, count in try size(start, count, of: file) }
  }

  /// Calls `body` with the bytes of a file.
  private static func withStart<Result>(
    of file: DataFile, _ body: (UnsafePointer<UInt8>, Int) throws -> Result
  ) throws -> Result {
    guard file.byteCount <= byteLimit else {
      throw TrainerError(.resourceLimit, "\(file.name.quoted()) has \(file.byteCount) bytes, more than \(byteLimit)")
    }
    return try file.withBytes(at: 0, count: file.byteCount) { bytes in
      guard let start = bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count > 0 else {
        throw TrainerError(.malformedDataFile, "\(file.name.quoted()) is no image: it is empty")
      }
      return try body(start, bytes.count)
    }
  }

  private static func size(
    _ bytes: UnsafePointer<UInt8>, _ count: Int, of file: DataFile
  ) throws -> (height: Int, width: Int) {
    var (width, height) = (UInt32(0), UInt32(0))
    try check(file) { wgit_image_size(bytes, count, &width, &height, $0) }
    guard width > 0, height > 0, UInt64(width) * UInt64(height) <= UInt64(pixelLimit) else {
      throw TrainerError(
        .resourceLimit, "\(file.name.quoted()) has \(width) x \(height) pixels, \(pixelLimit) at most are read")
    }
    return (Int(height), Int(width))
  }

  private static func check(
    _ file: DataFile, _ call: (UnsafeMutablePointer<CChar>) -> wgit_image_status
  ) throws {
    try withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(wgit_image_message_size)) { message in
      message.initialize(repeating: 0)
      guard let start = message.baseAddress else { return }
      let status = call(start)
      guard status != wgit_image_ok else { return }
      let reason = String(cString: start)
      guard status == wgit_image_corrupt else { throw TrainerError(.imageLibraryUnavailable, reason) }
      throw TrainerError(.malformedDataFile, "\(file.name.quoted()) is damaged, or no image: \(reason)")
    }
  }
}
