import Documents
import Testing
import Trainer

/// A run that is interrupted anywhere and continued leaves the same bits as one that is not.
struct ResumptionTests {
  private static let probe = "linear-probe: {steps: 4, learning-rate: 1e-2, batch: 8}\n"

  @Test(arguments: [
    probe + "optimizer: {name: adam, learning-rate: 1e-2}",
    "optimizer: {name: sgd, learning-rate: 1e-1, momentum: 0.9, nesterov: true}\naverage: {method: swa, from: 0.3}",
    "optimizer: {name: adamw, learning-rate: 1e-2}\naverage: {method: ema, decay: 0.7}\nschedule: {name: cosine}",
    probe + "algorithm: {name: groupdro, eta: 1}", "algorithm: {name: vrex, lambda: 5, anneal-steps: 5}",
    "algorithm: mixup", "lora: {rank: 2, alpha: 4, targets: 'conv*'}", "average: last-k",
    "early-stop: {every: 2, patience: 2}\noptimizer: {name: adam, learning-rate: 3e-2}",
  ])
  func continuesToTheSameBits(settings: String) throws {
    let request = try request(settings)
    var reports = 0
    let reference = try run(request, TrainingObserver(report: { _ in reports += 1 }))
    for cut in [1, 3, 6, reports - 1] {
      let outcome = try interrupted(request, after: [cut])
      #expect(outcome.weights == reference.weights, "after \(cut)")
      #expect(try outcome.adapter?.tensors() == reference.adapter?.tensors(), "after \(cut)")
      #expect(outcome.history == reference.history, "after \(cut)")
      #expect(outcome.probeHistory == reference.probeHistory, "after \(cut)")
      #expect(outcome.validationEvaluation == reference.validationEvaluation, "after \(cut)")
      #expect(outcome.probeValidationAccuracy == reference.probeValidationAccuracy, "after \(cut)")
    }
    #expect(try interrupted(request, after: [2, 1, 3]).weights == reference.weights)
  }

  @Test func savesAreAskedForAfterEveryStepButTheLast() throws {
    var (asked, saved): ([Int], [TrainingSnapshot]) = ([], [])
    let request = try request("steps: 5")
    let reference = try run(
      request,
      TrainingObserver(
        isSaveDue: {
          asked.append($0)
          return $0 == 3
        }, save: { saved.append($0) }))
    #expect(asked == [1, 2, 3, 4, 5] && saved.map(\.step) == [3])
    #expect(try run(request, TrainingObserver(), resuming: saved[0]).weights == reference.weights)
  }

  @Test func aStateOfAnotherRunIsRefused() throws {
    var saved: TrainingSnapshot?
    _ = try run(try request("steps: 5"), TrainingObserver(isSaveDue: { $0 == 3 }, save: { saved = $0 }))
    let snapshot = try #require(saved)
    for other in ["steps: 2", "steps: 5\naverage: swa", "steps: 5\noptimizer: {name: sgd, momentum: 0.9}"] {
      expectTrainerError(.unfitSnapshot) {
        _ = try run(try request(other), TrainingObserver(), resuming: snapshot)
      }
    }
    var other = try request("steps: 5")
    other.network = try Samples.normalizedNetwork()
    other.weights = try other.network.initialStateDict(seed: 8)
    expectTrainerError(.unfitSnapshot) { _ = try run(other, TrainingObserver(), resuming: snapshot) }
  }

  private func request(_ settings: String) throws -> TrainingRequest {
    let network = try Samples.normalizedNetwork()
    let isPlain = settings.hasPrefix("steps: ")
    let start = isPlain ? try Samples.network() : network
    return TrainingRequest(
      network: start, weights: try start.initialStateDict(seed: 8, .kaimingNormal),
      task: try Samples.task(
        "validation: {per-domain: 20, every: 3}\nbatch: 6\n" + (isPlain ? "" : "steps: 11\n") + settings),
      dataset: try Samples.dataset(), seed: 5, threadCount: 2)
  }

  private func run(
    _ request: TrainingRequest, _ observer: TrainingObserver, resuming snapshot: TrainingSnapshot? = nil
  ) throws -> TrainingOutcome {
    var run = try TrainingRun(request)
    return try run.run(observer, resuming: snapshot)
  }

  /// Runs so many steps, is cancelled, goes on from what was saved, and so on; at last to the end.
  private func interrupted(_ request: TrainingRequest, after cuts: [Int]) throws -> TrainingOutcome {
    var saved: TrainingSnapshot?
    for cut in cuts {
      var stepCount = 0
      expectTrainerError(.cancelled, "stopped before step") {
        _ = try run(
          request,
          TrainingObserver(
            report: { _ in stepCount += 1 }, isCancelled: { stepCount == cut }, save: { saved = $0 }),
          resuming: saved)
      }
    }
    return try run(request, TrainingObserver(), resuming: saved)
  }
}
