import Testing
import WeightStore

struct DigestTests {
  @Test func knownAnswers() {
    #expect(SHA256.digest(of: []).hex == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    #expect(
      SHA256.digest(of: Array("abc".utf8)).hex == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
  }

  @Test func piecesGiveTheSameAsTheWhole() throws {
    let bytes = Array("abcdefghij".utf8)
    let hash = try SHA256()
    for range in [0..<0, 0..<3, 3..<10] { bytes[range].withUnsafeBytes { hash.update($0) } }
    #expect(hash.finish() == SHA256.digest(of: bytes))
  }

  @Test func hexAndBytesComeBack() throws {
    var random = DeterministicRandom(seed: 1)
    for _ in 0..<100 {
      let bytes = random.bytes(32)
      let digest = try #require(Digest(bytes: bytes))
      #expect(digest.bytes == bytes)
      #expect(Digest(hex: digest.hex) == digest)
    }
  }

  @Test func orderIsThatOfTheBytes() throws {
    var random = DeterministicRandom(seed: 2)
    let digests = (0..<50).compactMap { _ in Digest(bytes: random.bytes(32)) }
    #expect(digests.sorted().map(\.hex) == digests.map(\.hex).sorted())
  }

  @Test(arguments: [
    "", "0", String(repeating: "0", count: 63), String(repeating: "0", count: 65), String(repeating: "A", count: 64),
    String(repeating: "g", count: 64), String(repeating: "０", count: 64), " " + String(repeating: "0", count: 63),
  ])
  func otherTextsAreNoDigests(_ text: String) {
    #expect(Digest(hex: text) == nil)
  }

  @Test func otherLengthsAreNoDigests() {
    for count in [0, 31, 33] { #expect(Digest(bytes: [UInt8](repeating: 0, count: count)) == nil) }
  }
}
