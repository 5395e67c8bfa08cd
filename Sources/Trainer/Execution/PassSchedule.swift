/// What every shard does in a training step, in phases: all shards finish a phase before any begins the next.
struct PassSchedule: Sendable {
  /// What is done for one slice.
  enum Work: Sendable {
    case load
    case forward(Int)
    case addSums(Int, any BatchStatisticsLayer)
    /// The loss of samples that do not depend on each other.
    case loss(any Loss)
    /// Output and features are handed to the loss of the whole batch.
    case exportOutput
    /// Its gradients are taken back.
    case importGradient
    case addGradientSums(MemoryPlan.BackwardStep, any BatchStatisticsLayer)
    case backward(MemoryPlan.BackwardStep)
  }

  /// What one thread does when all shards have finished a phase.
  enum Completion: Sendable {
    case statistics(Int)
    case gradientStatistics(MemoryPlan.BackwardStep)
    case loss(any BatchLoss)
  }

  struct Phase: Sendable {
    var work: [Work] = []
    var completion: Completion?
  }

  private(set) var phases: [Phase] = []
  private var current = Phase(work: [.load])

  /// - Parameter usesBatchStatistics: for each operation, whether it needs sums over the batch.
  init(_ network: Network, plan: MemoryPlan, usesBatchStatistics: [Bool], objective: Objective) {
    let layers = zip(network.operations, usesBatchStatistics).map { operation, usesBatch in
      usesBatch ? operation.layer as? any BatchStatisticsLayer : nil
    }
    for (index, layer) in layers.enumerated() {
      if let layer {
        current.work.append(.addSums(index, layer))
        end(.statistics(index))
      }
      current.work.append(.forward(index))
    }
    switch objective {
    case .mean(let loss): current.work.append(.loss(loss))
    case .batch(let loss):
      current.work.append(.exportOutput)
      end(.loss(loss))
      current.work.append(.importGradient)
    }
    for step in plan.backwardSteps {
      if let layer = layers[step.operation] {
        current.work.append(.addGradientSums(step, layer))
        end(.gradientStatistics(step))
      }
      current.work.append(.backward(step))
    }
    phases.append(current)
  }

  private mutating func end(_ completion: Completion) {
    current.completion = completion
    phases.append(current)
    current = Phase()
  }
}
