import Documents

/// Images in files of their own, decoded when they are asked for, as RGB.
struct FolderImages: ImageStore {
  let shape: ActivationShape
  let pixelType = PixelType.byte
  var isCostly: Bool { true }

  private let folder: DataFolder
  private let files: [String]
  /// All images are made this size; nil if they have it.
  private let filter: Resampling.Filter?

  var count: Int { files.count }

  /// - Parameters:
  ///   - files: names below the data folder.
  ///   - size: the size to give to all images; without it, all must be as large as the first.
  init(
    _ files: [String], in folder: DataFolder, size: (height: Int, width: Int)?, filter: Resampling.Filter
  ) throws {
    guard let first = files.first else { throw TrainerError(.insufficientRows, "there are no images") }
    let (height, width) = try size ?? DecodedImage.size(of: DataFile(path: "\(folder.path)/\(first)", name: first))
    shape = .image(channels: 3, height: height, width: width)
    self.files = files
    self.folder = folder
    self.filter = size == nil ? nil : filter
  }

  func withPixels<Result>(_ image: Int, _ body: (UnsafeRawBufferPointer) throws -> Result) throws -> Result {
    let name = files[image]
    let (targetHeight, targetWidth) = (shape.dimensions[1], shape.dimensions[2])
    return try DecodedImage.read(DataFile(path: "\(folder.path)/\(name)", name: name)) { pixels, height, width in
      if (height, width) == (targetHeight, targetWidth) {
        return try body(UnsafeRawBufferPointer(start: pixels, count: shape.elementCount))
      }
      guard let filter else {
        throw TrainerError(
          .malformedDataFile,
          "\(name.quoted()) has \(width) x \(height) pixels, \(files[0].quoted()) \(targetWidth) x \(targetHeight); "
            + "say \"size: [\(targetHeight), \(targetWidth)]\" to make all alike")
      }
      return try withUnsafeTemporaryAllocation(of: UInt8.self, capacity: shape.elementCount) { target in
        if let start = target.baseAddress {
          Resampling(
            height: height, width: width, channels: 3, toHeight: targetHeight, width: targetWidth, filter: filter
          ).apply(pixels, into: start)
        }
        return try body(UnsafeRawBufferPointer(target))
      }
    }
  }
}
