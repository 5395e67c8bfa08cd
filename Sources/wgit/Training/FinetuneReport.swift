import Documents
import Trainer
import WeightStore

/// What is said of a run that has been committed.
struct FinetuneReport {
  let json: Bool
  let quiet: Bool

  /// - Parameter outcome: nil if another program has trained.
  func show(_ result: Repository.CommitOutcome, _ outcome: TrainingOutcome?) {
    if json {
      Terminal.print(
        String(
          decoding: JSONValue.object([
            "event": "committed", "commit": .string(result.id.hex),
            "branch": result.branch.map { .string($0) } ?? .null,
            "trainAccuracy": outcome.map { .number($0.trainAccuracy) } ?? .null,
            "validationAccuracy": outcome?.validationAccuracy.map { .number($0) } ?? .null,
          ]).canonicalBytes(), as: UTF8.self))
      return
    }
    guard !quiet else { return Terminal.print(result.id.hex) }
    CommitSummary.print(result)
    guard let outcome else { return }
    let validation = outcome.validationAccuracy.map { ", validation \(Format.percent($0))" } ?? ""
    Terminal.print(
      " train \(Format.percent(outcome.trainAccuracy))\(validation), "
        + "\(Int(outcome.samplesPerSecond)) samples/s")
  }
}
