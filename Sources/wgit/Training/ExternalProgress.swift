import Documents
import Trainer

/// What another program says while it trains: a line of JSON for each report.
struct ExternalProgress {
  private(set) var curve: [(step: Int, loss: Double)] = []
  private(set) var metrics = JSONObject()
  /// Lines that are no JSON objects.
  private(set) var unreadCount = 0
  private(set) var lastStep = 0

  private static let curveLimit = 100_000
  /// Steps beyond are not believed.
  private static let stepLimit = 1_000_000_000_000

  /// Reads a line; gives what there is to show.
  mutating func take(_ line: String) -> TrainingProgress? {
    guard !line.allSatisfy(\.isWhitespace) else { return nil }
    guard let report = (try? JSONParser.parse(line))?.objectValue else {
      unreadCount += 1
      return nil
    }
    for (key, value) in report["metrics"]?.objectValue?.members ?? [] where value.numberValue != nil {
      metrics = JSONObject(metrics.members + [(key: key, value: value)])
    }
    guard let step = (report["step"]?.integerValue).flatMap(Int.init(exactly:)),
      (0...Self.stepLimit).contains(step)
    else { return nil }
    lastStep = step
    let loss = report["loss"]?.numberValue
    if let loss, curve.count < Self.curveLimit { curve.append((step, loss)) }
    let count = min(Self.stepLimit, (report["steps"]?.integerValue).flatMap(Int.init(exactly:)) ?? step)
    return TrainingProgress(
      phase: .train, step: step, stepCount: max(step, count), loss: loss ?? .nan,
      accuracy: report["accuracy"]?.numberValue ?? .nan,
      samplesPerSecond: report["samplesPerSecond"]?.numberValue ?? .nan)
  }
}
