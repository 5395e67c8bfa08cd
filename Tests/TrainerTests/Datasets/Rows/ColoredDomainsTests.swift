import Tensors
import Testing
import Trainer

struct ColoredDomainsTests {
  private static let count = 3000

  private func load(_ color: String) throws -> ImageDataset {
    let numbers = (0..<Self.count).map { UInt8(truncatingIfNeeded: $0) | 1 }
    return try DataFiles.load(
      "name: n\nformat: idx\nimages: i\nlabels: l\ndomains: {\(color)}",
      files: [
        "i": IDXFile.bytes(
          dimensions: [Self.count, 3, 3], elements: numbers.flatMap { n in (0..<9).map { n &+ 16 * $0 | 1 } }),
        "l": IDXFile.bytes(dimensions: [Self.count], elements: (0..<Self.count).map { UInt8($0 % 10) }),
      ])
  }

  /// The definition, row by row, from the draws.
  @Test func rowsAreThoseOfTheDefinition() throws {
    let dataset = try load("color: [0.1, 0.2, 0.9], seed: 6")
    #expect(dataset.classCount == 2 && dataset.domainNames == ["0.1", "0.2", "0.9"])
    #expect(dataset.imageShape == .image(channels: 2, height: 3, width: 3))
    let examples = try dataset.examples(Array(0..<Self.count))
    let pixels = try examples.pixels
    let (labelDraws, colorDraws) = (
      CounterRandom(seed: 6, stream: "domains/color/label"), CounterRandom(seed: 6, stream: "domains/color/color")
    )
    for row in 0..<Self.count {
      var label = row % 10 < 5 ? 1 : 0
      if labelDraws.uniform(at: UInt64(row)) < 0.25 { label = 1 - label }
      let color = colorDraws.uniform(at: UInt64(row)) < [0.1, 0.2, 0.9][row % 3] ? 1 - label : label
      #expect(examples.labels[row] == label && examples.domains[row] == row % 3)
      for place in 0..<9 {
        let gray = (UInt8(truncatingIfNeeded: row) | 1) &+ UInt8(16 * place) | 1
        #expect(pixels[18 * row + 2 * place + color] == gray && pixels[18 * row + 2 * place + 1 - color] == 0)
      }
    }
  }

  @Test func colourAgreesWithTheLabelAsOftenAsTheDomainSays() throws {
    let examples = try load("color: [0.1, 0.9]").examples(Array(0..<Self.count))
    let pixels = try examples.pixels
    for (domain, expected) in [(0, 0.9), (1, 0.1)] {
      let rows = (0..<Self.count).filter { examples.domains[$0] == domain }
      let agreeing = rows.count { pixels[18 * $0 + Int(examples.labels[$0])] != 0 }
      #expect(abs(Double(agreeing) / Double(rows.count) - expected) < 0.03)
    }
  }

  @Test func everySecondPixel() throws {
    let dataset = try load("color: [0, 1], subsample: 2, label-noise: 0")
    #expect(dataset.imageShape == .image(channels: 2, height: 2, width: 2))
    let pixels = try dataset.examples([0]).pixels
    #expect(pixels == [0, 1, 0, 33, 0, 97, 0, 129], "places 0, 2, 6 and 8 in the channel of label 1")
  }

  @Test(arguments: [
    ("color: []", "color"), ("color: [1.5]", "color"), ("color: [0.1, 0.1]", "color"),
    ("color: [0.1], label-noise: 2", "label-noise"), ("color: [0.1], subsample: 0", "subsample"),
    ("color: [0.1], rotate: [0]", "domains"), ("color: [0.1], files: [a]", "domains"),
  ])
  func whatCannotBeMeantIsRefused(color: String, key: String) {
    expectDocumentError(key: key, line: 5) { _ = try load(color) }
  }

  @Test func onlyGrayImagesAreColoured() {
    expectTrainerError(.shapeMismatch, "gray images", "[2, 2, 3]") {
      _ = try DataFiles.load(
        "{name: n, format: npy, images: channels-last.npy, labels: labels.npy, layout: NHWC, domains: {color: [0.1]}}")
    }
    expectTrainerError(.shapeMismatch, "images of bytes") {
      _ = try DataFiles.load(
        "{name: n, format: npy, images: images-little-f4.npy, labels: labels.npy, domains: {color: [0.1]}}")
    }
  }
}
