import Documents
import Trainer
import WeightStore

/// Several runs as they go on, and what became of them.
final class SweepView {
  private enum State {
    case waiting
    case running(done: Double)
    case committed(id: String, validationAccuracy: Double?)
    case failed(ExitStatus)
  }

  private let branches: [String]
  private let json: Bool
  private let quiet: Bool
  private let line: ProgressLine
  private let start = ContinuousClock.now
  private var states: [State]

  init(branches: [String], json: Bool, quiet: Bool) {
    self.branches = branches
    self.json = json
    self.quiet = quiet
    line = ProgressLine(isQuiet: quiet || json)
    states = branches.map { _ in .waiting }
  }

  func end() { line.clear() }

  /// Takes a line of JSON that a run has printed.
  func take(_ text: String, of run: Int) {
    guard let event = try? JSONParser.parse(text), let members = event.objectValue?.members else { return }
    if event["event"]?.stringValue == "committed", let id = event["commit"]?.stringValue {
      states[run] = .committed(id: id, validationAccuracy: event["validationAccuracy"]?.numberValue)
    } else if let step = event["step"]?.numberValue, let count = event["stepCount"]?.numberValue, count > 0 {
      // A probe comes before the training, and is short.
      states[run] = .running(done: event["event"]?.stringValue == "probe" ? 0 : step / count)
    }
    if json {
      let more: [JSONObject.Member] = [
        (key: "run", value: .integer(Int64(run + 1))), (key: "branch", value: .string(branches[run])),
      ]
      Terminal.print(String(decoding: JSONValue.object(JSONObject(members + more)).canonicalBytes(), as: UTF8.self))
    }
    line.update(progress)
  }

  private var progress: String {
    var (done, finished) = (0.0, 0)
    for state in states {
      switch state {
      case .waiting: break
      case .running(let part): done += part
      case .committed, .failed:
        done += 1
        finished += 1
      }
    }
    let share = done / Double(max(1, states.count))
    let seconds = start.duration(to: .now) / .seconds(1)
    let left = share > 0.01 ? "  \(Int((seconds / share - seconds).rounded(.up))) s left" : ""
    return "\(finished) of \(Format.count(states.count, "run")) done "
      + "\(TrainingView.bar(Int(share * 1000), of: 1000))\(left)"
  }

  /// Shows what a run has said on its standard error.
  func note(_ text: String, of run: Int) {
    line.clear()
    Terminal.message("\(Terminal.escape(branches[run])): \(Terminal.escape(text))")
  }

  func finish(_ run: Int, _ ending: ChildProcess.Ending?) {
    if case .committed = states[run] { return }
    switch ending {
    case .exited(let code)?: states[run] = .failed(ExitStatus(rawValue: code) ?? .bug)
    default: states[run] = .failed(.bug)
    }
  }

  /// Prints the commits; throws if there are not all.
  func conclude(isInterrupted: Bool) throws {
    if quiet, !json {
      for case .committed(let id, _) in states { Terminal.print(id) }
    } else if !json {
      printTable()
    }
    let committedCount = states.count { if case .committed = $0 { true } else { false } }
    let done = "\(committedCount) of \(Format.count(states.count, "run")) came to the end"
    if isInterrupted {
      throw CommandError(.interrupted, "stopped; \(done)", hint: "continue the others: wgit finetune --resume")
    }
    let failures = zip(branches, states).compactMap { branch, state in
      if case .failed(let status) = state { (branch, status) } else { nil }
    }
    if let first = failures.first {
      throw CommandError(
        CommandError.Code(first.1), "\(done), not \(failures.map(\.0).joined(separator: ", "))")
    }
  }

  private func printTable() {
    var table = TextTable(["branch", "commit", "validation"], [.left, .left, .right])
    for (branch, state) in zip(branches, states) {
      guard case .committed(let id, let accuracy) = state else { continue }
      table.add([Terminal.escape(branch), String(id.prefix(10)), accuracy.map { Format.percent($0) } ?? ""])
    }
    table.print()
  }
}

extension CommandError.Code {
  /// The kind of error that a command ended with.
  init(_ status: ExitStatus) {
    self = Self.allCases.first { CommandError($0, "").exitStatus == status } ?? .negative
  }
}
