import Foundation
import Testing
import Tokenizers

/// The same ids as the Rust library `tokenizers`: see Golden/generate.py.
struct TokenizerAgreementTests {
  struct Report: Decodable {
    struct File: Decodable {
      let name: String
      let count: Int
      let hash: String
    }
    struct Text: Decodable {
      let text: String
      let ids: [Int32]
    }
    struct Pair: Decodable {
      let first: String
      let second: String
      let limit: Int
      let ids: [Int32]
      let types: [Int32]
      let single: [Int32]
    }
    let tokenizer: String
    let files: [File]
    let texts: [Text]
    let pairs: [Pair]
  }

  private static let golden = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden")
  static let texts = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "shared/data/text")
  static var hasTexts: Bool { FileManager.default.fileExists(atPath: texts.path) }

  private func reports() throws -> [Report] {
    try JSONDecoder().decode([Report].self, from: Data(contentsOf: Self.golden.appending(path: "encodings.json")))
  }

  private func tokenizer(_ name: String) throws -> Tokenizer {
    try Tokenizer(json: Array(Data(contentsOf: Self.golden.appending(path: "\(name).json"))))
  }

  @Test func awkwardTexts() throws {
    for report in try reports() {
      let tokenizer = try tokenizer(report.tokenizer)
      #expect(report.texts.count > 30)
      for known in report.texts {
        #expect(tokenizer.encode(known.text).ids == known.ids, "\(report.tokenizer): \(known.text.debugDescription)")
      }
    }
  }

  @Test func pairsAndLimits() throws {
    for report in try reports() {
      let tokenizer = try tokenizer(report.tokenizer)
      #expect(report.pairs.count > 30)
      for known in report.pairs {
        let subject: Comment = "\(report.tokenizer): \(known.first) / \(known.second), \(known.limit)"
        let pair = tokenizer.encode(known.first, pair: known.second, maximumCount: known.limit)
        #expect(pair == Encoding(ids: known.ids, typeIDs: known.types), subject)
        #expect(tokenizer.encode(known.first, maximumCount: known.limit).ids == known.single, subject)
      }
    }
  }

  @Test(.enabled(if: hasTexts, "the folder of texts is not there"))
  func moreThanTenThousandSentences() throws {
    for report in try reports() {
      let tokenizer = try tokenizer(report.tokenizer)
      #expect(report.files.reduce(0) { $0 + $1.count } > 10_000)
      for file in report.files {
        let sentences = try sentences(file.name)
        #expect(sentences.count == file.count)
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for sentence in sentences {
          for id in tokenizer.encode(sentence).ids {
            withUnsafeBytes(of: id.littleEndian) { for byte in $0 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 } }
          }
        }
        #expect(hash == UInt64(file.hash, radix: 16), "\(report.tokenizer), \(file.name)")
      }
    }
  }

  private func sentences(_ name: String) throws -> [String] {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["gzip", "-dc", Self.texts.appending(path: name).path]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    // By bytes: for Swift, \r\n is one character.
    return data.split(separator: UInt8(ascii: "\n")).compactMap { line in
      line.firstIndex(of: UInt8(ascii: "\t")).map { String(decoding: line[($0 + 1)...], as: UTF8.self) }
    }
  }
}
