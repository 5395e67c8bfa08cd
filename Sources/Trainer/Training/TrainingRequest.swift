/// Everything a training run depends on.
package struct TrainingRequest: Sendable {
  package var network: NetworkDefinition
  package var weights: StateDict
  /// The head's parameters of another model of the same features, to start from instead of this model's or fresh ones.
  package var graftedHead: StateDict?
  /// As it is to be done: overrides are applied before (`TrainingTask.applying`).
  package var task: TrainingTask
  package var dataset: ImageDataset
  package var seed: UInt64
  /// Changes the time, not the result.
  package var threadCount: Int
  /// How the weights will be stored.
  package var storage = WeightStorage()

  package init(
    network: NetworkDefinition, weights: StateDict, graftedHead: StateDict? = nil, task: TrainingTask,
    dataset: ImageDataset, seed: UInt64, threadCount: Int
  ) {
    self.network = network
    self.weights = weights
    self.graftedHead = graftedHead
    self.task = task
    self.dataset = dataset
    self.seed = seed
    self.threadCount = threadCount
  }
}
