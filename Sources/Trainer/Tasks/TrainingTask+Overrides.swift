import Documents

extension TrainingTask {
  /// The task as one run does it.
  package func applying(_ overrides: TrainingOverrides) throws -> TrainingTask {
    var task = self
    task.optimizer.learningRate = overrides.learningRate ?? optimizer.learningRate
    if let weightDecay = overrides.weightDecay { task.optimizer.settings["weight-decay"] = weightDecay }
    task.stepCount = overrides.stepCount ?? stepCount
    task.batchSize = overrides.batchSize ?? batchSize
    task.dropout = overrides.dropout ?? dropout
    try task.split.holdOut(overrides.heldOut, task: name)
    task.split.seed = overrides.splitSeed ?? split.seed
    task.algorithm = overrides.algorithm ?? algorithm
    task.average = overrides.average ?? average
    task.lora = overrides.lora ?? lora
    task.mergesLoRA = overrides.mergesLoRA || mergesLoRA
    task.parameters.frozen += overrides.frozen
    if !overrides.trained.isEmpty { task.parameters.trained = overrides.trained }
    switch overrides.linearProbe {
    case true where linearProbe == nil: task.linearProbe = LinearProbe()
    case false: task.linearProbe = nil
    default: break
    }
    if overrides.isProbeOnly {
      guard task.linearProbe != nil else {
        throw TrainerError(.malformedTask, "task \(name.quoted()) has no linear probe to run alone")
      }
      task.stepCount = 0
    }
    try task.checkNumbers()
    try task.checkCombinations()
    return task
  }

  /// Refuses numbers that a task file could not give either.
  private func checkNumbers() throws {
    guard optimizer.learningRate.isFinite, optimizer.learningRate >= 0 else {
      throw TrainerError(.malformedTask, "a learning rate of \(optimizer.learningRate) is not a number from 0 on")
    }
    guard optimizer.settings["weight-decay"].isFinite, optimizer.settings["weight-decay"] >= 0 else {
      throw TrainerError(
        .malformedTask, "a weight decay of \(optimizer.settings["weight-decay"]) is not a number from 0 on")
    }
    guard (0...Self.stepLimit).contains(stepCount) else {
      throw TrainerError(.malformedTask, "\(stepCount) steps are not between 0 and \(Self.stepLimit)")
    }
    guard (0...1).contains(dropout) else {
      throw TrainerError(.malformedTask, "a dropout of \(dropout) is not between 0 and 1")
    }
    guard (1...Self.batchLimit).contains(batchSize) else {
      throw TrainerError(.malformedTask, "a batch of \(batchSize) is not between 1 and \(Self.batchLimit)")
    }
  }

  /// Refuses what cannot be done together.
  func checkCombinations() throws {
    if average != nil, earlyStopping != nil {
      throw TrainerError(
        .malformedTask,
        "a run keeps either an average of its weights or the best of them: "
          + "\"average\" and \"early-stop\" exclude each other")
    }
    if average != nil, lora != nil, !mergesLoRA {
      throw TrainerError(
        .malformedTask,
        "an average of weights has no factors of low rank: with \"lora\", "
          + "\"average\" needs \"merge-lora\"")
    }
    if mergesLoRA, lora == nil { throw TrainerError(.malformedTask, "there is no LoRA to merge") }
    guard let algorithm else { return }
    guard batchesPerStep == 1 else {
      throw TrainerError(
        .malformedTask, "\(algorithm.name) looks at all domains of a step at once: \"accumulate\" does not go with it")
    }
    guard batchSize >= algorithm.type.minimumBatchSize else {
      throw TrainerError(
        .malformedTask,
        "\(algorithm.name) needs batches of \(algorithm.type.minimumBatchSize) rows of each domain, not \(batchSize)")
    }
    try algorithm.type.init(settings: algorithm.settings).check(loss)
  }
}
