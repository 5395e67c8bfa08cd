import Testing
import WeightStore

struct ZlibStreamTests {
  private let text = Array(String(repeating: "weights and biases ", count: 200).utf8)

  @Test(arguments: [ZlibStream.Strategy.matches, .huffmanOnly])
  func comesBack(_ strategy: ZlibStream.Strategy) throws {
    let payload = try #require(try compress(text, strategy, limit: text.count))
    #expect(payload.count < text.count)
    #expect(try decompress(payload, count: text.count) == text)
  }

  @Test func theLimitHolds() throws {
    let exact = try #require(try compress(text, .matches, limit: text.count)).count
    #expect(try compress(text, .matches, limit: exact)?.count == exact)
    for limit in [exact - 1, 1, 0, -1] { #expect(try compress(text, .matches, limit: limit) == nil) }
  }

  @Test func theSizeMustBeExact() throws {
    let payload = try #require(try compress(text, .matches, limit: text.count))
    for count in [0, 1, text.count - 1, text.count + 1] {
      expectError(.corruptObject) { _ = try decompress(payload, count: count) }
    }
  }

  @Test func bytesAfterTheStreamAreRefused() throws {
    let payload = try #require(try compress(text, .matches, limit: text.count))
    expectError(.corruptObject) { _ = try decompress(payload + [0], count: text.count) }
  }

  @Test func everyTruncationIsRefused() throws {
    let payload = try #require(try compress(text, .matches, limit: text.count))
    for count in payload.indices {
      expectError(.corruptObject) { _ = try decompress(Array(payload.prefix(count)), count: text.count) }
    }
  }

  private func compress(_ bytes: [UInt8], _ strategy: ZlibStream.Strategy, limit: Int) throws -> [UInt8]? {
    try bytes.withUnsafeBytes { try ZlibStream.compress($0, strategy: strategy, limit: limit) }
  }

  private func decompress(_ payload: [UInt8], count: Int) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    try bytes.withUnsafeMutableBytes { output in
      try payload.withUnsafeBytes { try ZlibStream.decompress($0, into: output) }
    }
    return bytes
  }
}
