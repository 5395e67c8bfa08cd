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
    /// By pool.
    let geometry: [String: PoolGeometry]
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
    methods = plan.cells.first?.rows.map { ($0.method.name, $0.method.summary) } ?? []
    pools = plan.cells.first?.pools.map(\.name) ?? []
    cells = try plan.cells.map { try Cell($0, CellScores($0, store)) }
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

  /// A value of each cell's pool, over cells.
  func geometry(_ pool: String, _ value: (PoolGeometry) -> Double?) -> SampleMean {
    SampleMean(cells.compactMap { $0.geometry[pool].flatMap(value) })
  }

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
