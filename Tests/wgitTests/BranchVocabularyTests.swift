import Foundation
import Testing

/// Branches whose tokenizers differ: rows are merged by token, never by number.
struct BranchVocabularyTests {
  private let runner: CommandRunner

  init() throws {
    runner = try CommandRunner()
    try runner.wgit("init", "-q")
  }

  /// A model with one row per token, and rows behind them that stand for none.
  private func write(_ tokens: [String], _ rows: [[Float]], extra: [(String, [Float])] = [], config: String = "")
    throws
  {
    let vocabulary = tokens.enumerated().map { "\"\($1)\": \($0)" }.joined(separator: ", ")
    try runner.write(
      "{\"added_tokens\": [], \"model\": {\"type\": \"WordLevel\", \"vocab\": {\(vocabulary)}, \"unk_token\": \"a\"}}",
      to: "tokenizer.json")
    try runner.write("{\"vocab_size\": \(rows.count)\(config)}", to: "config.json")
    try runner.write(
      Safetensors.file(
        [("model.embed_tokens.weight", [rows.count, rows[0].count], rows.flatMap(\.self))]
          + extra.map { ($0.0, [$0.1.count], $0.1) }), to: "model.safetensors")
  }

  private func commit(_ branch: String) throws {
    _ = try runner.wgit("switch", "-qc", branch, "main")
  }

  private func commit() throws {
    try runner.wgit("add", ".")
    let output = try runner.wgit("commit", "-qm", "x")
    #expect(output.status == 0, "\(output.standardError)")
  }

  private func rows() throws -> [Float]? {
    try Safetensors.tensors(runner.read("model.safetensors"))["model.embed_tokens.weight"]
  }

  private func json(_ path: String) throws -> [String: Any] {
    try JSONSerialization.jsonObject(with: Data(runner.read(path))) as? [String: Any] ?? [:]
  }

  private func vocabulary() throws -> [String: Int]? {
    (try json("tokenizer.json")["model"] as? [String: Any])?["vocab"] as? [String: Int]
  }

  @Test func tokensThatBothSidesAddedAreUnited() throws {
    try write(["a", "b"], [[1, 1], [2, 2]])
    try commit()
    try commit("one")
    try write(["a", "b", "c"], [[3, 1], [2, 2], [7, 7]])
    try commit()
    try commit("two")
    // "d" has the number that "c" has on the other side; "b" moved on.
    try write(["a", "b", "d"], [[1, 1], [2, 6], [9, 9]])
    try commit()
    let output = try runner.wgit("merge", "-s", "ratatouille", "one")
    #expect(output.status == 0, "\(output.standardError)")
    #expect(output.standardError.contains("by token: 4 tokens"))
    let tokens = try #require(try vocabulary())
    #expect(tokens["a"] == 0 && tokens["b"] == 1 && Set([tokens["c"], tokens["d"]]) == [2, 3])
    let rows = try #require(try rows())
    func row(_ token: String) -> [Float] { tokens[token].map { Array(rows[($0 * 2)..<($0 * 2 + 2)]) } ?? [] }
    #expect(row("a") == [2, 1])
    #expect(row("b") == [2, 4])
    #expect(row("c") == [7, 7])
    #expect(row("d") == [9, 9])
    #expect(try json("config.json")["vocab_size"] as? Int == 4)
    #expect(try runner.wgit("replay").status == 0)
    #expect(try runner.wgit("fsck").status == 0)
  }

  @Test func rowsOfPaddingThatBothSidesUsedAreNotMixed() throws {
    try write(["a"], [[1], [0], [0], [0]])
    try commit()
    try commit("one")
    try write(["a", "c"], [[1], [7], [0], [0]])
    try commit()
    try commit("two")
    try write(["a", "d"], [[5], [9], [0], [0]])
    try commit()
    #expect(try runner.wgit("merge", "-q", "-s", "task-arithmetic", "one").status == 0)
    let tokens = try #require(try vocabulary())
    let rows = try #require(try rows())
    #expect(rows.count == 4)
    #expect(rows[0] == 5)
    #expect(tokens["c"].map { rows[$0] } == 7)
    #expect(tokens["d"].map { rows[$0] } == 9)
  }

  @Test func aSideThatOnlyTrainedKeepsItsRows() throws {
    try write(["a", "b"], [[1], [2]])
    try commit()
    try commit("longer")
    try write(["a", "b", "c"], [[1], [2], [7]])
    try commit()
    try commit("trained")
    try write(["a", "b"], [[1], [4]])
    try commit()
    // Both changed the tensor, in different shapes: a conflict that a strategy can decide.
    let stopped = try runner.wgit("merge", "longer")
    #expect(stopped.status == 1)
    #expect(stopped.standardOutput.contains("model.embed_tokens.weight"))
    #expect(try runner.wgit("merge", "-q", "--resolve", "*=task-arithmetic").status == 0)
    let finished = try runner.wgit("merge", "--continue")
    #expect(finished.status == 0, "\(finished.standardError)")
    #expect(try rows() == [1, 4, 7])
    #expect(try vocabulary() == ["a": 0, "b": 1, "c": 2])
    #expect(try json("config.json")["vocab_size"] as? Int == 3)
    #expect(try runner.wgit("replay").status == 0)
  }

  @Test func aSideIsNotTakenWholeIfItsTokensHaveOtherNumbers() throws {
    try write(["a"], [[1], [0]])
    try commit()
    try commit("one")
    try write(["a", "c"], [[1], [7]])
    try commit()
    try commit("two")
    // A token whose row was not trained: only the tokenizer changed.
    try write(["a", "d"], [[1], [0]])
    try commit()
    let stopped = try runner.wgit("merge", "one")
    #expect(stopped.status == 1)
    #expect(stopped.standardOutput.contains("model.embed_tokens.weight"))
  }

  @Test(arguments: [
    ("broken", "cannot be read"),
    ("{\"model\": {\"type\": \"WordLevel\", \"vocab\": {\"a\": 0, \"z\": 60000000}}}", "numbered up to 6"),
  ])
  func tokenizersThatCannotBeBelievedAreRefused(_ text: String, _ reason: String) throws {
    try write(["a"], [[1], [0]])
    try runner.write(text, to: "tokenizer.json")
    try commit()
    try commit("one")
    try write(["a", "c"], [[1], [7]])
    try commit()
    try commit("two")
    try write(["a", "d"], [[1], [9]])
    try commit()
    let output = try runner.wgit("merge", "-s", "ratatouille", "one")
    #expect(output.status == 1)
    #expect(output.standardError.contains(reason), "\(output.standardError)")
    #expect(try runner.wgit("status").standardOutput.contains("working folder clean"))
  }

  @Test func wordListsInWhichTwoTokensShareANumberConflict() throws {
    try runner.write("{\"a\": 0}", to: "vocab.json")
    try commit()
    try commit("one")
    try runner.write("{\"a\": 0, \"b\": 1}", to: "vocab.json")
    try commit()
    try commit("two")
    try runner.write("{\"a\": 0, \"c\": 1}", to: "vocab.json")
    try commit()
    let output = try runner.wgit("merge", "one")
    #expect(output.status == 1)
    #expect(output.standardOutput.contains("were both given the number 1"))
  }
}
