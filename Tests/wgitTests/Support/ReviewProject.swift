import Foundation
import Testing

/// A project with a tiny encoder as a Hugging Face folder has it, without a head and without its family's prefix, and
/// reviews of two domains, of a few words each, that a word decides.
struct ReviewProject {
  let runner: CommandRunner

  static let words = ["good", "bad", "fine", "poor", "film", "phone", "the", "a", "is", "was", "very", "this"]

  /// - Parameter changes: of members of `config.json`;
  init(changes: [String: any Sendable] = [:], withoutFiles missing: [String] = []) throws {
    runner = try CommandRunner()
    var config: [String: any Sendable] = [
      "model_type": "bert", "vocab_size": 16, "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2,
      "intermediate_size": 24, "max_position_embeddings": 24, "type_vocab_size": 2, "hidden_dropout_prob": 0.0,
      "attention_probs_dropout_prob": 0.0, "architectures": ["BertModel"],
    ]
    try runner.write(String(decoding: JSONSerialization.data(withJSONObject: config), as: UTF8.self), to: "config.json")
    #expect(try runner.wgit("network", "init", "config.json", "-q", "--seed", "1").status == 0)
    try keepEncoderAlone()
    for (key, value) in changes { config[key] = value }
    try runner.write(String(decoding: JSONSerialization.data(withJSONObject: config), as: UTF8.self), to: "config.json")
    try runner.write((["[PAD]", "[UNK]", "[CLS]", "[SEP]"] + Self.words).joined(separator: "\n"), to: "vocab.txt")
    for domain in ["film", "phone"] { try writeReviews(of: domain) }
    try runner.write(
      "name: reviews\nformat: text\nfiles: [film.tsv, phone.tsv]\nclasses: [negative, positive]\n"
        + "domains: {files: [film, phone]}\n", to: "data/reviews.yaml")
    try writeTask("reviews", "steps: 60\nbatch: 16\noptimizer: {name: adamw, learning-rate: 3e-3}\n")
    try runner.write(
      "certificate: reviews\ndata: data/reviews.yaml\nnetwork: config.json\nmetric: each-domain-accuracy\nminimum: 0.9\n",
      to: "certificates/reviews.yaml")
    for file in missing { try FileManager.default.removeItem(at: runner.project.appendingPathComponent(file)) }
    #expect(try runner.wgit("init", "-q").status == 0)
    #expect(try runner.wgit("add", ".").status == 0)
    #expect(try runner.wgit("commit", "-qm", "An encoder alone").status == 0)
  }

  func writeTask(_ name: String, _ text: String, data: String = "data/reviews.yaml") throws {
    try runner.write("task: \(name)\ndata: \(data)\nnetwork: config.json\n\(text)", to: "\(name).yaml")
  }

  /// What a checkpoint of a model without a head holds.
  private func keepEncoderAlone() throws {
    let tensors = try Safetensors.tensors(runner.read("model.safetensors"))
    let shown = try runner.wgit("network", "show", "config.json", "--json").standardOutput
    let list = try JSONSerialization.jsonObject(with: Data(shown.utf8)) as? [[String: Any]] ?? []
    let kept = list.compactMap { entry -> (name: String, shape: [Int], values: [Float])? in
      guard let name = entry["name"] as? String, let values = tensors[name],
        name.hasPrefix("bert.encoder")
          || name.hasPrefix("bert.embeddings")
      else { return nil }
      return (String(name.dropFirst(5)), entry["shape"] as? [Int] ?? [], values)
    }
    try runner.write(Safetensors.file(kept), to: "model.safetensors")
  }

  private func writeReviews(of domain: String) throws {
    var lines = ""
    for number in 0..<80 {
      let word = [["bad", "poor"], ["good", "fine"]][number % 2][number / 2 % 2]
      lines +=
        "\(number % 2 == 0 ? "negative" : "positive")\tThe \(domain) \(number % 3 == 0 ? "was very" : "is") \(word)\n"
    }
    try lines.write(to: runner.data.appendingPathComponent("\(domain).tsv"), atomically: true, encoding: .utf8)
  }

  /// Fine-tunes on a branch.
  @discardableResult
  func finetune(
    _ start: String, _ task: String, branch: String, _ more: [String] = [], environment: [String: String] = [:]
  ) throws -> CommandRunner.Output {
    try runner.run(
      CommandRunner.program, ["finetune", start, "-t", "\(task).yaml", "-b", branch, "-q"] + more,
      environment: environment)
  }

  func weights(_ revision: String, _ file: String = "model.safetensors") throws -> [String: [Float]] {
    let output = runner.folder.appendingPathComponent("exported")
    #expect(try runner.wgit("export", "\(revision):\(file)", "-o", output.path).status == 0)
    defer { try? FileManager.default.removeItem(at: output) }
    return try Safetensors.tensors(Array(Data(contentsOf: output)))
  }
}
