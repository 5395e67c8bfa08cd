import Documents
import FolderMerge
import Glibc
import Reports
import WeightStore

/// The model card of a revision: metadata for the Hugging Face hub, and the report of the commit and of what led to it.
struct ModelCardReport {
  static let fileName = "README.md"

  private let title: String
  private let facts: CommitFacts
  private let ingredients: IngredientReport?
  /// Trainings and merges that led to it, newest first.
  private let lineage: [(id: ObjectID<Commit>, commit: Commit)]
  /// What the hub calls the model that this one began from, if the configuration says so.
  private let baseModel: String?
  private let hasConfiguration: Bool

  private static let lineageLimit = 30

  init(_ commit: ObjectID<Commit>, title: String, in repository: Repository) throws {
    self.title = title
    let names = try CommitNames(repository)
    let results = ResultReader(repository)
    facts = try CommitFacts(commit, names: names, in: repository, results: results, measuring: false)
    ingredients = try IngredientReport(facts, names: names, in: repository, results: results)
    lineage = try repository.graph.log(from: [commit]).filter { $0.commit.recipe.kind != .import }
    let entry = try repository.contents(of: RelativePath("config.json"), in: commit)
    // A configuration that is no JSON names no base.
    let configuration = entry.flatMap { try? JSONParser.parse($0) }
    hasConfiguration = configuration?["architectures"] != nil || configuration?["model_type"] != nil
    baseModel = configuration?["_name_or_path"]?.stringValue.flatMap { ModelCard.isHubName($0) ? $0 : nil }
  }

  /// Whether a file is not there, or is a model card that wgit wrote.
  static func mayReplace(_ path: String) throws -> Bool {
    guard access(path, F_OK) == 0 else { return true }
    let file = try OpenFile.openRegular(path)
    let start = String(decoding: try file.read(at: 0, count: min(file.byteCount(), 4096)), as: UTF8.self)
    return start.hasPrefix("---\n") && start.contains("\ntags:\n- wgit\n")
  }

  var text: String { metadata + MarkdownRenderer.text(document) }

  private var isMerge: Bool { facts.commit.recipe.kind == .merge }

  // MARK: Metadata

  private var metadata: String {
    var lines = ["---"]
    if let baseModel { lines += ["base_model:", "- \(YAMLText.scalar(baseModel))"] }
    if hasConfiguration { lines.append("library_name: transformers") }
    lines += ["tags:", "- wgit"] + (isMerge ? ["- merge"] : [])
    lines += modelIndex
    return (lines + ["---", "", ""]).joined(separator: "\n")
  }

  /// Values of certificates as the hub's evaluation results.
  private var modelIndex: [String] {
    let values = CertifiedValue.all(facts.results).compactMap { value in
      value.value(in: facts.results).map { (value, $0) }
    }
    guard !values.isEmpty else { return [] }
    let task = hasConfiguration ? "text-classification" : "image-classification"
    var lines = ["model-index:", "- name: \(YAMLText.scalar(title))", "  results:"]
    for (value, number) in values {
      lines += [
        "  - task:", "      type: \(task)", "    dataset:", "      name: \(YAMLText.scalar(value.name))",
        "      type: \(YAMLText.scalar(value.name))", "    metrics:", "    - type: \(YAMLText.scalar(value.metric))",
        "      value: \(number)",
      ]
    }
    return lines
  }

  // MARK: Text

  private var document: ReportDocument {
    let links = ReportLinks()
    let commit = facts.commit
    var identity: [ReportBlock.Fact] = [.init("commit", [.code(facts.id.hex)])]
    if !facts.names.isEmpty { identity.append(.init("names", facts.names.joined(separator: ", "))) }
    identity.append(.init("date", Format.date(commit.author)))
    if let made = CommitView.facts(commit.recipe) { identity.append(.init("made by", made)) }
    if let baseModel { identity.append(.init("base model", baseModel)) }
    var blocks: [ReportBlock] = [.paragraph([.plain(commit.subject)]), .facts(identity)]
    if commit.recipe.kind != .import {
      blocks.append(.section("How it was made", RecipeReport(recipe: commit.recipe, links: links).blocks))
    }
    if let ingredients { blocks.append(.section("Ingredients", [ingredients.table(links)])) }
    blocks.append(.section("Certificates", [CertificateReport.table(facts.results, links)]))
    if !lineage.isEmpty { blocks.append(.section("What led to it", [history(links)])) }
    if isMerge {
      blocks.append(
        .section(
          "Making it again",
          [
            .paragraph([
              .code("wgit replay \(facts.id.short)"),
              .plain(" in the repository computes the merge again and compares every byte."),
            ])
          ]))
    }
    return ReportDocument(title: title, blocks: blocks)
  }

  private func history(_ links: ReportLinks) -> ReportBlock {
    var table = ReportTable(
      "Trainings and merges, newest first",
      [.init("commit"), .init("made by"), .init("data"), .init("learning rate", isNumber: true)])
    for (id, commit) in lineage.prefix(ModelCardReport.lineageLimit) {
      let task = commit.recipe.details["task"]
      table.add([
        [links.commit(id)], [.plain(CommitView.facts(commit.recipe) ?? "")],
        [.plain(task?["data"]?.stringValue ?? "")],
        [.plain(task?["optimizer"]?["learning-rate"]?.numberValue.map { "\($0)" } ?? "")],
      ])
    }
    if lineage.count > ModelCardReport.lineageLimit {
      table.add([[.plain("…")], [.plain("and \(lineage.count - ModelCardReport.lineageLimit) more")], [], []])
    }
    return .table(table)
  }
}
