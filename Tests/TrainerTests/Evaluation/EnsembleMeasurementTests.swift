import Documents
import Testing
import Trainer

struct EnsembleMeasurementTests {
  private let golden: JSONValue
  private let logits: [[Float]]
  private let examples: ExampleSet

  /// The data set that Golden/generate_ensembles.py speaks of: two domains, of which only the labels matter.
  init() throws {
    golden = try Golden.read("ensembles.json")
    logits = try #require(golden["logits"]?.arrayValue).map(Golden.floats)
    let labels = try Golden.integers(golden["labels"]).map(UInt8.init)
    examples = try DataFiles.load(
      "{name: x, format: idx, images: images, labels: labels, classes: 3, domains: {rotate: [0, 10]}}",
      files: [
        "images": IDXFile.bytes(
          dimensions: [labels.count, 2, 2], elements: Array(repeating: 0, count: labels.count * 4)),
        "labels": IDXFile.bytes(dimensions: [labels.count], elements: labels),
      ]
    ).all()
  }

  private func measurement() throws -> EnsembleMeasurement {
    var mean = LogitMean()
    for member in logits { try mean.add(member) }
    return EnsembleMeasurement(
      members: logits.map { Evaluation(logits: $0, examples: examples) },
      ensemble: Evaluation(logits: mean.logits, examples: examples), average: nil, labels: examples.labels)
  }

  private func expect(_ value: Double?, _ expected: JSONValue?, _ what: String) throws {
    let expected = try #require(expected?.numberValue)
    #expect(abs(try #require(value) - expected) < 1e-9, "\(what): \(value ?? .nan), not \(expected)")
  }

  private func expect(_ evaluation: Evaluation, _ expected: JSONValue?) throws {
    try expect(evaluation.accuracy, expected?["accuracy"], "accuracy")
    try expect(evaluation.meanLogLoss, expected?["logLoss"], "log-loss")
    for (domain, known) in zip(evaluation.domains, try #require(expected?["domains"]?.arrayValue)) {
      try expect(domain.accuracy, known["accuracy"], domain.name)
      try expect(domain.meanLogLoss, known["logLoss"], domain.name)
    }
  }

  @Test func membersPairsAndEnsembleAreNumpys() throws {
    let measurement = try measurement()
    for (member, expected) in zip(measurement.members, try #require(golden["members"]?.arrayValue)) {
      try expect(member, expected)
    }
    try expect(measurement.ensemble, golden["ensemble"])
    let pairs = try #require(golden["pairs"]?.arrayValue)
    #expect(measurement.pairs.map(\.first) == [0, 0, 1] && measurement.pairs.map(\.second) == [1, 2, 2])
    for (pair, expected) in zip(measurement.pairs, pairs) {
      try expect(pair.diversity.qDiversity, expected["qDiversity"], "q-diversity")
      try expect(pair.diversity.ratioError, expected["ratioError"], "ratio-error")
      try expect(pair.agreement.disagreement, expected["disagreement"], "disagreement")
      try expect(pair.agreement.errorAgreement, expected["errorAgreement"], "same errors")
      #expect(pair.gain == nil)
    }
    let q = try pairs.map { try #require($0["qDiversity"]?.numberValue) }
    #expect(abs(try #require(measurement.meanQDiversity) - q.reduce(0, +) / 3) < 1e-12)
  }

  @Test func theGainOfAPairIsAboveTheMeanOfItsAccuracies() throws {
    let members = logits.map { Evaluation(logits: $0, examples: examples) }
    // Stand for the averages of the pairs (0, 1) and (1, 2): the third member, and a perfect one.
    let perfect = Evaluation(
      logits: examples.labels.flatMap { label in (0..<3).map { $0 == label ? 1 : 0 } }, examples: examples)
    let measurement = EnsembleMeasurement(
      members: members, ensemble: perfect, average: perfect, pairAverages: [0: members[2], 2: perfect],
      labels: examples.labels)
    #expect(
      measurement.pairs[0].gain == members[2].accuracy - (members[0].accuracy + members[1].accuracy) / 2)
    #expect(measurement.pairs[1].gain == nil)
    #expect(measurement.pairs[2].gain == 1 - (members[1].accuracy + members[2].accuracy) / 2)
  }

  @Test func logitsOfOtherShapesHaveNoMean() throws {
    var mean = LogitMean()
    try mean.add([1, 2, 3])
    expectTrainerError(.classCountMismatch, "4 logits") { try mean.add([1, 2, 3, 4]) }
  }

  @Test func aLineIsMeasuredByDomain() throws {
    let evaluations = logits.enumerated().map { index, member in
      (lambda: Double(index) / 2, evaluation: Evaluation(logits: member, examples: examples))
    }
    let measurement = PathMeasurement(evaluations, labels: examples.labels)
    #expect(measurement.path.points.map(\.accuracy) == evaluations.map(\.evaluation.accuracy))
    #expect(measurement.domains.map(\.exampleCount) == [24, 24])
    for (index, domain) in measurement.domains.enumerated() {
      #expect(domain.path.points.map(\.loss) == evaluations.map { $0.evaluation.domains[index].meanLogLoss })
    }
    let accuracies = evaluations.map(\.evaluation.accuracy)
    #expect(measurement.path.midpointGain == accuracies[1] - (accuracies[0] + accuracies[2]) / 2)
    // The ends are the first and the third member.
    let pair = try #require(golden["pairs"]?.arrayValue)[1]
    try expect(measurement.diversity.qDiversity, pair["qDiversity"], "q-diversity")
    try expect(measurement.agreement.disagreement, pair["disagreement"], "disagreement")
  }
}
