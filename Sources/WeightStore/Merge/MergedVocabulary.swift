import Checkpoints
import Documents

/// The vocabulary that versions of a model get together, where their own differ: the tokens of the base with their ids,
/// then the new ones of each model. Rows that stand for tokens are brought under each other by token, never by number.
struct MergedVocabulary {
  let union: VocabularyUnion
  /// Ids by token, for each version; those of the base for one without a tokenizer.
  private let ids: [[JSONKey: Int]]

  /// - Parameters:
  ///   - entries: the tokenizer of each version, the base first.
  ///   - models: the versions that are merged.
  /// - Returns: `nil` if all number their tokens alike.
  /// - Throws: `StoreError.mergeConflict` for a tokenizer that cannot be read where others differ from it.
  init?(_ entries: [Tree.Entry?], models: Range<Int>, repository: Repository) throws {
    let looked = [0] + models
    guard Set(looked.compactMap { entries[$0]?.sha256 }).count > 1 else { return nil }
    var read: [Digest: TokenizerFile] = [:]
    for entry in looked.compactMap({ entries[$0] }) where read[entry.sha256] == nil {
      let bytes = try repository.contents(of: entry)
      do throws(CheckpointError) {
        read[entry.sha256] = try TokenizerFile(bytes)
      } catch {
        throw StoreError(
          .mergeConflict,
          "a \(TokenizerFile.fileName) that differs between the models cannot be read: \(error.message)",
          cause: error)
      }
    }
    let tokenizers = entries.map { $0.flatMap { read[$0.sha256] } }
    guard let base = looked.lazy.compactMap({ tokenizers[$0] }).first else { return nil }
    guard looked.contains(where: { tokenizers[$0].map { $0.ids != base.ids } ?? false }) else { return nil }
    union = VocabularyUnion(base: base, others: models.compactMap { tokenizers[$0] })
    ids = tokenizers.map { $0?.ids ?? base.ids }
  }

  /// Whether all tokens of a version have the number that they have in the union.
  func agrees(_ version: Int) -> Bool { ids[version].allSatisfy { union.ids[$0.key] == $0.value } }

  /// Whether a version has just the tokens of the union, with their numbers.
  func isWhole(_ version: Int) -> Bool { ids[version] == union.ids }

  /// Numbers beyond any that rows could have are a mistake, and would be a claim on memory.
  ///
  /// - Throws: `StoreError.mergeConflict`.
  func check(rowCount: Int, of name: TensorName) throws(StoreError) {
    guard (union.nextID - (1 << 20)) / 4 > rowCount else { return }
    throw StoreError(
      .mergeConflict, "tokens are numbered up to \(union.nextID - 1), but '\(name.text)' has \(rowCount) rows",
      subjects: [name.text])
  }

  /// Where the rows of a merged tensor come from.
  ///
  /// - Parameter tensors: the versions that have it with their rows, the base first if it is one of them.
  func rows(_ tensors: [(version: Int, rowCount: Int)]) -> VocabularyRows {
    VocabularyRows(
      ids: union.ids, models: tensors.map { VocabularyRows.Model(ids: ids[$0.version], rowCount: $0.rowCount) },
      base: 0, minimumRowCount: max(tensors.first?.rowCount ?? 0, union.nextID))
  }
}
