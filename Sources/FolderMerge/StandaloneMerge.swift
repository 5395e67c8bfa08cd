import Documents
import Merging
import WeightStore

/// A merge from files to a folder, from start to end: weights, what stands beside them, the record and the card.
package struct StandaloneMerge {
  /// What makes the weights.
  private enum Work {
    case models(MergePlan, base: ModelInput?, models: [ModelInput])
    case adapters(JoinedAdapter)
  }

  private let work: Work
  private let recipe: any MergeRecipe
  private let baseName: String?
  /// What the card lists, with what is to be said of each: `weight 0.3`.
  private let ingredients: [(name: String, detail: String)]
  private let record: MergeRecord

  /// A merge of models.
  ///
  /// - Parameter ingredients: what the card lists; without them, the models.
  package init(
    _ plan: MergePlan, base: ModelInput?, models: [ModelInput],
    ingredients: [(name: String, detail: String)]? = nil, record: MergeRecord
  ) {
    work = .models(plan, base: base, models: models)
    recipe = plan.recipe
    baseName = base?.name
    self.ingredients = ingredients ?? models.map { ($0.name, "") }
    self.record = record
  }

  /// Adapters joined to one, without their base.
  package init(
    _ joined: JoinedAdapter, ingredients: [(name: String, detail: String)], record: MergeRecord
  ) {
    work = .adapters(joined)
    recipe = LoRA()
    baseName = nil
    self.ingredients = ingredients
    self.record = record
  }

  /// What it comes to, before any weight is read.
  package var outline: MergeOutline {
    get throws {
      switch work {
      case .models(let plan, let base, let models):
        plan.outline(modelCount: models.count + (base.map { 1 + $0.adapters.count } ?? 0))
      case .adapters(let joined): try joined.outline()
      }
    }
  }

  /// - Parameters:
  ///   - path: the folder to make.
  ///   - replacing: whether an earlier merge's output may be replaced.
  ///   - version: of this program, for the record.
  /// - Throws: nothing is left under `path` then.
  package func run(
    to path: String, replacing: Bool, version: String, options: MergeRun.Options
  ) throws -> MergeReport {
    let folder = try OutputFolder(path, replacing: replacing)
    var card = ModelCard(
      title: ModelCard.title(of: path), recipe: recipe, baseName: baseName, models: ingredients, record: record)
    var report: MergeReport
    switch work {
    case .adapters(let joined): report = try joined.write(to: folder)
    case .models(let plan, let base, let models):
      report = try MergeRun(plan, options: options).writeWeights(to: folder)
      try writeCompanions(CompanionFiles(base: base, models: models, plan: plan), to: folder, &report)
      let all = (base.map { [$0] } ?? []) + models
      let licenses = ModelLicense.all(of: all)
      if licenses.count > 1 {
        report.notes.append("the models have different licences: \(licenses.joined(separator: ", "))")
      }
      card.license = licenses.count == 1 ? licenses[0] : nil
      card.hubNames = all.compactMap { HubName.name(of: $0.model) }
    }
    try folder.write(card.bytes(), to: "README.md")
    try folder.write(record.bytes(version: version), to: OutputFolder.recordName)
    report.files += ["README.md", OutputFolder.recordName]
    try folder.publish()
    return report
  }

  private func writeCompanions(
    _ companions: CompanionFiles, to folder: OutputFolder, _ report: inout MergeReport
  ) throws {
    var companions = companions
    for file in try companions.files() {
      try folder.write(file.bytes, to: file.name)
      report.files.append(file.name)
    }
    report.notes += companions.notes
  }
}

/// What a model is called on the Hugging Face hub, where that is certain: from the path of the hub's cache,
/// `…/models--OWNER--NAME/snapshots/…`, or from a folder that `hf download --local-dir` filled and that is called
/// OWNER/NAME.
enum HubName {
  static func name(of model: OpenModel) -> String? {
    guard let folder = model.folder as? DiskFolder else { return nil }
    for part in folder.name.split(separator: "/") where part.hasPrefix("models--") {
      let names = part.dropFirst("models--".count).split(separator: "-", omittingEmptySubsequences: false)
      guard let cut = names.firstIndex(of: ""), cut > 0, cut < names.count - 1 else { continue }
      return names[..<cut].joined(separator: "-") + "/" + names[(cut + 1)...].joined(separator: "-")
    }
    let isDownloaded = Folder.isFolder("\(folder.name)/.cache/huggingface")
    return isDownloaded && ModelCard.isHubName(folder.name) ? folder.name : nil
  }
}

extension ModelCard {
  /// The last part of the output's path.
  static func title(of path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? "merge"
  }
}

/// The licences that models state in their cards.
enum ModelLicense {
  /// The different ones, sorted.
  static func all(of models: [ModelInput]) -> [String] {
    Set(models.compactMap(license)).sorted()
  }

  /// `license` in the metadata at the top of a README: between lines of three hyphens.
  private static func license(of input: ModelInput) -> String? {
    guard let bytes = try? input.model.folder?.bytes("README.md") else { return nil }
    let lines = String(decoding: bytes.prefix(1 << 20), as: UTF8.self).split(
      separator: "\n", omittingEmptySubsequences: false)
    guard lines.first?.trimmingReturn == "---",
      let end = lines.dropFirst().firstIndex(where: { $0.trimmingReturn == "---" })
    else { return nil }
    let text = lines[1..<end].joined(separator: "\n")
    return try? YAMLDocument.parse(text, name: "README.md").optionalString("license")
  }
}

extension Substring {
  fileprivate var trimmingReturn: Substring { hasSuffix("\r") ? dropLast() : self }
}
