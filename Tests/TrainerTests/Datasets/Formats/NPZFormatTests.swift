import Testing
import Trainer

struct NPZFormatTests {
  private static let pixels = (0..<36).map { UInt8(5 * $0 % 251) }

  private func load(_ file: String, _ more: String = "") throws -> ImageDataset {
    try DataFiles.load("name: n\nformat: npz\nfiles: \(file)\nclasses: 3\n" + more)
  }

  private func load(_ bytes: [UInt8]) throws -> ImageDataset {
    try DataFiles.load("name: n\nformat: npz\nfiles: x.npz\nclasses: 3\n", files: ["x.npz": bytes])
  }

  @Test(arguments: ["stored.npz", "deflated.npz"])
  func imagesLabelsAndDomains(file: String) throws {
    let dataset = try load(file)
    #expect(dataset.domainNames == ["3", "7"] && dataset.domainCounts == [3, 3])
    let examples = try dataset.all()
    #expect(try examples.pixels == [2, 3, 5, 0, 1, 4].flatMap { Self.pixels[6 * $0..<6 * $0 + 6] })
    #expect(examples.labels == [1, 1, 2, 2, 0, 0] && examples.domains == [0, 0, 0, 1, 1, 1])
  }

  @Test func arraysMayHaveOtherNames() throws {
    let examples = try load("keys.npz", "arrays: {images: x_train, labels: y_train}").all()
    #expect(try examples.pixels == Self.pixels)
    #expect(examples.domainNames == ["all"])
    expectTrainerError(.malformedDataFile, "\"keys.npz\" has no array \"images\"") { _ = try load("keys.npz") }
    expectTrainerError(.malformedDataFile, "no array \"environment\"") {
      _ = try load("stored.npz", "arrays: {domain: environment}")
    }
  }

  @Test func filesMustAgreeOnWhetherThereAreDomains() {
    expectTrainerError(.malformedDataFile, "no array \"domain\"") { _ = try load("[deflated.npz, nodomain.npz]") }
  }

  @Test func picklesAreRefused() {
    expectTrainerError(.malformedDataFile, "objects.npz/labels", "never opened") { _ = try load("objects.npz") }
  }

  @Test(arguments: ["stored.npz", "deflated.npz"])
  func everyTruncationIsRefused(file: String) throws {
    let bytes = try DataFiles.bytes(file)
    for count in 0..<bytes.count {
      expectTrainerError(.malformedDataFile, "x.npz") {
        _ = try ZIPArchive(DataFile(bytes: Array(bytes.prefix(count)), name: "x.npz"))
      }
    }
  }

  @Test(arguments: ["stored.npz", "deflated.npz"])
  func everyFlippedBitIsRefusedOrHarmless(file: String) throws {
    let bytes = try DataFiles.bytes(file)
    let expected = ["images.npy": Self.pixels.map(Int.init), "labels.npy": [2, 0, 1, 1, 0, 2]]
    for index in 0..<bytes.count * 8 {
      var damaged = bytes
      damaged[index / 8] ^= 1 << (index % 8)
      // Dates may change freely.
      guard let archive = try? ZIPArchive(DataFile(bytes: damaged, name: "x")) else { continue }
      for member in archive.members {
        guard let (file, range) = try? archive.open(member), let values = expected[member.name] else { continue }
        let array = try NPY.read(file, offset: range.lowerBound, end: range.upperBound)
        #expect(try array.integers() == values, "bit \(index)")
      }
    }
  }

  /// An entry whose sizes do not fit its bytes: the promise is refused before memory is taken for it.
  @Test func bombsAreRefused() throws {
    var bytes = try DataFiles.bytes("deflated.npz")
    // The uncompressed size of the first entry of the directory: 2^31 - 1 bytes.
    let entry = try #require((0..<bytes.count - 4).first { Array(bytes[$0..<$0 + 4]) == [0x50, 0x4B, 1, 2] })
    bytes.replaceSubrange(entry + 24..<entry + 28, with: [0xFF, 0xFF, 0xFF, 0x7F])
    expectTrainerError(.malformedDataFile, "promises 2147483647 bytes") { _ = try load(bytes) }
  }
}
