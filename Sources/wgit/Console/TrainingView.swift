import Documents
import Trainer

/// A training run as it goes on: a progress line for people, JSON Lines for machines.
final class TrainingView {
  private let json: Bool
  private let line: ProgressLine
  private var lastPercent = -1

  init(json: Bool, quiet: Bool) {
    self.json = json
    line = ProgressLine(isQuiet: quiet || json)
  }

  func show(_ progress: TrainingProgress) {
    if json {
      showJSON(progress)
      return
    }
    let left = Double(progress.stepCount - progress.step)
    let perStep = progress.step > 0 ? 1 / max(1e-9, stepsPerSecond(progress)) : 0
    line.update(
      "\(progress.phase == .probe ? "probing the head" : "training") "
        + "\(TrainingView.bar(progress.step, of: progress.stepCount)) \(progress.step)/\(progress.stepCount)  "
        + "loss \(Format.significant(progress.loss))  \(Int(progress.samplesPerSecond)) samples/s  "
        + "\(Int((left * perStep).rounded(.up))) s left")
  }

  func end() { line.clear() }

  private var started: ContinuousClock.Instant?

  private func stepsPerSecond(_ progress: TrainingProgress) -> Double {
    let now = ContinuousClock.now
    guard let started, progress.step > 1 else {
      self.started = now
      return 0
    }
    let elapsed = started.duration(to: now) / .seconds(1)
    return elapsed > 0 ? Double(progress.step - 1) / elapsed : 0
  }

  /// One line for each percent.
  private func showJSON(_ progress: TrainingProgress) {
    let percent = progress.stepCount == 0 ? 100 : progress.step * 100 / progress.stepCount
    guard percent != lastPercent || progress.step == progress.stepCount else { return }
    lastPercent = percent
    let event: JSONValue = [
      "event": .string(progress.phase.rawValue), "step": .integer(Int64(progress.step)),
      "stepCount": .integer(Int64(progress.stepCount)), "loss": .number(progress.loss),
      "samplesPerSecond": .number(progress.samplesPerSecond),
    ]
    Terminal.print(String(decoding: event.canonicalBytes(), as: UTF8.self))
  }

  private static func bar(_ done: Int, of total: Int) -> String {
    let width = 20
    let filled = total == 0 ? width : min(width, done * width / total)
    return "[" + String(repeating: "=", count: filled) + String(repeating: " ", count: width - filled) + "]"
  }
}
