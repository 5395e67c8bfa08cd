import Reports
import Trainer
import WeightStore

/// Makes reports of revisions: single documents, or a site.
final class ReportWriter {
  private let repository: Repository
  private let names: CommitNames
  private let measuring: Bool
  /// What lines between ingredients are measured on; nil if they are not.
  private let data: MeasurementDataOptions?
  private let isQuiet: Bool
  private let results: ResultReader
  private var loadedData: [MeasurementData]?

  /// λ from 0 to 1.
  private static let pointCount = 11

  init(
    repository: Repository, names: CommitNames, measuring: Bool, data: MeasurementDataOptions?, isQuiet: Bool
  ) {
    self.repository = repository
    self.names = names
    self.measuring = measuring
    self.data = data
    self.isQuiet = isQuiet
    results = ResultReader(repository)
  }

  /// Of one revision, or of `BASE..HEAD`.
  func document(_ text: String) throws -> ReportDocument {
    if let range = CommitRange(text) {
      return try RangeReport(
        base: (range.start, repository.resolve(range.start)), head: (range.end, repository.resolve(range.end)),
        repository: repository, results: results, links: ReportLinks(), measuring: measuring
      ).document()
    }
    let id = try repository.resolve(text)
    let facts = try CommitFacts(id, names: names, in: repository, results: results, measuring: measuring)
    return CommitReport(
      facts: facts, links: ReportLinks(), children: [],
      merge: try IngredientReport(facts, names: names, in: repository, results: results), history: [],
      lines: try lines(facts)
    ).document
  }

  /// Children before parents. Of `BASE..HEAD` those that lead to HEAD and not to BASE.
  func commits(
    _ revisions: [String], all: Bool, limit: Int
  ) throws -> [(id: ObjectID<Commit>, commit: Commit)] {
    var starts: [ObjectID<Commit>] = []
    var bases: [ObjectID<Commit>] = []
    for text in revisions {
      let range = CommitRange(text)
      starts.append(try repository.resolve(range?.end ?? text))
      if let base = range?.start { bases.append(try repository.resolve(base)) }
    }
    if all { starts += try repository.refs().map(\.target) }
    if starts.isEmpty || all, let head = names.headCommit { starts.append(head) }
    if starts.isEmpty { starts = [try repository.resolve("HEAD")] }
    let known = try repository.graph.ancestors(of: bases)
    return Array(try repository.graph.log(from: starts).filter { !known.contains($0.id) }.prefix(limit))
  }

  func write(_ commits: [(id: ObjectID<Commit>, commit: Commit)], to folder: FreshFolder) throws {
    let progress = ProgressLine(isQuiet: isQuiet)
    defer { progress.clear() }
    try Site(
      repository: repository, folder: folder, commits: commits, names: names,
      title: repository.working.path.split(separator: "/").last.map(String.init) ?? "wgit", measuring: measuring,
      results: results, lines: lines
    ).write { done in progress.update("writing pages: \(done) of \(commits.count)") }
  }

  /// From one ingredient of a merge to each of the others.
  private func lines(_ facts: CommitFacts) throws -> [PathView] {
    // The branch that was merged into comes first.
    let first = facts.commit.parents.first
    let all = facts.commit.recipe.ingredients.map(\.commit)
    let ingredients = all.filter { $0 == first } + all.filter { $0 != first }
    guard let data, facts.commit.recipe.kind == .merge, ingredients.count > 1 else { return [] }
    let sets = try loadedData ?? data.load(repository)
    loadedData = sets
    let progress = ProgressLine(isQuiet: isQuiet)
    defer { progress.clear() }
    do {
      return try sets.flatMap { data in
        let models = try ingredients.map {
          try MeasuredModel(names.refs[$0]?.first ?? $0.short, $0, for: data, in: repository)
        }
        return try models.dropFirst().map { other in
          let measurement = try models[0].path(
            to: other, on: data.examples, pointCount: ReportWriter.pointCount
          ) { done in
            progress.update(
              "measuring \(models[0].name) to \(other.name) \(TrainingView.bar(done, of: ReportWriter.pointCount))")
          }
          return PathView(first: models[0].name, second: other.name, data: data.name, measurement: measurement)
        }
      }
    } catch {
      // One merge that cannot be measured is no reason to have no report.
      guard let reason = ErrorPresentation.present(error)?.message else { throw error }
      Terminal.message("warning: \(facts.id.short) has no lines: \(Terminal.escape(reason))")
      return []
    }
  }
}
