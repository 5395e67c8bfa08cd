/// The caller's view into a run.
package struct TrainingObserver {
  /// Called after every step, on the thread that runs the training.
  let report: (TrainingProgress) -> Void
  /// Asked before every step.
  let isCancelled: () -> Bool
  /// Asked after every step, with the steps done in the phase.
  let isSaveDue: (_ step: Int) -> Bool
  /// Keeps where the run stands; also called when it is cancelled.
  let save: (TrainingSnapshot) throws -> Void

  package init(
    report: @escaping (TrainingProgress) -> Void = { _ in }, isCancelled: @escaping () -> Bool = { false },
    isSaveDue: @escaping (_ step: Int) -> Bool = { _ in false },
    save: @escaping (TrainingSnapshot) throws -> Void = { _ in }
  ) {
    self.report = report
    self.isCancelled = isCancelled
    self.isSaveDue = isSaveDue
    self.save = save
  }
}
