import Documents
import Tensors
import Testing
import Trainer

struct DatasetDescriptionTests {
  private static let head = """
    name: numbers
    format: idx
    images: [a.gz, b.gz]
    labels: [al.gz, bl.gz]
    classes: 3

    """

  /// Two files of 1 x 1 images: 30 and 20 images whose byte is their number and whose label is their number modulo 3.
  private func load(_ text: String, head: String = head) throws -> ImageDataset {
    let numbers = (0..<50).map(UInt8.init)
    let file = { (range: Range<Int>) in IDXFile.bytes(dimensions: [range.count, 1, 1], elements: Array(numbers[range]))
    }
    let labels = { (range: Range<Int>) in
      IDXFile.bytes(dimensions: [range.count], elements: numbers[range].map { $0 % 3 })
    }
    let folder = try TemporaryDataFolder([
      "a.gz": file(0..<30), "b.gz": file(30..<50), "al.gz": labels(0..<30), "bl.gz": labels(30..<50),
    ])
    return try DatasetDescription.parse(head + text, name: "numbers.yaml").load(dataFolder: folder.folder)
  }

  @Test func filesFollowOneAnother() throws {
    let examples = try load("").examples(RowSelection())
    #expect(try examples.pixels == (0..<50).map(UInt8.init))
    #expect(examples.labels == (0..<50).map { $0 % 3 })
    #expect(examples.domainNames == ["all"])
  }

  @Test func shuffleThenSliceThenRelabel() throws {
    let order = CounterRandom(seed: 7, stream: "shuffle").permutation(count: 50)
    let examples = try load("shuffle: 7\nrows: {from: 10, count: 20}\nrelabel: {2: 0, 0: 1}").examples(RowSelection())
    let expected = order[10..<30].filter { $0 % 3 != 1 }
    #expect(try examples.pixels == expected.map(UInt8.init))
    #expect(examples.labels == expected.map { $0 % 3 == 2 ? 0 : 1 })
    expectTrainerError(.insufficientRows, "50 rows, not 41 from row 10") { _ = try load("rows: {from: 10, count: 41}") }
    expectTrainerError(.insufficientRows, "none from row 51") { _ = try load("rows: {from: 51}") }
  }

  @Test func everySixthRowIsADomain() throws {
    let dataset = try load("domains: {rotate: [0, 15.0, 1e1, -30]}")
    #expect(dataset.domainNames == ["0", "15.0", "1e1", "-30"])
    #expect(dataset.domainCounts == [13, 13, 12, 12])
    #expect(try dataset.rowNumbers(RowSelection(domains: ["1e1"], perDomain: 3, skip: 1)) == [6, 10, 14])
    #expect(
      try dataset.rowNumbers(RowSelection(domains: ["-30", "0"], perDomain: 2)) == [0, 4, 3, 7],
      "in the data set's order of domains")
    expectTrainerError(.unknownDomain, "no domain \"15\"", "15.0") {
      _ = try dataset.rowNumbers(RowSelection(domains: ["15"]))
    }
    expectTrainerError(.insufficientRows, "domain \"1e1\" has 12 rows, not 10 after the first 3") {
      _ = try dataset.rowNumbers(RowSelection(domains: ["1e1"], perDomain: 10, skip: 3))
    }
  }

  @Test func trainingValidationAndHeldOutRowsNeverOverlap() throws {
    let dataset = try load("domains: {rotate: [0, 90]}")
    var split = DatasetSplit()
    (split.perDomain, split.validation) = (10, .perDomain(5))
    let few = try dataset.split(split)
    let heldOut = try dataset.rowNumbers(RowSelection(skip: 15))
    #expect(few.train.count == 20 && few.validation.count == 10 && heldOut.count == 20)
    #expect(Set(few.train + few.validation + heldOut).count == 50)
    (split.domains, split.perDomain) = (["90"], nil)
    let all = try dataset.split(split)
    #expect(all.train == Array(stride(from: 1, to: 41, by: 2)))
    #expect(all.validation == Array(stride(from: 41, to: 50, by: 2)))
    for (perDomain, validation) in [(Int?(21), 5), (nil, 26)] {
      (split.perDomain, split.validation) = (perDomain, .perDomain(validation))
      expectTrainerError(.insufficientRows) { _ = try dataset.split(split) }
    }
  }

  @Test func labelsMadeByRotationNeedNoLabelFiles() throws {
    let dataset = try load(
      "label-by: {rotate: [0, 90, 180, 270], seed: 2}", head: "name: n\nformat: idx\nimages: a.gz\nclasses: 4\n")
    let random = CounterRandom(seed: 2, stream: "label-by/rotate")
    #expect(
      try dataset.examples(RowSelection()).labels
        == (0..<30).map { Int32(random.integer(at: UInt64($0), below: 4)) })
  }

  @Test func copiesAreTurnedByAnglesOfTheirOwn() throws {
    let dataset = try load("augment: {rotate: {from: -90, to: 90}, copies: 3}")
    #expect(dataset.count == 150)
    #expect(try dataset.examples(RowSelection()).labels == (0..<150).map { Int32($0 % 50 % 3) })
  }

  @Test(arguments: [
    ("classes: 3", "classes: 0", "classes", 5), ("format: idx", "format: png", "format", 2),
    ("classes: 3", "classes: 3\nextra: 1", "extra", 6), ("classes: 3", "classes: 3\nshuffle: -1", "shuffle", 6),
    ("classes: 3", "classes: 3\nrows: {from: 0, to: 3}", "to", 6),
    ("classes: 3", "classes: 3\nrelabel: {0: 3}", "0", 6), ("classes: 3", "classes: 3\nrelabel: {x: 1}", "relabel", 6),
    ("classes: 3", "classes: 3\nrelabel: {-1: 1}", "relabel", 6),
    ("labels: [al.gz, bl.gz]", "labels: al.gz", "labels", 4),
    ("labels: [al.gz, bl.gz]\n", "", "labels", 1), ("images: [a.gz, b.gz]", "images: []", "images", 3),
    ("classes: 3", "classes: 3\ndomains: {rotate: []}", "rotate", 6),
    ("classes: 3", "classes: 3\ndomains: {rotate: [0, 0.0]}", "rotate", 6),
    ("classes: 3", "classes: 3\ndomains: {rotate: [.inf]}", "rotate", 6),
    ("classes: 3", "classes: 3\ndomains: {rotate: [0, 1], shear: 2}", "shear", 6),
    ("classes: 3", "classes: 3\ndomains: {rotate: [0]}\naugment: {rotate: {from: 0, to: 1}}", "augment", 7),
    ("classes: 3", "classes: 3\naugment: {rotate: {from: 1, to: 0}}", "to", 6),
    ("classes: 3", "classes: 3\naugment: {rotate: {from: 0, to: 1}, copies: 0}", "copies", 6),
    ("classes: 3", "classes: 3\nlabel-by: {rotate: [0, 90]}", "classes", 5),
    ("classes: 3", "classes: 2\nlabel-by: {rotate: [0, 90]}\nrelabel: {0: 1}", "relabel", 7),
  ])
  func malformedDescriptionsNameKeyAndLine(old: String, new: String, key: String, line: Int) {
    expectDocumentError(key: key, line: line) {
      _ = try DatasetDescription.parse(Self.head.replacing(old, with: new), name: "numbers.yaml")
    }
  }

  @Test(arguments: ["/etc/passwd", "../a.gz", "x/../../a.gz", "./a.gz", "a//b.gz", "x/"])
  func filesStayBelowTheDataFolder(file: String) {
    expectTrainerError(.malformedDescription, "\"\(file)\"") {
      _ = try DatasetDescription.parse(Self.head.replacing("a.gz, b.gz", with: file + ", b.gz"), name: "numbers.yaml")
    }
  }
}
