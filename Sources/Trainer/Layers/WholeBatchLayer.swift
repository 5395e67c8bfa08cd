import Tensors

/// A layer that works off a whole batch at once, cut into tasks by its outputs instead of into shards of samples: for
/// many parameters, whose gradient would be too much to keep for every shard.
///
/// What a task computes depends on the batch and the task's number alone, so the bits do not depend on threads.
package protocol WholeBatchLayer: Layer {
  /// Whether it does so; otherwise it is run slice by slice like any layer.
  func takesWholeBatch(_ input: ActivationShape) -> Bool

  /// Memory of the layer's own; nil for layers that need none.
  func makeWorkspace() -> (any LayerWorkspace)?

  /// Floats for `arrange`, shared by all tasks.
  func arrangedCount(for input: ActivationShape, sampleCount: Int) -> Int

  /// Floats a task needs while it runs.
  func taskTemporaryCount(for input: ActivationShape, sampleCount: Int) -> Int

  /// Copies one slice's input to where the tasks of the forward pass want it.
  func arrange(_ input: UnsafePointer<Float>, sampleCount: Int, firstSample: Int, _ pass: WholeForwardPass)

  var forwardTaskCount: Int { get }
  func forward(task: Int, _ pass: WholeForwardPass)

  func backwardTaskCount(_ pass: WholeBackwardPass) -> Int
  func backward(task: Int, _ pass: WholeBackwardPass)
}

extension WholeBatchLayer {
  package func makeWorkspace() -> (any LayerWorkspace)? { nil }
}

/// What the tasks of a forward pass work on. All blocks hold the whole batch.
package struct WholeForwardPass {
  let sampleCount: Int
  let inputShape: ActivationShape
  let input: UnsafePointer<Float>
  let output: UnsafeMutablePointer<Float>
  let parameters: UnsafePointer<Float>
  let arranged: UnsafeMutablePointer<Float>
  let temporary: UnsafeMutablePointer<Float>
  let workspace: (any LayerWorkspace)?
  /// Whether the pass belongs to a training step; the alternative is evaluation.
  let isTraining: Bool
  /// The layer's random numbers for this step, if it is random and trained.
  let random: CounterRandom?
  /// Threads for a layer whose one task has parts that depend on each other.
  let work: ShardedWork
  let kernels: VectorKernels

  /// Rows of the input taken as a matrix of positions and channels.
  var rowCount: Int { sampleCount * inputShape.positionCount }
}

/// What the tasks of a backward pass work on. Both gradients are overwritten.
package struct WholeBackwardPass {
  let sampleCount: Int
  let inputShape: ActivationShape
  let input: UnsafePointer<Float>
  let parameters: UnsafePointer<Float>
  let outputGradient: UnsafePointer<Float>
  let inputGradient: UnsafeMutablePointer<Float>?
  let parameterGradient: UnsafeMutablePointer<Float>?
  /// For each of the layer's parameters, whether its gradient is wanted; what is written for others is not read.
  let isTrained: [Bool]
  let workspace: (any LayerWorkspace)?
  /// As the forward pass was given.
  let random: CounterRandom?
  let work: ShardedWork
  let kernels: VectorKernels

  var rowCount: Int { sampleCount * inputShape.positionCount }
}
