import Testing
import Trainer

/// Files as data sets see them: whole, compressed, cut, prolonged, lying.
struct IDXTests {
  private static let images = IDXFile.bytes(dimensions: [2, 2, 3], elements: Array(1...12))
  private static let labels = IDXFile.bytes(dimensions: [2], elements: [1, 0])
  private static let text = "{name: tiny, format: idx, images: images.gz, labels: labels.gz, classes: 2}"

  private func load(images: [UInt8] = images, labels: [UInt8] = labels, suffix: String = "") throws -> ImageDataset {
    try DataFiles.load(Self.text, files: ["images" + suffix: images, "labels" + suffix: labels])
  }

  @Test func plainAndCompressedFilesAreTheSame() throws {
    let plain = try load()
    let compressed = try load(
      images: IDXFile.gzip(Self.images), labels: IDXFile.gzip(Self.labels), suffix: ".gz")
    for dataset in [plain, compressed] {
      #expect(dataset.imageShape == .image(channels: 1, height: 2, width: 3))
      let examples = try dataset.examples(RowSelection())
      #expect(try examples.pixels == Array(1...12))
      #expect(examples.labels == [1, 0])
    }
  }

  @Test func imagesOfRankFourHaveChannelsLast() throws {
    let dataset = try load(images: IDXFile.bytes(dimensions: [2, 1, 2, 3], elements: Array(1...12)))
    #expect(dataset.imageShape == .image(channels: 3, height: 1, width: 2))
  }

  @Test func everyTruncationIsRefused() {
    for file in [Self.images, IDXFile.gzip(Self.images)] {
      for count in 0..<file.count {
        expectTrainerError(.malformedDataFile, "\"images.gz\"") {
          _ = try IDX.read(DataFile(bytes: Array(file.prefix(count)), name: "images.gz"))
        }
      }
    }
  }

  @Test func everyFlippedBitOfACompressedFileIsRefusedOrHarmless() throws {
    let file = IDXFile.gzip(Self.images)
    for index in 0..<file.count * 8 {
      var damaged = file
      damaged[index / 8] ^= 1 << (index % 8)
      // Header fields like the time may change freely; nothing may trap, and data must never come out wrong.
      guard let array = try? IDX.read(DataFile(bytes: damaged, name: "images.gz")) else { continue }
      #expect(try array.integers() == Array(1...12), "bit \(index)")
    }
  }

  @Test func trailingBytesAreRefused() {
    expectTrainerError(.malformedDataFile, "goes on after byte 27") { _ = try load(images: Self.images + [0]) }
    expectTrainerError(.malformedDataFile, "1 bytes after the end of its gzip stream") {
      _ = try load(images: IDXFile.gzip(Self.images) + [0])
    }
    expectTrainerError(.malformedDataFile, "goes on after byte 27") {
      _ = try load(images: IDXFile.gzip(Self.images + [0]))
    }
  }

  @Test(
    arguments: [
      ([1, 0, 8, 3], TrainerError.Code.malformedDataFile, "two zero bytes"),
      ([0, 0, 10, 3], .malformedDataFile, "IDX type 10"),
      ([0, 0, 8, 0], .malformedDataFile, "0 dimensions"), ([0, 0, 8, 5], .malformedDataFile, "5 dimensions"),
      ([0, 0, 8, 3, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255], .resourceLimit, "more than"),
      ([0, 0, 8, 3, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 64], .malformedDataFile, "promises 1073741824 bytes"),
      ([0, 0, 8, 1, 0, 0, 0, 1, 0], .malformedDataFile, "images have shape [N, H, W]"),
      ([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 3], .malformedDataFile, "empty shape [0, 3]"),
    ] as [([UInt8], TrainerError.Code, String)])
  func lyingHeadersAreRefused(bytes: [UInt8], code: TrainerError.Code, message: String) {
    expectTrainerError(code, message) { _ = try load(images: bytes) }
    expectTrainerError(code, message) { _ = try load(images: IDXFile.gzip(bytes), suffix: "") }
  }

  @Test func labelsMustMatchImagesAndClasses() {
    expectTrainerError(.malformedDataFile, "\"labels.gz\"", "[3]", "2 images") {
      _ = try load(labels: IDXFile.bytes(dimensions: [3], elements: [0, 0, 0]))
    }
    expectTrainerError(.labelOutOfRange, "row 1 of data set \"tiny\" has label 2") {
      _ = try load(labels: IDXFile.bytes(dimensions: [2], elements: [0, 2]))
    }
  }

  @Test func aMissingFileIsNamed() throws {
    let folder = try TemporaryDataFolder(["images": Self.images])
    let description = try DatasetDescription.parse(Self.text, name: "tiny.yaml")
    #expect(try description.fileNames(in: folder.folder) == ["images.gz", "labels.gz"])
    expectTrainerError(.dataFileMissing, "\"labels.gz\"", "\"labels\"", folder.folder.path) {
      _ = try description.load(dataFolder: folder.folder)
    }
  }
}
