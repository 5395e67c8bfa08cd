import Reports
import WeightStore

/// A merge beside what it was made of, for a report.
struct IngredientReport {
  struct Model {
    let id: ObjectID<Commit>
    let commit: Commit
    let names: [String]
    let weight: Double
    let results: [CertificateResult]
  }

  let merge: CommitFacts
  let ingredients: [Model]
  /// The commit that the merge was made on, if it is none of the ingredients.
  private let before: Model?

  init?(_ merge: CommitFacts, names: CommitNames, in repository: Repository, results: ResultReader) throws {
    let recipe = merge.commit.recipe
    guard recipe.kind == .merge, !recipe.ingredients.isEmpty else { return nil }
    self.merge = merge
    func model(_ id: ObjectID<Commit>, weight: Double) throws -> Model {
      Model(
        id: id, commit: try repository.graph.commit(id), names: names.refs[id] ?? [], weight: weight,
        results: try results[id])
    }
    ingredients = try recipe.ingredients.map { try model($0.commit, weight: $0.weight) }
    let parent = merge.commit.parents.first { parent in !recipe.ingredients.contains { $0.commit == parent } }
    before = try parent.map { try model($0, weight: 0) }
  }

  private var values: [CertifiedValue] { CertifiedValue.all(merge.results) }

  /// Ingredients with their shares, and every certificate before and after.
  func table(_ links: ReportLinks) -> ReportBlock {
    let values = values
    var table = ReportTable(
      "Before and after",
      [.init("model"), .init("made by"), .init("weight", isNumber: true)]
        + values.map { .init($0.metric == "accuracy" ? $0.name : "\($0.name), \($0.metric)", isNumber: true) })
    if let before { table.add(row(before, weight: "", values, links)) }
    let total = ingredients.reduce(0) { $0 + $1.weight }
    for model in ingredients {
      table.add(
        row(model, weight: IngredientReport.share(model.weight, of: total, count: ingredients.count), values, links))
    }
    let means = values.map { value in
      let all = ingredients.compactMap { value.value(in: $0.results) }
      return all.count == ingredients.count ? all.reduce(0, +) / Double(all.count) : nil
    }
    if ingredients.count > 1, means.contains(where: { $0 != nil }) {
      table.add(
        [[.plain("mean of the ingredients")], [], []]
          + zip(values, means).map { value, mean in [.plain(mean.map(value.text) ?? "-")] })
    }
    table.add(
      [[.plain("this merge")], [.plain(merge.commit.recipe.method ?? "merge")], []]
        + values.map { value in
          guard let found = value.find(in: merge.results), let number = found.result.values[value.metric] else {
            return [.plain("-")]
          }
          return [
            .plain("\(value.text(number)) "), CertificateReport.verdict(found.judgement?.verdict ?? "undecided"),
          ]
        })
    return .table(table)
  }

  private func row(
    _ model: Model, weight: String, _ values: [CertifiedValue], _ links: ReportLinks
  ) -> [[ReportText]] {
    let name: [ReportText] = [
      links.commit(model.id), .plain(" "), model.names.first.map { .badge($0) } ?? .plain(model.commit.subject),
    ]
    let made = CommitView.facts(model.commit.recipe) ?? "files added"
    return [name, [.plain(made)], [.plain(weight)]]
      + values.map { value in [.plain(value.value(in: model.results).map(value.text) ?? "-")] }
  }

  /// `1/4` of equal weights, else the share as a decimal.
  static func share(_ weight: Double, of total: Double, count: Int) -> String {
    if total > 0, abs(weight * Double(count) - total) < 1e-12 * total { return count == 1 ? "1" : "1/\(count)" }
    return Format.significant(weight)
  }
}
