import Documents
import Foundation
import Testing
import Trainer

struct FolderFormatTests {
  private static let golden = DataFolder(
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Golden/images").path(percentEncoded: false))

  private static func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(filePath: "\(golden.path)/\(name)")))
  }

  /// Loads from folders of these files, and reads every row.
  private func load(_ files: [String: [UInt8]], _ more: String = "") throws -> ImageDataset {
    try loaded(files, more).0
  }

  private func pixels(_ files: [String: [UInt8]], _ more: String = "") throws -> [UInt8] { try loaded(files, more).1 }

  private func loaded(_ files: [String: [UInt8]], _ more: String) throws -> (ImageDataset, [UInt8]) {
    let temporary = try TemporaryDataFolder([:])
    for (path, bytes) in files {
      let url = URL(filePath: "\(temporary.folder.path)/top/\(path)")
      try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(bytes).write(to: url)
    }
    return try withExtendedLifetime(temporary) {
      let dataset = try DataFiles.load("name: n\nformat: folder\nfolder: top\n" + more, temporary.folder)
      return (dataset, try dataset.all().pixels)
    }
  }

  /// The pixels of one image in a folder.
  private func pixels(_ name: String, _ bytes: [UInt8]) throws -> [UInt8] {
    try pixels(["class/\(name)": bytes], "layout: class")
  }

  @Test func pixelsAreThoseOfPillow() throws {
    let files = try #require(try Golden.read("transforms.json")["files"]?.objectValue)
    #expect(files.members.count == 10)
    for (name, expected) in files.members {
      let result = try pixels(name, Self.bytes(name))
      let bytes = try Golden.bytes(expected["pixels"])
      #expect(result == bytes, "\(name): \(zip(result, bytes).count { $0 != $1 }) of \(bytes.count) differ")
    }
  }

  @Test func foldersAreDomainsAndClasses() throws {
    let (color, gray) = (try Self.bytes("color.png"), try Self.bytes("gray.png"))
    let files = [
      "sketch/dog/2.PNG": gray, "sketch/dog/10.jpeg": try Self.bytes("best.jpg"), "sketch/cat/a.png": color,
      "art/dog/a.png": color, "art/horse/a.png": gray, "art/dog/notes.txt": [1], "art/dog/.hidden.png": [2],
    ]
    let dataset = try load(files, "size: [4, 6]")
    #expect(dataset.domainNames == ["art", "sketch"] && dataset.classNames == ["cat", "dog", "horse"])
    #expect(dataset.imageShape == .image(channels: 3, height: 4, width: 6) && dataset.classCount == 3)
    #expect(dataset.labels == [1, 2, 0, 1, 1] && dataset.domainCounts == [2, 3])
    let named = try load(files, "size: 5\nclasses: [horse, dog, cat]")
    #expect(named.labels == [1, 0, 2, 1, 1])
    expectTrainerError(.labelOutOfRange, "top/sketch/cat/a.png", "\"cat\"") {
      _ = try load(files, "size: 5\nclasses: [horse, dog]")
    }
    expectTrainerError(.malformedDescription, "4 classes", "3") { _ = try load(files, "size: 5\nclasses: 4") }
  }

  @Test func withoutASizeImagesMustBeAlike() throws {
    let (color, gray) = (try Self.bytes("color.png"), try Self.bytes("gray.png"))
    #expect(
      try load(["a/b/1.png": color, "a/b/2.jpg": Self.bytes("half.jpg")]).imageShape
        == .image(channels: 3, height: 10, width: 13))
    expectTrainerError(.malformedDataFile, "top/a/b/2.png", "6 x 9", "size: [10, 13]") {
      _ = try load(["a/b/1.png": color, "a/b/2.png": gray])
    }
  }

  /// `size` is the same as the transform `resize`, which is compared with Pillow.
  @Test func sizesAreMadeAsByTheTransform() throws {
    let files = ["a/b/1.png": try Self.bytes("color.png")]
    for (size, transform) in [
      ("[6, 7]", "{resize: {size: [6, 7], filter: bicubic}}"), ("20", "{resize: {size: [20, 20], filter: bicubic}}"),
    ] {
      let sized = try pixels(files, "size: \(size)\nfilter: bicubic")
      #expect(try sized == pixels(files, "transforms: [\(transform)]"))
    }
  }

  @Test(arguments: ["color.png", "best.jpg", "progressive.jpg", "palette.png"])
  func everyTruncationIsRefusedByName(name: String) throws {
    let bytes = try Self.bytes(name)
    // The last bytes of a PNG are the end chunk, those of a JPEG the end marker, whose loss Pillow forgives as well.
    for count in stride(from: 0, to: bytes.count - 2, by: 11) {
      expectTrainerError(.malformedDataFile, "\"top/class/\(name)\"") {
        _ = try pixels(name, Array(bytes.prefix(count)))
      }
    }
  }

  @Test(arguments: ["color.png", "best.jpg"])
  func damageNeverTraps(name: String) throws {
    let bytes = try Self.bytes(name)
    for index in stride(from: 0, to: bytes.count, by: 13) {
      var damaged = bytes
      damaged[index] ^= 0xFF
      _ = try? pixels(name, damaged)
    }
  }

  @Test func whatIsNoImageIsRefused() throws {
    expectTrainerError(.malformedDataFile, "neither as JPEG nor as PNG") { _ = try pixels("a.png", [1, 2, 3]) }
    expectTrainerError(.malformedDataFile, "it is empty") { _ = try pixels("a.png", []) }
    expectTrainerError(.malformedDataFile, "CMYK") { _ = try pixels("cmyk.jpg", Self.bytes("cmyk.jpg")) }
    // A PNG of 2^31 - 1 pixels each way: the announcement is refused before memory is taken.
    var huge = try Self.bytes("gray.png")
    huge.replaceSubrange(16..<24, with: [0x7F, 0xFF, 0xFF, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF])
    expectTrainerError(.malformedDataFile, "top/class/gray.png") { _ = try pixels("gray.png", huge) }
    // A JPEG of 65500 x 65500.
    var jpeg = try Self.bytes("best.jpg")
    let frame = try #require((0..<jpeg.count - 8).first { jpeg[$0] == 0xFF && jpeg[$0 + 1] == 0xC0 })
    jpeg.replaceSubrange(frame + 5..<frame + 9, with: [0xFF, 0xDC, 0xFF, 0xDC])
    expectTrainerError(.resourceLimit, "65500 x 65500") { _ = try pixels("best.jpg", jpeg) }
  }

  @Test func missingAndEmptyFoldersAreNamed() throws {
    expectTrainerError(.dataFileMissing, "top") {
      _ = try DataFiles.load("{name: n, format: folder, folder: top}", TemporaryDataFolder([:]).folder)
    }
    expectTrainerError(.insufficientRows, "top/a/b", "no images") { _ = try load(["a/b/x.txt": [1]]) }
    expectDocumentError(key: "layout", line: 4) { _ = try load([:], "layout: deep") }
    expectDocumentError(key: "size", line: 4) { _ = try load([:], "size: 0") }
  }
}
