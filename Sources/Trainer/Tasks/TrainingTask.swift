import Documents

/// What a training run does, as data: its data set, its network and its hyper-parameters.
///
/// ```yaml
/// task: target
/// data: data/rotated.yaml         # below the project folder, as the other paths
/// network: network.json           # unless given
/// weights: model.safetensors      # unless given
/// train: {domains: [0, 15, 30, 45, 60], per-domain: 100}  # all domains, all rows that validation leaves
/// validation: {per-domain: 25, every: 50}  # no rows; `every` so many steps, and at the end
/// steps: 200
/// batch: 64
/// accumulate: 4                   # 1; batches whose mean gradient is one step's
/// optimizer: {name: adam, learning-rate: 1e-3, weight-decay: 0}  # or the name alone; learning-rate 1e-3
/// schedule: {name: step, at: 0.75, factor: 0.2}           # constant
/// loss: {name: cross-entropy, label-smoothing: 0.1}       # cross-entropy without
/// dropout: 0.1                    # 0; of the features, the inputs of the head
/// clip: {norm: 1}                 # none
/// groups: [{match: "*.bias", weight-decay: 0}]            # none
/// freeze: [conv1.*]               # nothing
/// train-only: [head.*]            # everything
/// freeze-statistics: true         # false; batch normalisation keeps its running statistics
/// algorithm: {name: coral, gamma: 1}       # batches from all rows together, without one
/// lora: {rank: 8, alpha: 16, targets: "conv*"}  # none; alpha is rank unless given
/// merge-lora: true                # false: factors are stored beside the weights
/// average: {method: swa, from: 0.75, every: 1}  # none; or ema or last-k, or the name alone
/// early-stop: {every: 50, patience: 5, metric: accuracy}  # none; or log-loss
/// linear-probe: {steps: 200, learning-rate: 1e-3, batch: 128}    # none
/// search: domainbed               # none; what differs between the runs of `--runs`
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
    package var stepCount = 200
    package var learningRate = 1e-3
    package var batchSize = 128
  }

  package let name: String
  package let dataPath: String
  package let networkPath: String
  package let weightsPath: String
  /// Which rows are trained on, and which validate.
  package var split: DatasetSplit
  /// Steps from one look at the validation rows to the next; nil for the end alone.
  package var validationInterval: Int?
  package var stepCount: Int
  package var batchSize: Int
  /// Batches whose mean gradient is one step's.
  package var batchesPerStep: Int
  package var optimizer: OptimizerChoice
  package var schedule: ScheduleChoice
  package var loss: any Loss
  /// With which probability each feature, an input of the head, is left out of a step: DomainBed's `resnet_dropout`.
  package var dropout: Double
  package var clipping: GradientClipping?
  /// Which parameters are trained, and those with hyper-parameters of their own.
  package var parameters: ParameterSelection
  /// Whether batch normalisation uses its running statistics and leaves them as they are.
  package var freezesBatchStatistics: Bool
  /// nil for batches from all rows together.
  package var algorithm: AlgorithmChoice?
  package var lora: LoRASettings?
  /// Whether the factors of LoRA are multiplied into the weights at the end.
  package var mergesLoRA: Bool
  package var average: AverageSettings?
  package var earlyStopping: EarlyStopping?
  package var linearProbe: LinearProbe?
  /// What differs from run to run.
  package var search: HyperparameterSearch?
  /// nil keeps a head that fits and replaces one that does not.
  package var head: HeadPolicy?

  package static let stepLimit = 100_000_000
  package static let batchLimit = 1 << 16
}
