import Documents
import Foundation
import Testing

/// `wgit export REV`: a folder with a model card, or the card alone.
struct ModelCardTests {
  /// The metadata at the top, as YAML reads it.
  private func metadata(_ card: String) throws -> YAMLMapping {
    #expect(card.hasPrefix("---\n"))
    let end = try #require(card.range(of: "\n---\n"))
    return try YAMLDocument.parse(String(card[card.index(card.startIndex, offsetBy: 4)..<end.lowerBound]), name: "card")
  }

  @Test func theCardOfAMergeSaysWhatItIsMadeOf() throws {
    let project = try BlockProject(minimum: 0)
    try project.finetune("main", "blocks", branch: "a", seed: 1)
    try project.finetune("main", "blocks", branch: "b", seed: 2)
    try project.runner.wgit("switch", "-q", "a")
    #expect(try project.runner.wgit("merge", "-qs", "ratatouille", "b").status == 0)
    #expect(try project.runner.wgit("test", "a", "b").status == 0)
    let output = try project.runner.wgit("export", "a", "--card")
    #expect(output.status == 0, "\(output.standardError)")
    let card = output.standardOutput
    let yaml = try metadata(card)
    #expect(try yaml.optionalStrings("tags") == ["wgit", "merge"])
    let tested = try project.runner.wgit("log", "a", "-n", "1", "--certificates", "--json")
    let log = try JSONSerialization.jsonObject(with: Data(tested.standardOutput.utf8)) as? [[String: Any]]
    let value = try #require((log?.first?["certificates"] as? [[String: Any]])?.first?["value"] as? Double)
    #expect(card.contains("    - type: accuracy\n      value: \(value)\n"))
    for text in ["ratatouille of 2 ingredients", "finetune on blocks, 40 steps, seed 2", "| 1/2 |", "wgit replay "] {
      #expect(card.contains(text), "\(text)")
    }
    #expect(card.contains("data/blocks.yaml"))
  }

  @Test func aFolderIsTheRevisionAndACard() throws {
    let runner = try CommandRunner()
    try runner.wgit("init", "-q")
    try runner.write("{\"model_type\": \"bert\", \"_name_or_path\": \"owner/base-model\"}", to: "config.json")
    try runner.write("echo", to: "tools/run.sh")
    try runner.write(Safetensors.file([("w", [1], [1])]), to: "model.safetensors")
    try runner.wgit("add", ".")
    try runner.wgit("commit", "-qm", "First: \"---\" <x>")
    #expect(try runner.wgit("export", "main", "-o", "out").status == 0)
    for path in ["config.json", "tools/run.sh", "model.safetensors"] {
      #expect(try runner.read("out/\(path)") == runner.read(path))
    }
    let card = String(decoding: try runner.read("out/README.md"), as: UTF8.self)
    let yaml = try metadata(card)
    #expect(try yaml.optionalStrings("base_model") == ["owner/base-model"])
    #expect(try yaml.optionalString("library_name") == "transformers")
    #expect(card.contains("# out\n\nFirst: \"---\" &lt;x&gt;\n"))
    // Once more, over it: what somebody wrote stays.
    #expect(try runner.wgit("export", "main", "-o", "out").status == 1)
    #expect(try runner.wgit("export", "main", "-o", "out", "--force").standardError.isEmpty)
    try runner.write("mine", to: "out/README.md")
    let again = try runner.wgit("export", "main", "-o", "out", "--force")
    #expect(again.status == 0 && again.standardError.contains("was left as it is"))
    #expect(try runner.read("out/README.md") == Array("mine".utf8))
  }

  @Test func theRevisionsOwnPageIsKept() throws {
    let runner = try CommandRunner()
    try runner.wgit("init", "-q")
    try runner.write("# Mine\n", to: "README.md")
    try runner.wgit("add", ".")
    try runner.wgit("commit", "-qm", "First")
    let output = try runner.wgit("export", "main", "-o", "out")
    #expect(output.status == 0 && output.standardError.contains("README.md is the revision's own"))
    #expect(try runner.read("out/README.md") == Array("# Mine\n".utf8))
    #expect(try runner.wgit("export", "main", "--card", "-o", "README.md").status == 1)
    #expect(try runner.read("README.md") == Array("# Mine\n".utf8))
  }
}
