import Testing
import Trainer

/// Files that numpy wrote, and files that only look like it.
struct NPYFormatTests {
  private static let pixels = (0..<36).map { UInt8(5 * $0 % 251) }

  private func load(_ images: String, labels: String = "labels.npy", _ more: String = "") throws -> ImageDataset {
    try DataFiles.load("name: n\nformat: npy\nimages: \(images)\nlabels: \(labels)\nclasses: 3\n" + more)
  }

  @Test(arguments: ["images.npy", "version-2.npy", "version-3.npy"])
  func bytesAreImages(file: String) throws {
    let dataset = try load(file)
    #expect(dataset.imageShape == .image(channels: 1, height: 2, width: 3))
    let examples = try dataset.all()
    #expect(try examples.pixels == Self.pixels)
    #expect(examples.labels == [2, 0, 1, 1, 0, 2])
  }

  @Test(arguments: [
    "i1", "little-i2", "big-i2", "little-u2", "little-i4", "big-i4", "little-i8", "little-u8", "little-f2", "little-f4",
    "big-f4", "little-f8", "big-f8",
  ])
  func otherNumbersAreTakenAsTheyAre(type: String) throws {
    #expect(try load("images-\(type).npy").all().inputs() == Self.pixels.map { Float($0 % 128) })
  }

  @Test func axesAreSeenOrSaid() throws {
    let last = try load("channels-last.npy", "layout: NHWC")
    let first = try load("channels-first.npy", "layout: NCHW")
    #expect(last.imageShape == .image(channels: 2, height: 2, width: 3) && first.imageShape == last.imageShape)
    #expect(try last.all().pixels == (0..<72).map { UInt8(5 * $0 % 251) })
    #expect(try first.all().pixels == last.all().pixels)
    expectTrainerError(.malformedDescription, "[6, 2, 3, 2]", "layout: NCHW") { _ = try load("channels-last.npy") }
    let tall = { (dimensions: String, count: Int) in
      try DataFiles.load(
        "{name: n, format: npy, images: i, labels: l, classes: 2}",
        files: [
          "i": Self.file(shape: "(1, \(dimensions))", data: Array(repeating: 9, count: count)),
          "l": Self.file(shape: "(1,)", data: [1]),
        ])
    }
    #expect(try tall("3, 5, 6", 90).imageShape == .image(channels: 3, height: 5, width: 6))
    #expect(try tall("5, 6, 3", 90).imageShape == .image(channels: 3, height: 5, width: 6))
  }

  @Test func rankTwoIsFeatures() throws {
    let dataset = try load("features.npy", labels: "labels-column.npy")
    #expect(dataset.imageShape == .features(6))
    #expect(try dataset.all().inputs() == Self.pixels.map { Float($0) / 4 })
    #expect(try load("images.npy", labels: "booleans.npy").labels == [1, 0, 0, 0, 0, 1])
  }

  @Test func filesAreOneDataSetAndMayBeDomains() throws {
    let dataset = try load(
      "[images.npy, version-2.npy, images.npy]", labels: "[labels.npy, labels.npy, labels.npy]",
      "domains: {files: [photo, sketch, photo]}")
    #expect(dataset.count == 18 && dataset.domainNames == ["photo", "sketch"])
    #expect(dataset.domainCounts == [12, 6])
    #expect(try dataset.rowNumbers(RowSelection(domains: ["sketch"])) == Array(6..<12))
    #expect(try dataset.all().pixels == Self.pixels + Self.pixels + Self.pixels)
    expectDocumentError(key: "domains", line: 6) { _ = try load("images.npy", "domains: {files: [a, b]}") }
  }

  @Test(arguments: [
    ("objects.npy", "pickled data is never opened"), ("fields.npy", "not a dictionary"),
    ("fortran.npy", "numpy.ascontiguousarray"), ("labels.npy", "images have shape"),
    ("nan.npy", "row 4 of \"nan.npy\" has nan at place 5 of 6"),
    ("infinity.npy", "row 4 of \"infinity.npy\" has inf"), ("images.safetensors", "does not begin with \\x93NUMPY"),
  ])
  func whatIsNoImagesIsRefused(file: String, message: String) {
    expectTrainerError(.malformedDataFile, "\"\(file)\"", message) { _ = try load(file) }
  }

  @Test func labelsAreIntegersOfTheRightNumber() {
    expectTrainerError(.malformedDataFile, "F64", "integers") { _ = try load("images.npy", labels: "float-labels.npy") }
    expectTrainerError(.malformedDataFile, "labels of shape [6, 2, 3]", "6 images") {
      _ = try load("images.npy", labels: "images.npy")
    }
    expectTrainerError(.labelOutOfRange, "row 0", "label 2, classes are 2") {
      _ = try DataFiles.load("{name: n, format: npy, images: images.npy, labels: labels.npy, classes: 2}")
    }
  }

  @Test func everyTruncationIsRefused() throws {
    let file = try DataFiles.bytes("images.npy")
    for count in 0..<file.count {
      expectTrainerError(.malformedDataFile, "\"x\"") {
        _ = try NPY.read(DataFile(bytes: Array(file.prefix(count)), name: "x"))
      }
    }
    expectTrainerError(.malformedDataFile, "goes on after byte 163") {
      _ = try NPY.read(DataFile(bytes: file + [0], name: "x"))
    }
  }

  @Test(arguments: [
    "(9223372036854775807, 2)", "(4294967296, 4294967296)", "(99999999999999999999,)", "(-1,)", "(1, 2", "1", "()",
    "(2,,)",
    "('2',)", "(1000000,)",
  ])
  func lyingShapesAreRefused(shape: String) throws {
    expectTrainerError(.malformedDataFile, "\"x\"") {
      let array = try NPY.read(DataFile(bytes: Self.file(shape: shape, data: [1, 2]), name: "x"))
      Issue.record("read as \(array.dimensions)")
    }
  }

  /// No row is there, and none could be.
  @Test func rowsLargerThanAnyNumberAreRefused() throws {
    expectTrainerError(.malformedDataFile, "\"x\"") {
      let array = try NPY.read(DataFile(bytes: Self.file(shape: "(0, 4294967296, 4294967296)", data: []), name: "x"))
      Issue.record("read with rows of \(array.rowElementCount)")
    }
  }

  @Test(arguments: [
    "{'descr': '|u1', 'fortran_order': False, 'shape': (2,), 'shape': (2,)}",
    "{'descr': '|u1', 'fortran_order': False}", "{'descr': '|u1', 'fortran_order': 0, 'shape': (2,)}",
    "{'descr': '|V9', 'fortran_order': False, 'shape': (2,)}", "", "{", "{}", "{'descr'}",
    "{'descr': '<u1', 'fortran_order': False, 'shape': (2,)} + exit()",
    "{'descr': 'u1\\'', 'fortran_order': False, 'shape': (2,)}",
  ])
  func headersThatNumpyNeverWritesAreRefused(header: String) {
    expectTrainerError(.malformedDataFile, "\"x\"") {
      _ = try NPY.read(DataFile(bytes: Self.file(header: header, data: [1, 2]), name: "x"))
    }
  }

  static func file(shape: String, data: [UInt8]) -> [UInt8] {
    file(header: "{'descr': '|u1', 'fortran_order': False, 'shape': \(shape), }\n", data: data)
  }

  private static func file(header: String, data: [UInt8]) -> [UInt8] {
    let count = header.utf8.count
    return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(count & 0xFF), UInt8(count >> 8)] + Array(header.utf8) + data
  }
}
