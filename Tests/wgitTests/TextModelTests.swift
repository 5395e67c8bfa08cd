import Foundation
import Testing

/// Encoders of Hugging Face folders through every command that takes a model.
struct TextModelTests {
  @Test func anEncoderAloneGetsAHeadAndLearns() throws {
    let project = try ReviewProject()
    let output = try project.finetune("main", "reviews", branch: "sentiment")
    #expect(output.status == 0, "\(output.standardError)")
    let weights = try project.weights("sentiment")
    #expect(weights["classifier.weight"]?.count == 2 * 16 && weights["bert.pooler.dense.bias"]?.count == 16)
    #expect(weights.keys.allSatisfy { $0.hasPrefix("bert.") || $0.hasPrefix("classifier.") })
    let test = try project.runner.wgit("test", "sentiment")
    #expect(test.status == 0, "\(test.standardOutput)\(test.standardError)")
    #expect(test.standardOutput.contains("film") && test.standardOutput.contains("phone"))
    let config = try configuration(project, "sentiment")
    #expect(config["architectures"] as? [String] == ["BertForSequenceClassification"])
    #expect(config["id2label"] as? [String: String] == ["0": "negative", "1": "positive"])
    #expect(config["hidden_size"] as? Int == 16)
  }

  private func configuration(_ project: ReviewProject, _ revision: String) throws -> [String: Any] {
    let text = try project.runner.wgit("export", "\(revision):config.json").standardOutput
    return try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] ?? [:]
  }

  @Test func diffFindsTheLayersUnderTheirNewNames() throws {
    let project = try ReviewProject()
    try project.writeTask("top", "steps: 3\nfreeze: [\"bert.embeddings*\", \"bert.encoder.layer.0.*\"]\n")
    #expect(try project.finetune("main", "top", branch: "top").status == 0)
    let text = try project.runner.wgit("diff", "main", "top", "--", "model.safetensors").standardOutput
    #expect(text.contains("names now begin with 'bert.'"))
    #expect(text.contains("bert.encoder.layer.1.output.dense.weight") && !text.contains("layer.0"))
    #expect(text.contains("classifier.weight"))
    #expect(!text.contains("deleted"))
  }

  @Test func mergesReachBackToTheEncoderAlone() throws {
    let project = try ReviewProject()
    for (branch, seed) in [("one", "1"), ("two", "2")] {
      #expect(try project.finetune("main", "reviews", branch: branch, ["--seed", seed]).status == 0)
    }
    let (base, one, two) = (try project.weights("main"), try project.weights("one"), try project.weights("two"))
    #expect(try project.runner.wgit("switch", "-q", "--create", "soup", "one").status == 0)
    let merge = try project.runner.wgit("merge", "-q", "--strategy", "ratatouille", "two")
    #expect(merge.status == 0, "\(merge.standardError)")
    let name = "encoder.layer.1.output.dense.weight"
    let average = try #require(try project.weights("soup")["bert.\(name)"])
    let pairs = zip(try #require(one["bert.\(name)"]), try #require(two["bert.\(name)"]))
    #expect(zip(average, pairs).allSatisfy { abs($0 - ($1.0 + $1.1) / 2) < 1e-6 })

    #expect(try project.runner.wgit("switch", "-q", "--create", "sum", "one").status == 0)
    let sum = try project.runner.wgit("merge", "-q", "--strategy", "task-arithmetic", "two")
    // Each has a head of its own.
    #expect(sum.status == 1 && sum.standardError.contains("4 tensors conflict"), "\(sum.standardError)")
    #expect(
      try project.runner.wgit("merge", "--resolve", "classifier.*=ours", "--resolve", "bert.pooler*=ours").status == 0)
    #expect(try project.runner.wgit("merge", "--continue", "-q").status == 0)
    let added = try #require(try project.weights("sum")["bert.\(name)"])
    let start = try #require(base[name])
    #expect(zip(added, zip(start, pairs)).allSatisfy { abs($0 - ($1.1.0 + $1.1.1 - $1.0)) < 1e-5 })
  }

  @Test func threadsChangeNoBits() throws {
    let project = try ReviewProject(changes: ["hidden_dropout_prob": 0.1, "attention_probs_dropout_prob": 0.1])
    for (branch, threads) in [("one", "1"), ("two", "2")] {
      #expect(
        try project.finetune("main", "reviews", branch: branch, environment: ["WGIT_THREADS": threads]).status == 0)
    }
    #expect(try project.weights("one") == project.weights("two"))
  }

  @Test func accumulatedBatchesAreOneLargeBatch() throws {
    let project = try ReviewProject()
    let optimizer = "optimizer: {name: sgd, learning-rate: 0.1}\n"
    try project.writeTask("large", "steps: 3\nbatch: 32\n\(optimizer)")
    try project.writeTask("small", "steps: 3\nbatch: 8\naccumulate: 4\n\(optimizer)")
    for task in ["large", "small"] { #expect(try project.finetune("main", task, branch: task).status == 0) }
    let (large, small) = (try project.weights("large"), try project.weights("small"))
    for (name, values) in large {
      #expect(zip(values, small[name] ?? []).allSatisfy { abs($0 - $1) < 1e-5 }, "\(name)")
    }
  }

  @Test func adaptersAreNamedAsPEFTNamesThem() throws {
    let project = try ReviewProject()
    try project.writeTask(
      "lora",
      "steps: 60\nbatch: 16\noptimizer: {name: adamw, learning-rate: 1e-2}\n"
        + "lora: {rank: 4, alpha: 8, targets: [\"*.query\", \"*.value\"]}\n")
    let output = try project.finetune("main", "lora", branch: "lora")
    #expect(output.status == 0, "\(output.standardError)")
    let factors = try project.weights("lora", "adapter_model.safetensors")
    let name = "base_model.model.bert.encoder.layer.1.attention.self.value"
    #expect(factors["\(name).lora_A.weight"]?.count == 4 * 16 && factors["\(name).lora_B.weight"]?.count == 16 * 4)
    #expect(factors["\(name).lora_B.weight"]?.contains { $0 != 0 } == true)
    #expect(factors.count == 2 * 2 * 2)
    let (before, after) = (try project.weights("main"), try project.weights("lora"))
    for (name, values) in before { #expect(after["bert.\(name)"] == values) }
    #expect(try project.runner.wgit("test", "lora").status == 0)
  }

  @Test func aProbeTrainsTheHeadOnCachedFeatures() throws {
    let project = try ReviewProject(changes: ["classifier_pooling": "mean"])
    try project.writeTask("probe", "steps: 0\nlinear-probe: {steps: 300, learning-rate: 1e-2}\n")
    #expect(try project.finetune("main", "probe", branch: "probe").status == 0)
    let (before, after) = (try project.weights("main"), try project.weights("probe"))
    for (name, values) in before { #expect(after["bert.\(name)"] == values) }
  }

  @Test func pairsOfTextsAreRead() throws {
    let project = try ReviewProject()
    let lines = (0..<40).map { number in
      let (first, second) = (["good", "bad"][number % 2], ["good", "bad"][number / 2 % 2])
      return "\(second == "good" ? 1 : 0)\tthe film is \(first)\tthis film was \(second)\n"
    }
    try lines.joined().write(
      to: project.runner.data.appendingPathComponent("pairs.tsv"), atomically: true, encoding: .utf8)
    try project.runner.write("name: pairs\nformat: text\nfiles: [pairs.tsv]\nclasses: 2\n", to: "data/pairs.yaml")
    try project.writeTask(
      "pairs", "steps: 150\nbatch: 16\noptimizer: {name: adamw, learning-rate: 3e-3}\nvalidation: {fraction: 0.2}\n",
      data: "data/pairs.yaml")
    let output = try project.finetune("main", "pairs", branch: "pairs", ["--json"])
    #expect(output.status == 0, "\(output.standardError)")
    let last = try #require(output.standardOutput.split(separator: "\n").last)
    let event = try JSONSerialization.jsonObject(with: Data(last.utf8)) as? [String: Any]
    #expect(try #require(event?["trainAccuracy"] as? Double) > 0.9)
  }

  @Test(
    arguments: [
      ([:], ["vocab.txt"], "tokenizer is missing"), (["model_type": "gpt2"], [], "gpt2"),
      (["vocab_size": 15], [], "ids up to 15"), (["max_position_embeddings": 25], [], "[25, 16]"),
      (["num_hidden_layers": 3], [], "bert.encoder.layer.2"),
      (["intermediate_size": 25], [], "[25, 16]"), (["hidden_size": ""], [], "hidden_size"),
      ([:], ["config.json"], "config.json"),
    ] as [([String: any Sendable], [String], String)])
  func foldersThatDoNotFit(changes: [String: any Sendable], missing: [String], message: String) throws {
    let project = try ReviewProject(changes: changes, withoutFiles: missing)
    let output = try project.finetune("main", "reviews", branch: "x")
    #expect(output.status == (missing == ["config.json"] ? 66 : 65), "\(output.standardError)")
    #expect(output.standardError.contains(message), "\(output.standardError)")
    #expect(try project.runner.wgit("show", "x").status == 66)
  }

  @Test func idsThatTheModelHasNoRowForAreRefused() throws {
    let project = try ReviewProject()
    let vocabulary = (["[PAD]", "[UNK]", "[CLS]", "[SEP]"] + ReviewProject.words + ["more"]).joined(separator: "\n")
    try project.runner.write(vocabulary, to: "vocab.txt")
    #expect(try project.runner.wgit("commit", "-qam", "One token more").status == 0)
    let output = try project.finetune("main", "reviews", branch: "x")
    #expect(output.status == 65)
    #expect(output.standardError.contains("ids up to 16, the model has a vocabulary of 16"), "\(output.standardError)")
  }

  @Test func networksAndDataOfOtherKindsAreRefused() throws {
    let project = try ReviewProject()
    try project.runner.write("name: n\nformat: csv\nfiles: [n.csv]\nclasses: 2\n", to: "data/numbers.yaml")
    try "label,a,b\n0,1,2\n1,3,4\n".write(
      to: project.runner.data.appendingPathComponent("n.csv"), atomically: true, encoding: .utf8)
    try project.writeTask("numbers", "steps: 1\n", data: "data/numbers.yaml")
    let output = try project.finetune("main", "numbers", branch: "x")
    #expect(output.status == 65)
    #expect(output.standardError.contains("the network takes texts"), "\(output.standardError)")
  }
}
