import Testing
import Trainer

struct TrainingRunTests {
  private static let yaml = """
    train: {per-domain: 40}
    validation: {per-domain: 20}
    steps: 60
    batch: 20
    optimizer: {name: adam, learning-rate: 1e-2}
    linear-probe: {steps: 30, learning-rate: 1e-2, batch: 32}
    """

  private func request(
    _ yaml: String = yaml, classCount: Int = 3, seed: UInt64 = 1, threadCount: Int = 2
  ) throws -> TrainingRequest {
    let network = try Samples.network(classCount: classCount)
    return TrainingRequest(
      network: network, weights: try network.initialStateDict(seed: 8, .kaimingNormal), task: try Samples.task(yaml),
      dataset: try Samples.dataset(), seed: seed, threadCount: threadCount)
  }

  private func run(_ request: TrainingRequest) throws -> TrainingOutcome {
    var run = try TrainingRun(request)
    return try run.run()
  }

  @Test func learnsAndReports() throws {
    var reports: [TrainingProgress] = []
    var run = try TrainingRun(try request())
    let outcome = try run.run(TrainingObserver(report: { reports.append($0) }))
    #expect(outcome.validationAccuracy ?? 0 > 0.9)
    #expect(outcome.trainAccuracy > 0.9)
    #expect(outcome.perDomainValidation.map(\.name) == ["0", "20"])
    #expect(outcome.perDomainValidation.map(\.exampleCount) == [20, 20])
    #expect(outcome.probeValidationAccuracy != nil)
    #expect(outcome.history.entries.map(\.step) == Array(1...60))
    #expect(try #require(outcome.history.entries.last).loss < 0.5 * outcome.history.entries[0].loss)
    #expect(outcome.probeHistory.entries.count == 30)
    #expect(outcome.stepCount == 60 && outcome.samplesPerSecond > 0 && !outcome.blasCore.isEmpty)
    #expect(reports.count == 90 && reports[0].phase == .probe && reports[30].phase == .train)
    #expect(reports[89].accuracy > 0.9 && reports[30...].allSatisfy { (0...1).contains($0.accuracy) })
    #expect(reports[89].step == 60 && reports[89].stepCount == 60)
  }

  @Test(arguments: [1, 3, 7, 100])
  func bytesDoNotDependOnThreads(threadCount: Int) throws {
    let reference = try run(try request(threadCount: 2))
    let outcome = try run(try request(threadCount: threadCount))
    #expect(outcome.weights == reference.weights)
    #expect(outcome.history == reference.history)
    #expect(outcome.validationEvaluation == reference.validationEvaluation)
    #expect(outcome.trainEvaluation == reference.trainEvaluation)
  }

  @Test func anotherSeedIsAnotherRun() throws {
    #expect(try run(try request(seed: 1)).weights != run(try request(seed: 2)).weights)
  }

  @Test func probingAloneLeavesTheFeatures() throws {
    var probing = try request()
    var overrides = TrainingOverrides()
    overrides.isProbeOnly = true
    probing.task = try probing.task.applying(overrides)
    let outcome = try run(probing)
    let head = outcome.network.headParameterNames
    #expect(outcome.stepCount == 0 && outcome.history.entries.isEmpty && outcome.probeHistory.entries.count == 30)
    for entry in probing.weights.entries {
      #expect((outcome.weights[entry.name] == entry) == !head.contains(entry.name), "\(entry.name)")
    }
    #expect(outcome.probeValidationAccuracy == outcome.validationAccuracy)
  }

  @Test func theHeadFollowsTheTask() throws {
    let other = try run(try request(Self.yaml, classCount: 5))
    #expect(other.network.classCount == 3)
    #expect(try #require(other.weights["head.weight"]).shape == [3, 24])
    expectTrainerError(.classCountMismatch, "5 classes", "\"bars\" has 3") {
      _ = try run(try request(Self.yaml + "\nhead: keep", classCount: 5))
    }
    let steps = "steps: 0"
    let kept = try request(steps)
    #expect(try run(kept).weights == kept.weights)
    let fresh = try run(try request(steps + "\nhead: new", seed: 4)).weights
    #expect(fresh.filtered(names: ["head.weight", "head.bias"]) == (try Samples.network().initialHead(seed: 4)))
    #expect(fresh["conv1.weight"] == kept.weights["conv1.weight"])
  }

  @Test func aGraftedHeadIsWhereTheRunStarts() throws {
    var grafting = try request("steps: 0", classCount: 5)
    let donor = try Samples.network().initialStateDict(seed: 77)
    grafting.graftedHead = donor
    let outcome = try run(grafting)
    #expect(outcome.weights["head.weight"] == donor["head.weight"])
    #expect(outcome.weights["conv2.weight"] == grafting.weights["conv2.weight"])
    grafting.graftedHead = try Samples.network(classCount: 4).initialStateDict(seed: 77)
    expectTrainerError(.classCountMismatch, "\"head.weight\"", "[4, 24]") { _ = try run(grafting) }
    grafting.graftedHead = donor.filtered(names: ["head.weight"])
    expectTrainerError(.missingParameter, "\"head.bias\"") { _ = try run(grafting) }
  }

  @Test func divergenceStopsWithTheStep() throws {
    expectTrainerError(.nonFiniteLoss, "of 50 (train)") {
      _ = try run(try request("steps: 50\noptimizer: {name: sgd, learning-rate: 1e30}"))
    }
  }

  @Test func cancellationStopsBeforeAStep() throws {
    var stepCount = 0
    var run = try TrainingRun(try request("steps: 50"))
    expectTrainerError(.cancelled, "before step 6 of 50 (train)") {
      _ = try run.run(TrainingObserver(report: { _ in stepCount += 1 }, isCancelled: { stepCount == 5 }))
    }
  }

  @Test func mismatchesAreFoundBeforeTraining() throws {
    var wrongWeights = try request()
    wrongWeights.weights = wrongWeights.weights.filtered(names: ["conv1.weight"])
    expectTrainerError(.missingParameter, "conv1.bias") { _ = try TrainingRun(wrongWeights) }

    var wrongImages = try request()
    wrongImages.network = try NetworkDefinition(
      input: .image(channels: 3, height: 8, width: 8),
      layers: [NamedLayer(Flatten()), NamedLayer(name: "head", Linear(inFeatures: 192, outFeatures: 3))], head: "head")
    wrongImages.weights = try wrongImages.network.initialStateDict(seed: 0)
    expectTrainerError(.shapeMismatch, "[1, 8, 8]", "[3, 8, 8]") { _ = try TrainingRun(wrongImages) }

    expectTrainerError(.unknownDomain, "\"90\"") {
      _ = try TrainingRun(try request("steps: 1\ntrain: {domains: [90]}"))
    }
    expectTrainerError(.insufficientRows, "no row") {
      _ = try TrainingRun(try request("steps: 1\ntrain: {domains: []}"))
    }
  }
}
