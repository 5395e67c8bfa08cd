import Documents
import Testing

struct TextMergeTests {
  private static func merge(_ base: String, _ ours: String, _ theirs: String) -> (text: String, conflictCount: Int) {
    let merge = TextMerge(base: Array(base.utf8), ours: Array(ours.utf8), theirs: Array(theirs.utf8))
    return (String(decoding: merge.bytes(ourName: "ours", theirName: "theirs"), as: UTF8.self), merge.conflictCount)
  }

  @Test func changesOfOneSideAreTaken() {
    let base = "a\nb\nc\nd\ne\n"
    #expect(TextMergeTests.merge(base, "a\nB\nc\nd\ne\n", "a\nb\nc\nd\ne\nf\n") == ("a\nB\nc\nd\ne\nf\n", 0))
    #expect(TextMergeTests.merge(base, base, "c\n") == ("c\n", 0))
    #expect(TextMergeTests.merge(base, "", base) == ("", 0))
    #expect(TextMergeTests.merge("", "", "x") == ("x", 0))
  }

  @Test func theSameChangeCountsOnce() {
    #expect(TextMergeTests.merge("a\nb\nc\n", "a\nX\nc\n", "a\nX\nc\n") == ("a\nX\nc\n", 0))
    #expect(TextMergeTests.merge("", "new\n", "new\n") == ("new\n", 0))
  }

  @Test func differentChangesConflict() {
    let merged = TextMergeTests.merge("a\nb\nc\n", "a\nX\nc\n", "a\nY\nc\n")
    #expect(merged.text == "a\n<<<<<<< ours\nX\n=======\nY\n>>>>>>> theirs\nc\n")
    #expect(merged.conflictCount == 1)
    // A line without an end gets one before a marker, in the style of the text.
    #expect(TextMergeTests.merge("a", "b", "c").text == "<<<<<<< ours\nb\n=======\nc\n>>>>>>> theirs\n")
    #expect(
      TextMergeTests.merge("a\r\n", "b\r\n", "c\r\n").text
        == "<<<<<<< ours\r\nb\r\n=======\r\nc\r\n>>>>>>> theirs\r\n")
  }

  @Test(.enabled(if: GitProgram.path != nil, "compares with git"), arguments: 1...4)
  func agreesWithGit(_ seed: UInt64) throws {
    var random = SplitMix(state: seed)
    for _ in 0..<40 {
      let texts = random.texts(kinds: 1_000_000)
      let expected = try GitProgram.mergeFile(base: texts.base, ours: texts.ours, theirs: texts.theirs)
      #expect(TextMergeTests.merge(texts.base, texts.ours, texts.theirs) == expected, "\(texts)")
    }
  }

  /// Where lines repeat there are several shortest scripts; git's shortcuts sometimes find another one.
  @Test(.enabled(if: GitProgram.path != nil, "compares with git"))
  func agreesWithGitOnNearlyAllRepetitiveTexts() throws {
    var random = SplitMix(state: 99)
    var agreements = 0
    for round in 0..<120 {
      let texts = random.texts(kinds: round % 2 == 0 ? 4 : 12)
      let expected = try GitProgram.mergeFile(base: texts.base, ours: texts.ours, theirs: texts.theirs)
      if TextMergeTests.merge(texts.base, texts.ours, texts.theirs) == expected { agreements += 1 }
    }
    #expect(agreements >= 114, "\(agreements) of 120")
  }

  @Test func largeTextsAreMergedInTime() {
    let base = (0..<100_000).map { "line \($0)\n" }
    let ours = base.enumerated().map { $0 % 1000 == 0 ? "ours \($0)\n" : $1 }.joined()
    let theirs = base.enumerated().map { $0 % 1000 == 500 ? "theirs \($0)\n" : $1 }.joined()
    let rewritten = (0..<100_000).map { "line \(($0 * 7919) % 100_003)\n" }.joined()
    let start = ContinuousClock.now
    #expect(TextMergeTests.merge(base.joined(), ours, theirs).conflictCount == 0)
    #expect(TextMergeTests.merge(base.joined(), rewritten, theirs).conflictCount > 0)
    #expect(ContinuousClock.now - start < .seconds(20))
  }
}

/// The same texts in every run.
private struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
    return value ^ value >> 31
  }

  private mutating func line(of kinds: Int) -> String {
    let kind = Int.random(in: 0..<kinds, using: &self)
    // Some lines have no letter or digit.
    return kind % 4 == 3 ? String(repeating: "-", count: kind % 50) + "\n" : "word \(kind)\n"
  }

  mutating func texts(kinds: Int) -> (base: String, ours: String, theirs: String) {
    let base = (0..<Int.random(in: 0...30, using: &self)).map { _ in line(of: kinds) }
    return (base.joined(), edited(base, kinds: kinds).joined(), edited(base, kinds: kinds).joined())
  }

  private mutating func edited(_ lines: [String], kinds: Int) -> [String] {
    var lines = lines
    for _ in 0..<Int.random(in: 0...4, using: &self) {
      let start = Int.random(in: 0...lines.count, using: &self)
      let end = min(lines.count, start + Int.random(in: 0...3, using: &self))
      let new = (0..<Int.random(in: 0...3, using: &self)).map { _ in line(of: kinds) }
      lines.replaceSubrange(start..<end, with: new)
    }
    if Int.random(in: 0..<10, using: &self) == 0, let last = lines.popLast() { lines.append(String(last.dropLast())) }
    return lines
  }
}
