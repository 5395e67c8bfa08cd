import Documents

/// Where each row of a merged vocabulary tensor comes from in each model.
///
/// A row whose token a model has is that model's own. For a token it lacks, the base's row stands in, so that the
/// model has no say; without one in the base, the row of the one model that has it, or the mean of the rows of those
/// that do. A token that no model has takes the mean of all rows. Rows beyond the tokens (padding to a multiple) are
/// the base's, or the model's own where that too is padding.
///
/// - Checked by: VocabularyRowsTests.
package struct VocabularyRows: Sendable {
  package enum Source: Sendable, Hashable {
    case own(row: Int)
    case row(model: Int, row: Int)
    /// The mean of rows of several models.
    case mean([RowOfModel])
    /// The mean of all rows that have a token, as this model has them.
    case meanOfAll
    case zero
  }

  package struct RowOfModel: Sendable, Hashable {
    package let model: Int
    package let row: Int

    package init(model: Int, row: Int) {
      self.model = model
      self.row = row
    }
  }

  /// One model's tensor and vocabulary.
  package struct Model: Sendable {
    package let ids: [JSONKey: Int]
    /// The rows of its tensor.
    package let rowCount: Int

    package init(ids: [JSONKey: Int], rowCount: Int) {
      self.ids = ids
      self.rowCount = rowCount
    }

    /// The row of a token, unless the tensor has no such row.
    func row(of token: JSONKey) -> Int? { ids[token].flatMap { $0 < rowCount ? $0 : nil } }

    /// One more than the largest id.
    var tokenRowCount: Int { (ids.values.max() ?? -1) + 1 }
  }

  /// For each row of the result, and each model, the source.
  package let sources: [[Source]]
  /// Rows of the result that have a token.
  package let tokenRows: [Int]

  package var rowCount: Int { sources.first?.count ?? 0 }

  /// - Parameters:
  ///   - ids: the result's vocabulary.
  ///   - models: the models that have the tensor.
  ///   - base: which of them is the base.
  ///   - minimumRowCount: rows that the result has at least.
  ///   - chosen: tokens with a source of their own, for the models that lack them.
  ///   - forced: those of them whose source also replaces the rows of models that have them.
  package init(
    ids: [JSONKey: Int], models: [Model], base: Int, minimumRowCount: Int, chosen: [JSONKey: Source] = [:],
    forced: Set<JSONKey> = []
  ) {
    let count = max(minimumRowCount, (ids.values.max() ?? -1) + 1)
    var tokens = [JSONKey?](repeating: nil, count: count)
    for (token, id) in ids { tokens[id] = token }
    let tokenRowCounts = models.map(\.tokenRowCount)
    var sources = [[Source]](repeating: [], count: models.count)
    for row in 0..<count {
      let standIn = VocabularyRows.standIn(tokens[row], row, models, base: base, tokenRowCounts, chosen)
      for (index, model) in models.enumerated() {
        var source = standIn
        if let token = tokens[row] {
          if !forced.contains(token), let own = model.row(of: token) { source = .own(row: own) }
        } else if row >= tokenRowCounts[index], row < model.rowCount {
          source = .own(row: row)
        }
        if case .row(model: index, let row) = source { source = .own(row: row) }
        sources[index].append(source)
      }
    }
    self.sources = sources
    tokenRows = tokens.indices.filter { tokens[$0] != nil }
  }

  /// What a model takes that lacks the row.
  private static func standIn(
    _ token: JSONKey?, _ row: Int, _ models: [Model], base: Int, _ tokenRowCounts: [Int], _ chosen: [JSONKey: Source]
  ) -> Source {
    guard let token else {
      return row < models[base].rowCount ? .row(model: base, row: row) : .meanOfAll
    }
    if let chosen = chosen[token] { return chosen }
    if let row = models[base].row(of: token) { return .row(model: base, row: row) }
    let donors = models.enumerated().compactMap { index, model in
      model.row(of: token).map { RowOfModel(model: index, row: $0) }
    }
    if donors.count == 1 { return .row(model: donors[0].model, row: donors[0].row) }
    return donors.isEmpty ? .meanOfAll : .mean(donors)
  }
}
