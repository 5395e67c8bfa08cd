/// The caller's view into a run.
package struct TrainingObserver {
  /// Called after every step, on the thread that runs the training.
  let report: (TrainingProgress) -> Void
  /// Asked before every step.
  let isCancelled: () -> Bool

  package init(
    report: @escaping (TrainingProgress) -> Void = { _ in }, isCancelled: @escaping () -> Bool = { false }
  ) {
    self.report = report
    self.isCancelled = isCancelled
  }
}
