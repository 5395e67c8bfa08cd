import Foundation
import FuzzedParsers
import Testing

/// Inputs that once found a fault, real or planted. The process ends where a parser takes one of them badly.
struct CorpusTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Fuzzing")

  @Test(arguments: Parser.allCases)
  func keptInputsAreHarmless(_ parser: Parser) throws {
    let folder = CorpusTests.folder.appending(path: "Corpus/\(parser.rawValue)")
    for name in (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [] {
      let bytes = try Data(contentsOf: folder.appending(path: name))
      bytes.withUnsafeBytes { input in _ = try? parser.run(input) }
    }
  }

  /// Otherwise `scripts/fuzz-planted` would measure something else than it says.
  @Test func everyPlantedFaultFitsTheSources() throws {
    let folder = CorpusTests.folder.appending(path: "PlantedFaults")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".txt") }
    #expect(names.count >= 20)
    for name in names {
      let text = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
      let parts = text.replacing("\n--- wrong\n", with: "\n--- right\n").split(separator: "\n--- right\n")
      try #require(parts.count == 3, "\(name)")
      let fields = parts[0].split(separator: "\n").dropFirst().map { $0.split(separator: ": ", maxSplits: 1) }
      let path = try #require(fields.first { $0[0] == "file" }?.last, "\(name)")
      let parser = try #require(fields.first { $0[0] == "parser" }?.last, "\(name)")
      #expect(Parser(rawValue: String(parser)) != nil, "\(name)")
      #expect(parts[2].contains("PLANTED"), "\(name)")
      let root = CorpusTests.folder.deletingLastPathComponent().deletingLastPathComponent()
      let source = try String(contentsOf: root.appending(path: String(path)), encoding: .utf8)
      #expect(source.ranges(of: parts[1]).count == 1, "\(name): the text that it replaces is not there once")
    }
  }
}
