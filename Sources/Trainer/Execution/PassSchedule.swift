/// What is done in a pass, in phases: everything of a phase is finished before the next begins.
struct PassSchedule: Sendable {
  /// What is done for one slice.
  enum Work: Sendable {
    case load
    case forward(Int)
    /// Where a layer works on the whole batch: the slice is put where it wants it.
    case arrange(Int, any WholeBatchLayer)
    case addSums(Int, any BatchStatisticsLayer)
    /// The loss of samples that do not depend on each other.
    case loss(any Loss)
    /// The gradient is divided by the sum of the samples' shares in the mean loss.
    case divideGradient
    /// Output and features are handed to the loss of the whole batch.
    case exportOutput
    /// Its gradients are taken back.
    case importGradient
    case addGradientSums(MemoryPlan.BackwardStep, any BatchStatisticsLayer)
    case backward(MemoryPlan.BackwardStep)
    /// The sums that follow a step of the whole batch.
    case additions(MemoryPlan.BackwardStep)
  }

  /// What is done for the whole batch in tasks.
  enum Tasks: Sendable {
    case forward(Int, any WholeBatchLayer)
    case backward(MemoryPlan.BackwardStep, any WholeBatchLayer)
  }

  /// What one thread does when a phase is finished.
  enum Completion: Sendable {
    case statistics(Int)
    case gradientStatistics(MemoryPlan.BackwardStep)
    case meanLoss
    case loss(any BatchLoss)
  }

  enum Phase: Sendable {
    /// For every slice, all of it.
    case slices([Work], Completion?)
    case tasks(Tasks)
  }

  private(set) var phases: [Phase] = []
  private var work: [Work] = [.load]

  /// - Parameters:
  ///   - usesBatchStatistics: for each operation, whether it needs sums over the batch.
  ///   - objective: nil to stop at the output.
  init(_ network: Network, plan: MemoryPlan, usesBatchStatistics: [Bool], objective: Objective?) {
    let statistics = zip(network.operations, usesBatchStatistics).map { operation, usesBatch in
      usesBatch ? operation.layer as? any BatchStatisticsLayer : nil
    }
    let whole = network.operations.map(\.wholeBatchLayer)
    for index in network.operations.indices {
      if let layer = whole[index] {
        work.append(.arrange(index, layer))
        end()
        phases.append(.tasks(.forward(index, layer)))
        continue
      }
      if let layer = statistics[index] {
        work.append(.addSums(index, layer))
        end(.statistics(index))
      }
      work.append(.forward(index))
    }
    appendLoss(objective, hasPhases: usesBatchStatistics.contains(true) || whole.contains { $0 != nil })
    for step in plan.backwardSteps {
      if let layer = whole[step.operation] {
        end()
        phases.append(.tasks(.backward(step, layer)))
        if !step.additions.isEmpty { work.append(.additions(step)) }
        continue
      }
      if let layer = statistics[step.operation] {
        work.append(.addGradientSums(step, layer))
        end(.gradientStatistics(step))
      }
      work.append(.backward(step))
    }
    end()
  }

  private mutating func appendLoss(_ objective: Objective?, hasPhases: Bool) {
    switch objective {
    case nil: work.append(.exportOutput)
    case .mean(let loss):
      work.append(.loss(loss))
      // In a pass of one phase the gradient is divided when the shards' gradients are added.
      guard hasPhases else { return }
      end(.meanLoss)
      work.append(.divideGradient)
    case .batch(let loss):
      work.append(.exportOutput)
      end(.loss(loss))
      work.append(.importGradient)
    }
  }

  private mutating func end(_ completion: Completion? = nil) {
    guard !work.isEmpty || completion != nil else { return }
    phases.append(.slices(work, completion))
    work = []
  }
}
