import Trainer

/// When the state of a run is saved: every so many steps; or about every minute, and so that saving takes less than a
/// twentieth of the time.
final class RunSaves {
  private let record: RunRecord
  private let interval: Int?
  private var last = ContinuousClock.now
  private var cost = Duration.zero

  init(_ record: RunRecord, interval: Int?) {
    self.record = record
    self.interval = interval
  }

  func isDue(step: Int) -> Bool {
    if let interval { return step.isMultiple(of: interval) }
    return ContinuousClock.now - last > max(.seconds(60), cost * 20)
  }

  func save(_ snapshot: TrainingSnapshot) throws {
    let start = ContinuousClock.now
    try record.save(snapshot)
    last = ContinuousClock.now
    cost = last - start
  }
}
