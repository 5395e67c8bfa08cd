import Foundation
import Testing
import Trainer

/// The small data files beside Golden/Datasets/generate.py.
enum DataFiles {
  static let folder = DataFolder(
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Golden/Datasets").path(percentEncoded: false))

  static func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(filePath: "\(folder.path)/\(name)")))
  }

  /// The data set of a description, from those files unless others are given.
  static func load(_ yaml: String, _ folder: DataFolder = folder) throws -> ImageDataset {
    try DatasetDescription.parse(yaml, name: "data.yaml").load(dataFolder: folder)
  }

  /// The data set of a description, from files in memory.
  static func load(_ yaml: String, files: [String: [UInt8]]) throws -> ImageDataset {
    let temporary = try TemporaryDataFolder(files)
    return try withExtendedLifetime(temporary) { try load(yaml, temporary.folder) }
  }
}

extension ExampleSource {
  /// All rows' inputs in memory order, one after the other.
  func inputs(_ augmentation: Augmentation? = nil) throws -> [Float] {
    let count = inputShape.elementCount
    return try (0..<self.count).flatMap { row in
      try [Float](unsafeUninitializedCapacity: count) { buffer, filled in
        let start = try #require(buffer.baseAddress)
        try copyInput(row: row, augmentation: augmentation, into: start)
        filled = count
      }
    }
  }

  /// The inputs as the bytes they were before they were divided by 255.
  var pixels: [UInt8] {
    get throws {
      try inputs().map { value in
        let byte = try #require(UInt8(exactly: (value * 255).rounded()))
        #expect(Float(byte) / 255 == value)
        return byte
      }
    }
  }
}

extension ImageDataset {
  /// Every row.
  func all() throws -> ExampleSet { try examples(RowSelection()) }
}
