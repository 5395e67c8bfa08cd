/// What a phase of a run does: so many steps of one optimizer on some layers.
struct TrainingPhase {
  let phase: TrainingProgress.Phase
  let stepCount: Int
  /// Rows of a batch, or of each domain's part of it.
  let batchSize: Int
  /// Batches whose mean gradient is one step's.
  let batchesPerStep: Int
  let optimizer: OptimizerChoice
  let schedule: ScheduleChoice
  let clipping: GradientClipping?
  let average: AverageSettings?
  let earlyStopping: EarlyStopping?
  /// Steps from one look at the validation rows to the next, if there are any before the end.
  let validationInterval: Int?
  /// nil draws batches from all rows together, and takes the loss's mean over them.
  let algorithm: AlgorithmChoice?
  let parameters: ParameterSelection
  let lora: LoRASettings?
}

extension TrainingPhase {
  /// The head alone, by Adam, at one learning rate.
  static func probe(_ settings: TrainingTask.LinearProbe) -> TrainingPhase {
    var optimizer = OptimizerChoice()
    optimizer.learningRate = settings.learningRate
    return TrainingPhase(
      phase: .probe, stepCount: settings.stepCount, batchSize: settings.batchSize, batchesPerStep: 1,
      optimizer: optimizer,
      schedule: ScheduleChoice(), clipping: nil, average: nil, earlyStopping: nil, validationInterval: nil,
      algorithm: nil,
      parameters: ParameterSelection(), lora: nil)
  }

  /// The network, as the task says.
  static func train(_ task: TrainingTask) -> TrainingPhase {
    TrainingPhase(
      phase: .train, stepCount: task.stepCount, batchSize: task.batchSize, batchesPerStep: task.batchesPerStep,
      optimizer: task.optimizer,
      schedule: task.schedule, clipping: task.clipping, average: task.average, earlyStopping: task.earlyStopping,
      validationInterval: task.validationInterval,
      algorithm: task.algorithm, parameters: task.parameters, lora: task.lora)
  }
}
