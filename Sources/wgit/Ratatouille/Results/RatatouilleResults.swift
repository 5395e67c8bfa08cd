import Statistics
import WeightStore

/// What a recipe's cells came to: accuracies of every method, and what can be said of their differences.
struct RatatouilleResults {
  struct Cell {
    let heldOut: String
    let split: UInt64
    /// By method, on the held-out domain.
    let accuracies: [String: Double]
    /// By method that is one model: on the validation rows.
    let validation: [String: Double]
    /// By pool: the mean of 1 - Q over pairs of models.
    let diversities: [String: Double]
  }

  struct Difference {
    let method: String
    let other: String
    let comparison: PairedComparison
  }

  let methods: [(name: String, summary: String)]
  let pools: [String]
  let cells: [Cell]

  /// In the order in which they first occur.
  var heldOut: [String] { RatatouilleResults.unique(cells.map(\.heldOut)) }
  var splits: [UInt64] { RatatouilleResults.unique(cells.map(\.split)) }

  private static func unique<Value: Hashable>(_ values: [Value]) -> [Value] {
    var seen: Set<Value> = []
    return values.filter { seen.insert($0).inserted }
  }

  /// - Throws: `StoreError` for a measurement that is not there.
  init(_ plan: RatatouillePlan, _ store: StepStore) throws {
    var known: [Digest: HeldOutScore] = [:]
    func score(_ models: [ModelSource], _ cell: CellPlan) throws -> HeldOutScore {
      guard let key = cell.evaluations[models] else {
        throw StoreError(.missingFile, "an evaluation of \(cell.label) was not planned")
      }
      if let measurement = known[key] { return measurement }
      guard let measurement = store.score(key) else {
        // A file that is damaged is in the way of a new one.
        store.forgetScore(key)
        throw StoreError(.missingFile, "the measurement \(key.hex.prefix(10)) is lost")
      }
      known[key] = measurement
      return measurement
    }
    methods = plan.cells.first?.rows.map { ($0.method.name, $0.method.summary) } ?? []
    pools = plan.cells.first?.pools.map(\.name) ?? []
    cells = try plan.cells.map { cell in
      var (accuracies, validation): ([String: Double], [String: Double]) = ([:], [:])
      for row in cell.rows {
        switch row.rule {
        case .model(let model):
          let measured = try score([model], cell)
          accuracies[row.method.name] = measured.accuracy
          validation[row.method.name] = measured.validationAccuracy
        case .ensemble(let models): accuracies[row.method.name] = try score(models, cell).accuracy
        case .mean(let models):
          accuracies[row.method.name] = SampleMean(try models.map { try score([$0], cell).accuracy }).mean
        case .best(let models):
          var best: HeldOutScore?
          for model in models {
            let next = try score([model], cell)
            if best.map({ next.validationAccuracy ?? -1 > $0.validationAccuracy ?? -1 }) ?? true { best = next }
          }
          accuracies[row.method.name] = best?.accuracy
          validation[row.method.name] = best?.validationAccuracy
        }
      }
      let diversities = try cell.pools.map { pool in
        (pool.name, RatatouilleResults.diversity(try pool.models.map { try score([$0], cell).correct }))
      }
      return Cell(
        heldOut: cell.heldOut, split: cell.split, accuracies: accuracies, validation: validation,
        diversities: Dictionary(
          diversities.compactMap { pool in pool.1.map { (pool.0, $0) } }, uniquingKeysWith: { $1 }))
    }
  }

  /// The mean q-diversity of all pairs of models that has a value.
  private static func diversity(_ outcomes: [[Bool]]) -> Double? {
    var values: [Double] = []
    for second in outcomes.indices {
      for first in 0..<second {
        if let value = Diversity(first: outcomes[first], second: outcomes[second]).qDiversity { values.append(value) }
      }
    }
    return values.isEmpty ? nil : SampleMean(values).mean
  }

  /// Over splits, on one held-out domain.
  func accuracy(_ method: String, heldOut: String) -> SampleMean {
    SampleMean(cells.filter { $0.heldOut == heldOut }.compactMap { $0.accuracies[method] })
  }

  /// The mean over held-out domains, its error over splits.
  func average(_ method: String) -> SampleMean {
    SampleMean(
      splits.map { split in
        SampleMean(cells.filter { $0.split == split }.compactMap { $0.accuracies[method] }).mean
      })
  }

  func diversity(_ pool: String) -> SampleMean { SampleMean(cells.compactMap { $0.diversities[pool] }) }

  func difference(_ method: String, _ other: String) -> Difference {
    let pairs = cells.compactMap { cell -> Double? in
      guard let first = cell.accuracies[method], let second = cell.accuracies[other] else { return nil }
      return first - second
    }
    return Difference(method: method, other: other, comparison: PairedComparison(differences: pairs))
  }

  /// Ratatouille's average against everything else, and what else the literature compares.
  var differences: [Difference] {
    let names = methods.map(\.name)
    var pairs: [(String, String)] = []
    if names.contains(RatatouilleAverage.name) {
      pairs += names.filter { $0 != RatatouilleAverage.name && $0 != GreedyRatatouille.name }
        .map { (RatatouilleAverage.name, $0) }
    }
    pairs += [
      (GreedyRatatouille.name, GreedySoup.name), (GreedyRatatouille.name, BestInterTraining.name),
      (Soup.name, ERM.name),
    ]
    return pairs.filter { names.contains($0.0) && names.contains($0.1) }.map(difference)
  }
}
