import Reports
import WeightStore

/// What a branch brings, beside what it is to be merged into: for pull requests.
struct RangeReport {
  let base: (name: String, id: ObjectID<Commit>)
  let head: (name: String, id: ObjectID<Commit>)
  let repository: Repository
  let results: ResultReader
  let links: ReportLinks
  let measuring: Bool

  private static let (layerLimit, commitLimit) = (10, 30)

  func document() throws -> ReportDocument {
    let differences = try repository.diff(
      from: .commit(base.id), to: .commit(head.id), scope: .init(measures: measuring))
    let (before, after) = (try results[base.id], try results[head.id])
    let known = try repository.graph.ancestors(of: [base.id])
    let commits = try repository.graph.log(from: [head.id]).filter { !known.contains($0.id) }
    return ReportDocument(
      title: "\(head.name), compared with \(base.name)",
      blocks: [
        .facts([
          .init("from", [links.commit(base.id), .plain(" \(base.name)")]),
          .init("to", [links.commit(head.id), .plain(" \(head.name)")]),
          .init("commits", "\(commits.count)"), .init("files changed", "\(differences.count)"),
        ]), .section("Certificates", [certificates(before, after)]),
        .section("Changes by layer", layers(differences)), .section("Commits", [list(commits)]),
      ])
  }

  private func certificates(_ before: [CertificateResult], _ after: [CertificateResult]) -> ReportBlock {
    var table = ReportTable(
      "Certificates before and after",
      [
        .init("certificate"), .init("metric"), .init(base.name, isNumber: true), .init(head.name, isNumber: true),
        .init("change", isNumber: true), .init("verdict"),
      ])
    for value in CertifiedValue.all(after) {
      let (old, new) = (value.value(in: before), value.value(in: after))
      let change = old.flatMap { old in new.map { $0 - old } }
      table.add([
        [.plain(value.name)], [.plain(value.metric)], [.plain(old.map(value.text) ?? "-")],
        [.plain(new.map(value.text) ?? "-")], [.plain(change.map { RangeReport.signed($0, value) } ?? "-")],
        [CertificateReport.verdict(value.find(in: after)?.judgement?.verdict ?? "undecided")],
      ])
    }
    guard table.rows.isEmpty else { return .table(table) }
    return .paragraph([
      .plain("No certificate was evaluated on \(head.name): "), .code("wgit test \(head.name) --against \(base.name)"),
    ])
  }

  private static func signed(_ change: Double, _ value: CertifiedValue) -> String {
    let text = value.isFraction ? Format.decimal(change * 100, places: 1) : Format.decimal(change, places: 4)
    return (change >= 0 ? "+" : "") + text
  }

  private func layers(_ differences: [Repository.FileDifference]) -> [ReportBlock] {
    let blocks = ChangeReport.layers(differences, limit: RangeReport.layerLimit)
    return blocks.isEmpty ? [.paragraph([.plain("No weight changed.")])] : blocks
  }

  private func list(_ commits: [(id: ObjectID<Commit>, commit: Commit)]) -> ReportBlock {
    var table = ReportTable("Commits, newest first", [.init("commit"), .init("subject"), .init("made by")])
    for (id, commit) in commits.prefix(RangeReport.commitLimit) {
      table.add([[links.commit(id)], [.plain(commit.subject)], [.plain(CommitView.facts(commit.recipe) ?? "")]])
    }
    guard !commits.isEmpty else { return .paragraph([.plain("There is no commit that \(base.name) has not.")]) }
    if commits.count > RangeReport.commitLimit {
      table.add([[.plain("…")], [.plain("and \(commits.count - RangeReport.commitLimit) more")], []])
    }
    return .table(table)
  }
}
