import Foundation
import Reports
import WeightStore

/// A folder of pages: an index with the graph of commits, and a page for each.
struct Site {
  let repository: Repository
  let folder: FreshFolder
  let commits: [(id: ObjectID<Commit>, commit: Commit)]
  let names: CommitNames
  /// Of the project.
  let title: String
  let measuring: Bool
  let results: ResultReader
  /// What lies between the ingredients of a merge; nothing unless asked for.
  let lines: (CommitFacts) throws -> [PathView]

  private static let historyLimit = 40

  /// - Parameter progress: how many pages are done; throws to stop.
  func write(progress: (Int) throws -> Void) throws {
    let digest = Data(SHA256.digest(of: Array(HTMLPage.style.utf8)).bytes).base64EncodedString()
    let pages = Set(commits.map(\.id))
    var children: [ObjectID<Commit>: [ObjectID<Commit>]] = [:]
    for (id, commit) in commits { for parent in commit.parents { children[parent, default: []].append(id) } }
    for (done, (id, _)) in commits.enumerated() {
      try progress(done)
      let facts = try CommitFacts(id, names: names, in: repository, results: results, measuring: measuring)
      let report = CommitReport(
        facts: facts, links: ReportLinks(pages: pages), children: children[id] ?? [],
        merge: try IngredientReport(facts, names: names, in: repository, results: results),
        history: try results.history(of: id, limit: Site.historyLimit),
        lines: try lines(facts))
      let page = HTMLPage(
        report.document, siteTitle: title, navigation: [.init("All commits", "../index.html")], footer: Site.footer)
      try folder.write(
        page.source(styleDigest: digest), to: RelativePath("\(ReportLinks.folder)/\(ReportLinks.fileName(id))"))
    }
    let index = HTMLPage(
      try overview(ReportLinks(pages: pages, prefix: "\(ReportLinks.folder)/")), siteTitle: title,
      navigation: [.init("All commits", "index.html")], footer: Site.footer)
    // Last: a site with an index is whole.
    try folder.write(index.source(styleDigest: digest), to: RelativePath("index.html"))
  }

  private static let footer = "Made by wgit \(Wgit.version)."

  private func overview(_ links: ReportLinks) throws -> ReportDocument {
    let rows = try commits.map { id, commit in
      var notes: [[ReportText]] = [
        [
          .code(id.short), .plain(" \(commit.author.name), \(Format.date(commit.author).prefix(10))"),
          .plain(CommitView.facts(commit.recipe).map { ", \($0)" } ?? ""),
        ]
      ]
      let said = CertificateReport.line(try results[id])
      if !said.isEmpty { notes.append(said) }
      return CommitGraphList.Row(
        id: id.hex, parents: commit.parents.map(\.hex),
        title: [links.commit(id, as: commit.subject.isEmpty ? id.short : commit.subject)],
        badges: names[id].map { .badge($0) }, notes: notes)
    }
    var blocks: [ReportBlock] = []
    if let tip = try mostTested() {
      let plots = CertificateReport.history(try results.history(of: tip, limit: Site.historyLimit))
      if !plots.isEmpty {
        let name = names.refs[tip]?.first ?? tip.short
        blocks.append(.section("Certificates of \(name)", [.drawings(plots)]))
      }
    }
    blocks.append(.section("\(Format.count(commits.count, "commit"))", [.graph(CommitGraphList(rows: rows))]))
    return ReportDocument(title: title, blocks: blocks)
  }

  /// The branch whose commits have been tested most often along first parents; of equals what is checked out, else the newest.
  private func mostTested() throws -> ObjectID<Commit>? {
    var best: (id: ObjectID<Commit>, count: Int)?
    let tips = Set(try repository.branches().map(\.target))
    let head = names.headCommit
    let order = commits.filter { $0.id == head } + commits.filter { $0.id != head && tips.contains($0.id) }
    for (id, _) in order {
      let count = try results.history(of: id, limit: Site.historyLimit).count { !$0.results.isEmpty }
      if count > best?.count ?? 1 { best = (id, count) }
    }
    return best?.id
  }
}
