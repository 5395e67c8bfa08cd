import Checkpoints
import Documents
import Foundation
import Testing

/// The unions in Golden/tokenizers were loaded and used with the library tokenizers: see Golden/check_tokenizers.py.
struct VocabularyUnionTests {
  private static let golden = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Golden/tokenizers")

  private func tokenizer(_ name: String) throws -> TokenizerFile {
    try TokenizerFile(Array(Data(contentsOf: Self.golden.appendingPathComponent("\(name).json"))))
  }

  /// The kinds of models that there are, and two of different kinds.
  static let pairs = [
    ("bpe-base", "bpe-other"), ("wordpiece-base", "wordpiece-other"), ("unigram-base", "unigram-other"),
    ("wordlevel-base", "wordlevel-other"), ("bpe-base", "unigram-other"), ("bpe-text-base", "bpe-other"),
  ]

  @Test(arguments: pairs)
  func unionIsTheOneThatTokenizersReads(_ base: String, _ other: String) throws {
    let union = try VocabularyUnion(base: tokenizer(base), others: [tokenizer(other)], extra: ["<extra>"])
    let bytes = union.tokenizerBytes()
    let file = Self.golden.appendingPathComponent("union-\(base)-\(other).json")
    if ProcessInfo.processInfo.environment["WGIT_UPDATE_SNAPSHOTS"] == "1" { try Data(bytes).write(to: file) }
    #expect(bytes == Array(try Data(contentsOf: file)))
    // Read again, it has the same tokens, and those of the base where they were.
    let again = try TokenizerFile(bytes)
    #expect(again.ids == union.ids)
    for token in try tokenizer(base).tokens { #expect(union.ids[JSONKey(token.text)] == token.id, "\(token.text)") }
    #expect(again.nextID == union.nextID)
  }

  @Test func newTokensComeInOrder() throws {
    let union = try VocabularyUnion(
      base: tokenizer("bpe-base"), others: [tokenizer("bpe-other")], extra: ["<extra>", "h"])
    #expect(union.newTokens.map(\.id) == Array(union.base.nextID..<union.nextID))
    let other = try tokenizer("bpe-other")
    let order = union.newTokens.dropLast().map { other.ids[JSONKey($0.text)] ?? -1 }
    #expect(order == order.sorted())
    #expect(union.newTokens.last?.text == "<extra>")
  }

  @Test func theConfigurationGetsTheAddedTokens() throws {
    let union = try VocabularyUnion(base: tokenizer("bpe-base"), others: [tokenizer("bpe-other")])
    let text = #"{"added_tokens_decoder": {"0": {"content": "<s>"}}, "bos_token": "<s>"}"#
    let result = try JSONParser.parse(union.configurationBytes(Array(text.utf8)))
    let tool = try #require(union.ids[JSONKey("<tool>")])
    #expect(result["added_tokens_decoder"]?[String(tool)]?["content"] == "<tool>")
    #expect(result["added_tokens_decoder"]?[String(tool)]?["special"] == true)
    #expect(result["added_tokens_decoder"]?["0"]?["content"] == "<s>")
  }

  @Test(arguments: [
    "[]", "{}", #"{"model": {}}"#, #"{"model": {"type": "Mystery", "vocab": {}}}"#,
    #"{"model": {"type": "BPE", "vocab": []}}"#,
    #"{"model": {"type": "BPE", "vocab": {"a": -1}}}"#, #"{"model": {"type": "BPE", "vocab": {"a": 99999999999}}}"#,
    #"{"model": {"type": "BPE", "vocab": {"a": 0, "a": 1}}}"#, #"{"model": {"type": "Unigram", "vocab": [[1, 2]]}}"#,
    #"{"model": {"type": "BPE", "vocab": {}}, "added_tokens": [{"id": 0}]}"#,
  ])
  func whatIsNoTokenizerIsRefused(_ json: String) {
    #expect(throws: CheckpointError.self) { try TokenizerFile(Array(json.utf8)) }
  }
}
