import Foundation
import Testing
import Trainer

struct TextFormatTests {
  private func load(_ text: String, _ more: String = "") throws -> TextDataset {
    let folder = try TemporaryDataFolder(["t": Array(text.utf8)])
    return try withExtendedLifetime(folder) {
      try DatasetDescription.parse("name: n\nformat: text\nfiles: t\n" + more, name: "t.yaml")
        .loadTexts(dataFolder: folder.folder)
    }
  }

  @Test func labelsAndTexts() throws {
    let dataset = try load("1\tgood \"film\", really\n0\tdull\n", "classes: 2")
    #expect(dataset.texts == [["good \"film\", really"], ["dull"]] && dataset.labels == [1, 0])
    #expect(dataset.domainNames == ["all"] && dataset.domains == [0, 0])
    let pairs = try load("yes\ta\tb\nno\tc\t\n")
    #expect(pairs.texts == [["a", "b"], ["c", ""]] && pairs.classNames == ["no", "yes"] && pairs.labels == [1, 0])
    #expect(try load("0\ta\n1\tb\n2\tc\n", "classes: 2\nrelabel: {2: 0, 1: 1}").texts == [["b"], ["c"]])
  }

  @Test(arguments: [
    ("0\ta\n1\n", "line 2 of \"t\" has 1 fields"), ("0\ta\n1\tb\tc\n", "line 2 of \"t\" has 2 texts"),
    ("0\ta\tb\tc\n", "4 fields"),
  ])
  func whatIsNoTextFileIsRefused(text: String, message: String) {
    expectTrainerError(.malformedDataFile, message) { _ = try load(text, "classes: 2") }
  }

  @Test func textsAreNotImages() throws {
    let texts = try DataFiles.load("{name: n, format: text, files: t, classes: 2}", files: ["t": Array("0\ta\n".utf8)])
    #expect(texts.imageShape == .tokens(limit: 0))
    var values = [Float](repeating: 0, count: 1)
    expectTrainerError(.shapeMismatch, "is a text") {
      try texts.examples([0]).copyInput(row: 0, into: &values)
    }
    expectTrainerError(.malformedDescription, "not of texts") {
      _ = try DatasetDescription.parse(
        "{name: n, format: npy, images: images.npy, labels: labels.npy, classes: 3}", name: "n.yaml"
      ).loadTexts(dataFolder: DataFiles.folder)
    }
    expectDocumentError(key: "format", line: 2) { _ = try load("0\ta\n", "normalize: {mean: 0, std: 1}") }
  }
}
