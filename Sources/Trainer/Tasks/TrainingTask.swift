import Documents

/// What a training run does, as data: its data set, its network and its hyper-parameters.
///
/// ```yaml
/// task: target
/// data: data/rotated.yaml         # below the project folder, as the other paths
/// network: network.json           # unless given
/// weights: model.safetensors      # unless given
/// train: {domains: [0, 15, 30, 45, 60], per-domain: 100}  # all domains, all rows that validation leaves
/// validation: {per-domain: 25}    # none
/// steps: 200
/// batch: 64
/// optimizer: {name: adam, learning-rate: 1e-3, weight-decay: 0}  # or the name alone; learning-rate 1e-3
/// schedule: {name: step, at: 0.75, factor: 0.2}           # constant
/// loss: {name: cross-entropy, label-smoothing: 0.1}       # cross-entropy without
/// clip: {norm: 1}                 # none
/// groups: [{match: "*.bias", weight-decay: 0}]            # none
/// freeze: [conv1.*]               # nothing
/// train-only: [head.*]            # everything
/// linear-probe: {steps: 200, learning-rate: 1e-3, batch: 128}    # none
/// head: keep                      # or new; keeps the head if it has the data set's number of classes
/// ```
package struct TrainingTask: Sendable {
  package enum HeadPolicy: String, Sendable, CaseIterable {
    /// A head with another number of classes than the data set is an error.
    case keep
    /// A fresh head, whatever there was.
    case new
  }

  /// Training of the head alone, by Adam on features computed once, before the whole network is trained.
  package struct LinearProbe: Sendable, Equatable {
    package var stepCount: Int
    package var learningRate: Double
    package var batchSize: Int
  }

  package let name: String
  package let dataPath: String
  package let networkPath: String
  package let weightsPath: String
  /// Which rows are trained on, and which validate.
  package var split: DatasetSplit
  package var stepCount: Int
  package var batchSize: Int
  package var optimizer: OptimizerChoice
  package var schedule: ScheduleChoice
  package var loss: any Loss
  package var clipping: GradientClipping?
  /// Which parameters are trained, and those with hyper-parameters of their own.
  package var parameters: ParameterSelection
  package var linearProbe: LinearProbe?
  /// nil keeps a head that fits and replaces one that does not.
  package var head: HeadPolicy?

  package static let stepLimit = 100_000_000
  package static let batchLimit = 1 << 16
}

extension TrainingTask {
  /// The task as one run does it.
  package func applying(_ overrides: TrainingOverrides) throws -> TrainingTask {
    var task = self
    task.optimizer.learningRate = overrides.learningRate ?? optimizer.learningRate
    if let weightDecay = overrides.weightDecay { task.optimizer.settings["weight-decay"] = weightDecay }
    task.stepCount = overrides.isProbeOnly ? 0 : overrides.stepCount ?? stepCount
    task.batchSize = overrides.batchSize ?? batchSize
    if overrides.isProbeOnly && (overrides.skipsProbe || linearProbe == nil) {
      throw TrainerError(.malformedTask, "task \(name.quoted()) has no linear probe to run alone")
    }
    if overrides.skipsProbe { task.linearProbe = nil }
    try task.check()
    return task
  }

  /// Refuses numbers that a task file could not give either.
  private func check() throws {
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
    guard (1...Self.batchLimit).contains(batchSize) else {
      throw TrainerError(.malformedTask, "a batch of \(batchSize) is not between 1 and \(Self.batchLimit)")
    }
  }

  /// The task for a recipe, with everything that has a default spelt out.
  package var json: JSONValue {
    var members: [JSONObject.Member] = [
      (key: "task", value: .string(name)), (key: "data", value: .string(dataPath)),
      (key: "network", value: .string(networkPath)), (key: "weights", value: .string(weightsPath)),
    ]
    members += split.json()
    members += [
      (key: "steps", value: .integer(Int64(stepCount))), (key: "batch", value: .integer(Int64(batchSize))),
      (key: "optimizer", value: optimizer.json), (key: "schedule", value: schedule.json),
      (key: "loss", value: loss.json),
    ]
    if let clipping { members.append((key: "clip", value: clipping.json)) }
    members += parameters.json
    if let linearProbe { members.append((key: "linear-probe", value: linearProbe.json)) }
    if let head { members.append((key: "head", value: .string(head.rawValue))) }
    return .object(JSONObject(members))
  }
}

extension TrainingTask.LinearProbe {
  fileprivate var json: JSONValue {
    [
      "steps": .integer(Int64(stepCount)), "learning-rate": .number(learningRate),
      "batch": .integer(Int64(batchSize)),
    ]
  }
}
