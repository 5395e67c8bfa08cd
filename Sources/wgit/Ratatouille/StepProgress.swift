import Documents
import WeightStore

/// The steps of a recipe as they are done.
final class StepProgress {
  private let total: Int
  private var finished: Int
  private let line: ProgressLine
  private let start = ContinuousClock.now
  private let finishedBefore: Int
  /// What each worker is doing, and how much of it is done.
  private var current: [Int: (title: String, part: Double)] = [:]
  /// What each worker has said on standard error.
  private var notes: [Int: [String]] = [:]

  init(total: Int, finished: Int, quiet: Bool) {
    (self.total, self.finished, finishedBefore) = (total, finished, finished)
    line = ProgressLine(isQuiet: quiet)
  }

  func end() { line.clear() }

  var summary: String { "\(finished) of \(Format.count(total, "step")) done" }

  /// Takes a line of JSON that a worker has printed.
  func take(_ text: String, of worker: Int) {
    guard let event = try? JSONParser.parse(text) else { return }
    switch event["event"]?.stringValue {
    case "started": current[worker] = (event["title"]?.stringValue ?? "", 0)
    case "finished":
      current[worker] = nil
      finished += 1
    case "train":
      if let step = event["step"]?.numberValue, let count = event["stepCount"]?.numberValue, count > 0 {
        current[worker]?.part = step / count
      }
    default: break
    }
    line.update(words)
  }

  func note(_ text: String, of worker: Int) { notes[worker, default: []].append(text) }

  func notes(of worker: Int) -> [String] { notes[worker] ?? [] }

  private var words: String {
    let done = Double(finished) + current.values.reduce(0) { $0 + $1.part }
    let share = total == 0 ? 1 : done / Double(total)
    let seconds = start.duration(to: .now) / .seconds(1)
    let new = done - Double(finishedBefore)
    let left = new > 1 ? "  \(Int((Double(total) - done) * seconds / new)) s left" : ""
    let now = current.min { $0.key < $1.key }.map { "  " + Terminal.escape($0.value.title) } ?? ""
    return "\(finished) of \(total) steps \(TrainingView.bar(Int(share * 1000), of: 1000))\(left)\(now.prefix(60))"
  }
}
