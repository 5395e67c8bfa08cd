import Documents
import Merging

/// The README of a result: what it was made of, how, and how to make it again.
package struct ModelCard: Sendable {
  package let title: String
  package let recipe: any MergeRecipe
  package let baseName: String?
  /// The models, with what is to be said of each: `weight 0.3`.
  package let models: [(name: String, detail: String)]
  package let record: MergeRecord
  /// The licence that all models state, if it is one.
  package var license: String?
  /// What the models are called on the Hugging Face hub.
  package var hubNames: [String] = []

  package init(
    title: String, recipe: any MergeRecipe, baseName: String?, models: [(name: String, detail: String)],
    record: MergeRecord
  ) {
    self.title = title
    self.recipe = recipe
    self.baseName = baseName
    self.models = models
    self.record = record
  }

  package func bytes() -> [UInt8] {
    Array((metadata + body).utf8)
  }

  /// What the Hugging Face hub reads.
  private var metadata: String {
    var lines = ["---"]
    if !hubNames.isEmpty {
      lines.append("base_model:")
      lines += hubNames.map { "- \(YAMLText.scalar($0))" }
    }
    if let license { lines.append("license: \(YAMLText.scalar(license))") }
    lines += ["library_name: transformers", "tags:", "- merge", "- wgit", "---", ""]
    return lines.joined(separator: "\n") + "\n"
  }

  private var body: String {
    var text =
      "# \(ModelCard.inline(title))\n\nA merge of \(models.count) \(models.count == 1 ? "model" : "models") made with wgit.\n\n"
    text += "## Method\n\n`\(recipe.name)`: \(recipe.summary).\n"
    if let paper = recipe.paper {
      text += "\n\(paper.authors), [\(paper.title)](\(paper.address)), \(paper.venue).\n"
    }
    text += "\n## Models\n\n"
    if let baseName { text += "Base: \(ModelCard.inline(baseName))\n\n" }
    for model in models {
      text += "- \(ModelCard.inline(model.name))\(model.detail.isEmpty ? "" : " (\(model.detail))")\n"
    }
    text += "\n## Recipe\n\n`\(record.command)` makes it again.\n\n"
    let fence = record.yaml.contains("```") ? "~~~~" : "```"
    return text + "\(fence)yaml\n\(record.yaml)\(fence)\n"
  }

  /// Whether a name is `owner/model`, as on the hub.
  package static func isHubName(_ name: String) -> Bool {
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    return parts.count == 2
      && parts.allSatisfy { part in
        !part.isEmpty && part.first != "." && part.first != "~"
          && part.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
              || "_-.".utf8.contains(byte)
          }
      }
  }

  /// Text that cannot end its line or start a tag.
  private static func inline(_ text: String) -> String {
    let safe = text.replacing("`", with: "'").replacing("\n", with: " ").replacing("\r", with: " ")
    return "`\(safe)`"
  }
}
