import Foundation
import Testing
import Trainer

/// CSV and TSV.
struct DelimitedFormatTests {
  private func load(_ text: String, _ more: String = "", format: String = "csv") throws -> ImageDataset {
    try DataFiles.load("name: n\nformat: \(format)\nfiles: t\n" + more, files: ["t": Array(text.utf8)])
  }

  @Test func columnsAreFeaturesALabelAndADomain() throws {
    let text = "site,a,label,b\nnorth,1,0,-2.5\nsouth,3e2,1,4\nnorth,0.1,1,1234567.890625\n"
    let dataset = try load(text, "classes: 2\ncolumns: {domain: site}")
    #expect(dataset.imageShape == .features(2) && dataset.domainNames == ["north", "south"])
    let examples = try dataset.examples([0, 1, 2])
    #expect(try examples.inputs() == [1, -2.5, 300, 4, 0.1, 1234567.890625])
    #expect(examples.labels == [0, 1, 1] && examples.domains == [0, 1, 0])
    let some = try load(text, "classes: 2\ncolumns: {features: [b]}").examples([1])
    #expect(try some.inputs() == [4])
  }

  @Test func wordsBecomeClasses() throws {
    let text = "label\tx\nwolf\t1\ncat\t2\n\ncat\t3"
    let derived = try load(text, format: "tsv")
    #expect(derived.classNames == ["cat", "wolf"] && derived.labels == [1, 0, 0])
    let given = try load(text, "classes: [wolf, dog, cat]", format: "tsv")
    #expect(given.classCount == 3 && given.labels == [0, 2, 2])
    let numbered = try load("label,x\n1,5\n0,6\n", "classes: [dog, cat]")
    #expect(numbered.labels == [1, 0] && numbered.classNames == ["dog", "cat"])
    #expect(try load("label,x\n1,5\n0,6\n", "classes: [\"1\", \"0\"]").labels == [0, 1])
    expectTrainerError(.labelOutOfRange, "row 1", "\"cat\"") {
      _ = try load(text, "classes: [wolf, dog]", format: "tsv")
    }
  }

  @Test func quotationsLineEndsAndMarks() throws {
    let text = "\u{FEFF}\"x, \"\"first\"\"\nof two\",label\r\n\"1\",0\r\n2,\"1\"\r\n"
    let dataset = try load(text, "classes: 2\ncolumns: {features: [\"x, \\\"first\\\"\\nof two\"]}")
    #expect(try dataset.all().inputs() == [1, 2])
    #expect(dataset.labels == [0, 1])
  }

  @Test func filesWithoutAHeaderHaveNumberedColumns() throws {
    let dataset = try load("1,5,6\n0,7,8\n", "header: false\nclasses: 2")
    #expect(try dataset.all().inputs() == [5, 6, 7, 8])
    #expect(try load("5,1\n7,0\n", "header: false\nclasses: 2\ncolumns: {label: 1}").labels == [1, 0])
  }

  @Test func featuresMayBeAnImage() throws {
    let header = "label," + (0..<12).map { "p\($0)" }.joined(separator: ",")
    let row = "0," + (0..<12).map { "\($0)" }.joined(separator: ",")
    let dataset = try load("\(header)\n\(row)\n", "classes: 1\nshape: [3, 2, 2]\nnormalize: {mean: 0, std: 2}")
    #expect(dataset.imageShape == .image(channels: 3, height: 2, width: 2))
    #expect(try dataset.all().inputs() == [0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11].map { $0 / 2 })
    expectTrainerError(.malformedDescription, "12 columns", "16") {
      _ = try load("\(header)\n\(row)\n", "classes: 1\nshape: [1, 4, 4]")
    }
  }

  @Test func compressedTablesAndSeveral() throws {
    let files = [
      "a.csv.gz": IDXFile.gzip(Array("label,x\n0,1\n1,2\n".utf8)), "b.csv": Array("label,x\n1,3\n".utf8),
    ]
    let dataset = try DataFiles.load(
      "{name: n, format: csv, files: [a.csv.gz, b.csv], classes: 2, domains: {files: [left, right]}}", files: files)
    #expect(try dataset.all().inputs() == [1, 2, 3])
    #expect(dataset.domainCounts == [2, 1])
  }

  /// Numbers as Swift, and so C, reads them, whichever way was taken.
  @Test func numbersAreRoundedOnce() throws {
    let texts = [
      "0", "-0", "1", "-17", "0.1", "3.14159", "123456789012345", "0.000001", "1234567890123456789", "1e-40", "-2.5E+3",
      ".5", "5.", "+7", "0.30000000000000004", "16777217", "9007199254740993", "0.1234567890123456789",
    ]
    let dataset = try load("label,x\n" + texts.map { "0,\($0)\n" }.joined(), "classes: 1")
    let expected = texts.map { Float(Double($0.hasSuffix(".") ? $0 + "0" : $0) ?? .nan) }
    #expect(try dataset.all().inputs().map(\.bitPattern) == expected.map(\.bitPattern))
  }

  @Test(arguments: [
    ("label,x\n0,nan\n", "line 2 of \"t\" has \"nan\" in column \"x\""),
    ("label,x\n0,1\n0,inf\n", "line 3"), ("label,x\n0,\n", "line 2 of \"t\" has \"\""),
    ("label,x\n0,1e999\n", "not a number"), ("label,x\n0,1e39\n", "not a number"),
    ("label,x\n0,0x10\n", "not a number"),
    ("label,x\n0,1,2\n", "line 2 of \"t\" has 3 fields, the first line 2"), ("label,x\n0\n", "1 fields"),
    ("", "empty"), ("a,x\n0,1\n", "no column \"label\"; it has \"a\", \"x\""), ("label\n0\n", "no columns of features"),
    ("label,x\n\"0,1\n", "quotation that does not end"), ("label,x\n\"0\"1,1\n", "goes on after the quotation mark"),
  ])
  func whatIsNoTableIsRefused(text: String, message: String) {
    expectTrainerError(.malformedDataFile, message) { _ = try load(text, "classes: 1") }
  }

  @Test func emptyTablesAndStrangeLabelsAreRefused() {
    expectTrainerError(.insufficientRows, "no rows") { _ = try load("label,x\n", "classes: 1") }
    expectTrainerError(.labelOutOfRange, "row 1", "label 3") { _ = try load("label,x\n0,1\n3,1\n", "classes: 3") }
    expectTrainerError(.labelOutOfRange, "label -1") { _ = try load("label,x\n-1,1\n", "classes: 3") }
    expectTrainerError(.malformedDataFile, "UTF-8") {
      _ = try DataFiles.load(
        "{name: n, format: csv, files: t, classes: 1}", files: ["t": Array("label,x\n".utf8) + [0xFF, 0x2C, 0x31]])
    }
  }
}
