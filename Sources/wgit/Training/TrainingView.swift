import Documents
import Trainer

/// A training run as it goes on: a progress line for people, JSON Lines for machines.
final class TrainingView {
  private let json: Bool
  /// Whether tables for people are not wanted.
  let isQuiet: Bool
  private let line: ProgressLine
  private var lastPercent = -1

  init(json: Bool, quiet: Bool) {
    self.json = json
    isQuiet = quiet || json
    line = ProgressLine(isQuiet: quiet || json)
  }

  func show(_ progress: TrainingProgress) {
    if json {
      showJSON(progress)
      return
    }
    line.update(
      "\(progress.phase == .probe ? "probing the head" : "training") "
        + "\(TrainingView.bar(progress.step, of: progress.stepCount)) \(progress.step)/\(progress.stepCount)  "
        + figures(progress) + timeLeft(progress))
  }

  /// What is known of them: another program may not tell all.
  private func figures(_ progress: TrainingProgress) -> String {
    var text = ""
    if progress.loss.isFinite { text += "loss \(Format.significant(progress.loss))  " }
    if progress.accuracy.isFinite { text += "accuracy \(Format.percent(progress.accuracy))  " }
    if progress.samplesPerSecond.isFinite, progress.samplesPerSecond < 1e12 {
      text += "\(Int(progress.samplesPerSecond)) samples/s  "
    }
    return text
  }

  func end() { line.clear() }

  /// Where the phase that is under way began to be watched.
  private var watched: (phase: TrainingProgress.Phase, step: Int, time: ContinuousClock.Instant)?

  private func timeLeft(_ progress: TrainingProgress) -> String {
    let now = ContinuousClock.now
    guard let watched, watched.phase == progress.phase, progress.step > watched.step else {
      watched = (progress.phase, progress.step, now)
      return ""
    }
    let perStep = watched.time.duration(to: now) / .seconds(1) / Double(progress.step - watched.step)
    return "\(Int((Double(progress.stepCount - progress.step) * perStep).rounded(.up))) s left"
  }

  /// One line for each percent.
  private func showJSON(_ progress: TrainingProgress) {
    let percent = progress.stepCount == 0 ? 100 : progress.step * 100 / progress.stepCount
    guard percent != lastPercent || progress.step == progress.stepCount else { return }
    lastPercent = percent
    let event: JSONValue = [
      "event": .string(progress.phase.rawValue), "step": .integer(Int64(progress.step)),
      "stepCount": .integer(Int64(progress.stepCount)), "loss": .number(progress.loss),
      "accuracy": .number(progress.accuracy), "samplesPerSecond": .number(progress.samplesPerSecond),
    ]
    Terminal.print(String(decoding: event.canonicalBytes(), as: UTF8.self))
  }

  static func bar(_ done: Int, of total: Int) -> String {
    let width = 20
    let filled = total == 0 ? width : min(width, done * width / total)
    return "[" + String(repeating: "=", count: filled) + String(repeating: " ", count: width - filled) + "]"
  }
}
