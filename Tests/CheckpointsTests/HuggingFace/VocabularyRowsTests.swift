import Checkpoints
import Documents
import Testing

struct VocabularyRowsTests {
  private func model(_ tokens: [String], rowCount: Int? = nil) -> VocabularyRows.Model {
    VocabularyRows.Model(ids: ids(tokens), rowCount: rowCount ?? tokens.count)
  }

  private func ids(_ tokens: [String]) -> [JSONKey: Int] {
    Dictionary(uniqueKeysWithValues: tokens.enumerated().map { (JSONKey($1), $0) })
  }

  @Test func bothHaveItOneHasItNoneHasIt() {
    let rows = VocabularyRows(
      ids: ids(["a", "b", "new", "none"]), models: [model(["a", "b"]), model(["b", "new", "a"])], base: 0,
      minimumRowCount: 0)
    #expect(rows.sources[0] == [.own(row: 0), .own(row: 1), .row(model: 1, row: 1), .meanOfAll])
    #expect(rows.sources[1] == [.own(row: 2), .own(row: 0), .own(row: 1), .meanOfAll])
    #expect(rows.tokenRows == [0, 1, 2, 3])
  }

  @Test func withoutTheBaseTheMeanOfThoseThatHaveIt() {
    let rows = VocabularyRows(
      ids: ids(["a", "x"]), models: [model(["a"]), model(["a", "x"]), model(["x", "a"])], base: 0, minimumRowCount: 0)
    let mean = VocabularyRows.Source.mean([.init(model: 1, row: 1), .init(model: 2, row: 0)])
    #expect(rows.sources.map { $0[1] } == [mean, .own(row: 1), .own(row: 0)])
  }

  /// Rows beyond the tokens are kept; a model whose padding begins later takes the base's.
  @Test func paddingIsKept() {
    let rows = VocabularyRows(
      ids: ids(["a", "b"]),
      models: [model(["a", "b"], rowCount: 4), model(["a", "b", "c"], rowCount: 4), model(["b", "a"])],
      base: 0, minimumRowCount: 4)
    #expect(rows.rowCount == 4)
    #expect(rows.sources[0] == [.own(row: 0), .own(row: 1), .own(row: 2), .own(row: 3)])
    #expect(rows.sources[1] == [.own(row: 0), .own(row: 1), .row(model: 0, row: 2), .own(row: 3)])
    #expect(rows.sources[2] == [.own(row: 1), .own(row: 0), .row(model: 0, row: 2), .row(model: 0, row: 3)])
  }

  @Test func rowsBeyondTheBaseAreTheMeanOfAll() {
    let rows = VocabularyRows(ids: ids(["a"]), models: [model(["a"]), model(["a"])], base: 0, minimumRowCount: 3)
    #expect(rows.sources == [[.own(row: 0), .meanOfAll, .meanOfAll], [.own(row: 0), .meanOfAll, .meanOfAll]])
  }

  /// A tokenizer may have tokens for which the tensor has no row.
  @Test func tokensWithoutRowCountAsMissing() {
    let rows = VocabularyRows(
      ids: ids(["a", "b"]), models: [model(["a", "b"], rowCount: 1), model(["a", "b"])], base: 0, minimumRowCount: 0)
    #expect(rows.sources[0] == [.own(row: 0), .row(model: 1, row: 1)])
  }

  @Test func chosenSourcesFillGapsAndForcedOnesReplace() {
    let models = [model(["a", "b"]), model(["a"])]
    let chosen: [JSONKey: VocabularyRows.Source] = [JSONKey("a"): .zero, JSONKey("b"): .row(model: 1, row: 0)]
    let gaps = VocabularyRows(ids: ids(["a", "b"]), models: models, base: 0, minimumRowCount: 0, chosen: chosen)
    #expect(gaps.sources == [[.own(row: 0), .own(row: 1)], [.own(row: 0), .own(row: 0)]])
    let forced = VocabularyRows(
      ids: ids(["a", "b"]), models: models, base: 0, minimumRowCount: 0, chosen: chosen,
      forced: [JSONKey("a"), JSONKey("b")])
    #expect(forced.sources == [[.zero, .row(model: 1, row: 0)], [.zero, .own(row: 0)]])
  }
}
