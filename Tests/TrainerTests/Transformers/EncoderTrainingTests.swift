import Documents
import Foundation
import Testing
import Tokenizers
import Trainer

/// Fine-tuning of encoders on texts.
struct EncoderTrainingTests {
  private typealias Golden = TransformersGolden

  /// Token `i` is the word `ti`; nothing stands around a text.
  private func texts(_ configuration: EncoderConfiguration, tokenLimit: Int? = nil) throws -> TextInput {
    let vocabulary = (0..<configuration.vocabularySize).map { "\"t\($0)\":\($0)" }.joined(separator: ",")
    let json =
      #"{"model":{"type":"WordPiece","unk_token":"t0","vocab":{"# + vocabulary
      + #"}},"pre_tokenizer":{"type":"BertPreTokenizer"}}"#
    return try TextInput(Tokenizer(json: Array(json.utf8)), for: configuration, tokenLimit: tokenLimit)
  }

  private func dataset(_ known: Golden) throws -> ImageDataset {
    let lines = zip(known.labels, known.ids).map { label, ids in
      "\(label)\t\(ids.map { "t\($0)" }.joined(separator: " "))\n"
    }
    return try DataFiles.load(
      "{name: n, format: text, files: t, classes: 3}", files: ["t": Array(lines.joined().utf8)])
  }

  @Test func twentyStepsOfAdamWAreTransformers() throws {
    // Those whose texts have one type.
    for (known, network) in try Golden.cases() where ["roberta", "distilbert"].contains(known.name) {
      let configuration = try #require(network.encoder)
      let task = try TrainingTask.parse(
        "task: t\ndata: d\nsteps: 20\nbatch: 3\noptimizer: {name: adamw, learning-rate: 1e-3, weight-decay: 0.01}\n",
        name: "t")
      let request = TrainingRequest(
        network: try network.reading(texts(configuration)), weights: try known.weights(), task: task,
        dataset: try dataset(known), seed: 0, threadCount: 2)
      var run = try TrainingRun(request)
      let outcome = try run.run()
      let logits = try Evaluator(network: network, weights: outcome.weights, threadCount: 1)
        .logits(known.examples(network))
      #expect(Golden.distance(logits, Golden.floats(known.trained)) < 1e-4, "\(known.name)")
    }
  }

  @Test func longTextsAreCut() throws {
    let (_, network) = try #require(try Golden.cases().last)
    let configuration = try #require(network.encoder)
    let text = Array(repeating: "t5", count: 40).joined(separator: " ")
    #expect(try texts(configuration).sequence([text]).ids.count == 14)
    #expect(try texts(configuration, tokenLimit: 6).sequence([text]).ids == Array(repeating: 5, count: 6))
  }

  @Test func textsThatTheModelCannotTakeAreRefused() throws {
    let (known, network) = try #require(try Golden.cases().last)
    let configuration = try #require(network.encoder)
    let empty = #expect(throws: TrainerError.self) { try texts(configuration).sequence([""]) }
    #expect(empty?.code == .inputOutOfRange)
    let task = try TrainingTask.parse("task: t\ndata: d\nsteps: 1\n", name: "t")
    let error = #expect(throws: TrainerError.self) {
      try TrainingRun(
        TrainingRequest(
          network: network, weights: known.weights(), task: task, dataset: dataset(known), seed: 0, threadCount: 1))
    }
    #expect(error?.message.contains("no tokenizer") == true)
    let sequences: [([Int32], [Int32], String)] = [
      ([], [], "0 tokens"), ([30], [0], "token 0 has id 30"), ([3, -1], [0, 0], "token 1 has id -1"),
      ([3], [2], "token 0 has type 2"), (Array(repeating: 3, count: 15), Array(repeating: 0, count: 15), "15 tokens"),
    ]
    for (ids, types, message) in sequences {
      let error = #expect(throws: TrainerError.self) {
        try TokenSequence(ids: ids, typeIDs: types, for: configuration)
      }
      #expect(error?.code == .inputOutOfRange)
      #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
    }
  }
}
