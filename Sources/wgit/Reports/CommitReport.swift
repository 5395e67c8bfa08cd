import Reports
import WeightStore

/// One commit as a report: how it was made, what certificates said, what changed.
struct CommitReport {
  let facts: CommitFacts
  let links: ReportLinks
  let children: [ObjectID<Commit>]
  let merge: IngredientReport?
  /// Along first parents, oldest first, this commit the last.
  let history: [(id: ObjectID<Commit>, results: [CertificateResult])]
  /// Between ingredients of a merge, if that was measured.
  let lines: [PathView]

  private var commit: Commit { facts.commit }

  var document: ReportDocument {
    var blocks: [ReportBlock] = [identity]
    if let body { blocks.append(.preformatted(body)) }
    if commit.recipe.kind != .import || !commit.recipe.ingredients.isEmpty {
      blocks.append(.section("How it was made", RecipeReport(recipe: commit.recipe, links: links).blocks))
    }
    if let merge { blocks.append(.section("Ingredients", [merge.table(links)])) }
    if !lines.isEmpty {
      blocks.append(.section("Between the ingredients", lines.map(summary) + [.drawings(lines.flatMap(\.drawings))]))
    }
    let plots = CertificateReport.history(history)
    blocks.append(
      .section(
        "Certificates",
        [CertificateReport.table(facts.results, links)] + (plots.isEmpty ? [] : [.drawings(plots)])))
    blocks.append(.section("Changes\(commit.parents.isEmpty ? "" : " since the first parent")", changes))
    return ReportDocument(title: commit.subject, blocks: blocks)
  }

  /// What the message says below its first line.
  private var body: String? {
    var lines = commit.message.split(separator: "\n", omittingEmptySubsequences: false)[...]
    while lines.first?.isEmpty == true { lines = lines.dropFirst() }
    lines = lines.dropFirst()
    while lines.first?.isEmpty == true { lines = lines.dropFirst() }
    while lines.last?.isEmpty == true { lines = lines.dropLast() }
    return lines.isEmpty ? nil : lines.joined(separator: "\n")
  }

  private var identity: ReportBlock {
    var rows: [ReportBlock.Fact] = [.init("commit", [.code(facts.id.hex)])]
    if !facts.names.isEmpty {
      rows.append(.init("names", facts.names.flatMap { [ReportText.badge($0), .plain(" ")] }.dropLast()))
    }
    rows.append(.init("author", "\(commit.author.name) <\(commit.author.email)>"))
    rows.append(.init("date", Format.date(commit.author)))
    if let made = CommitView.facts(commit.recipe) { rows.append(.init("made by", made)) }
    for (name, ids) in [("parents", commit.parents), ("children", children)] where !ids.isEmpty {
      rows.append(.init(name, ids.flatMap { [links.commit($0), .plain(" ")] }.dropLast()))
    }
    return .facts(rows)
  }

  private var changes: [ReportBlock] {
    guard commit.parents.isEmpty else { return ChangeReport.blocks(facts.differences) }
    var table = ReportTable("Files", [.init("file"), .init("size", isNumber: true)])
    for file in facts.changes.files {
      table.add([[.code(file.path.text)], [.plain(file.after.map { Format.bytes($0.byteCount) } ?? "")]])
    }
    return [.paragraph([.plain("The first commit of a history.")]), .table(table)]
  }

  private func summary(_ line: PathView) -> ReportBlock { .paragraph([.plain(line.sentence)]) }
}
