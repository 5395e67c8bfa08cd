import Testing
import Trainer

struct SafetensorsFormatTests {
  private func load(_ file: String, _ more: String = "") throws -> ImageDataset {
    try DataFiles.load("name: n\nformat: safetensors\nfiles: \(file)\nclasses: 3\n" + more)
  }

  @Test func imagesLabelsAndDomains() throws {
    let dataset = try load("images.safetensors")
    #expect(dataset.domainNames == ["3", "7"])
    let examples = try dataset.examples(Array(0..<6))
    #expect(try examples.pixels == (0..<36).map { UInt8(5 * $0 % 251) })
    #expect(examples.labels == [2, 0, 1, 1, 0, 2] && examples.domains == [1, 1, 0, 0, 1, 0])
  }

  @Test func halvesAreFeatures() throws {
    let dataset = try load("features.safetensors")
    #expect(dataset.imageShape == .features(6) && dataset.domainNames == ["all"])
    #expect(try dataset.all().inputs() == (0..<36).map { Float(5 * $0 % 251) })
  }

  @Test func everyTruncationIsRefused() throws {
    let bytes = try DataFiles.bytes("images.safetensors")
    for count in stride(from: 0, to: bytes.count, by: 7) {
      expectTrainerError(.malformedDataFile, "\"x\"") {
        _ = try DataFiles.load(
          "{name: n, format: safetensors, files: x, classes: 3}", files: ["x": Array(bytes.prefix(count))])
      }
    }
  }

  @Test func aMissingTensorIsNamed() {
    expectTrainerError(.malformedDataFile, "\"images.safetensors\" has no array \"pixels\"") {
      _ = try load("images.safetensors", "arrays: {images: pixels}")
    }
  }
}
