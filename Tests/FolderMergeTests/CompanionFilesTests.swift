import Documents
import FolderMerge
import Testing

struct CompanionFilesTests {
  private let folder: TestFolder

  init() throws {
    folder = try TestFolder()
    for (index, name) in ["base", "a", "b"].enumerated() {
      try folder.write([try TestTensor("w", [1], [Double(index)])], to: "\(name)/model.safetensors")
      try folder.write(#"{"torch_dtype": "float32", "hidden_size": 1}"#, to: "\(name)/config.json")
      try folder.write("{}", to: "\(name)/generation_config.json")
      try folder.write("secret", to: "\(name)/training_args.bin")
    }
  }

  @Test func whatLoadingNeedsIsCopiedAndNoMore() throws {
    try folder.write("x", to: "base/tokenizer.model")
    try folder.write("[{\"path\": \"\"}, {\"path\": \"1_Pooling\"}, {\"path\": \"../a\"}]", to: "base/modules.json")
    try folder.write("{}", to: "base/1_Pooling/config.json")
    try folder.merge(["a", "b"], base: "base")
    #expect(
      try folder.names("out") == [
        "1_Pooling", "README.md", "config.json", "generation_config.json", "model.safetensors", "modules.json",
        "tokenizer.model", "wgit_merge.yml",
      ])
    #expect(try folder.read("out/config.json") == folder.read("base/config.json"))
  }

  @Test func aChangedFileIsTakenFromWhoChangedIt() throws {
    try folder.write(#"{"temperature": 0.5}"#, to: "b/generation_config.json")
    try folder.merge(["a", "b"], base: "base")
    #expect(try JSONParser.parse(folder.read("out/generation_config.json"))["temperature"] == 0.5)
  }

  /// Key by key: what two models changed differently is named, and the first change stands.
  @Test func changesOfOneJSONFileComeTogether() throws {
    try folder.write(#"{"top_k": 1, "top_p": 1, "stop": [2]}"#, to: "base/generation_config.json")
    try folder.write(#"{"top_k": 5, "top_p": 1, "stop": [3]}"#, to: "a/generation_config.json")
    try folder.write(#"{"top_k": 1, "top_p": 0.5, "stop": [4]}"#, to: "b/generation_config.json")
    let report = try folder.merge(["a", "b"], base: "base")
    let merged = try JSONParser.parse(folder.read("out/generation_config.json"))
    #expect(merged["top_k"] == 5)
    #expect(merged["top_p"] == 0.5)
    #expect(merged["stop"] == [3])
    #expect(
      report.notes == ["generation_config.json: 'stop' was changed in different ways; the first change was taken"])
  }

  @Test func withoutABaseTheFirstModelsFileStandsAndANoteSaysSo() throws {
    try folder.write(#"{"temperature": 0.5}"#, to: "b/generation_config.json")
    let report = try folder.merge(["a", "b"])
    #expect(try folder.read("out/generation_config.json") == Array("{}".utf8))
    #expect(report.notes.contains { $0.hasPrefix("generation_config.json differs between the models") })
  }

  @Test func theConfigurationTellsTheTypeOfTheResult() throws {
    try folder.merge(["a", "b"], base: "base") { request, _ in request.dtype = .bf16 }
    let configuration = try JSONParser.parse(folder.read("out/config.json"))
    #expect(configuration["torch_dtype"] == "bfloat16")
    #expect(configuration["hidden_size"] == 1)
  }

  @Test func theCardTellsLicenceRecipeAndPaper() throws {
    for name in ["a", "b"] { try folder.write("---\nlicense: mit\n---\n# \(name)\n", to: "\(name)/README.md") }
    try folder.merge(["a", "b"], "ratatouille")
    let card = String(decoding: try folder.read("out/README.md"), as: UTF8.self)
    #expect(card.hasPrefix("---\nlicense: mit\nlibrary_name: transformers\ntags:\n- merge\n- wgit\n---\n"))
    #expect(card.contains("https://arxiv.org/abs/2212.10445"))
    let record = String(decoding: try folder.read("out/wgit_merge.yml"), as: UTF8.self)
    let yaml = record.split(separator: "\n").drop { $0.hasPrefix("#") }.joined(separator: "\n")
    #expect(card.contains("```yaml\n\(yaml)\n```"))
    #expect(yaml.hasPrefix("merge_method: ratatouille\nmodels:\n  - model: "))
  }

  @Test func differentLicencesAreNoted() throws {
    try folder.write("---\nlicense: mit\n---\n", to: "a/README.md")
    try folder.write("---\nlicense: gpl-3.0\n---\n", to: "b/README.md")
    #expect(try folder.merge(["a", "b"]).notes.contains("the models have different licences: gpl-3.0, mit"))
  }
}
