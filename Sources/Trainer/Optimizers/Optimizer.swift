/// A rule that turns gradients into new parameters. Adding one is one file in `Optimizers` with its test and one line
/// in `OptimizerRegistry`.
///
/// Every parameter is treated alike but for its range's learning rate and decay, so parameters and gradients come as
/// flat blocks.
package protocol Optimizer: Sendable {
  /// The name in tasks and recipes.
  static var name: String { get }

  /// The settings this optimizer understands beside the learning rate, with the values they have unless given.
  static var defaults: NamedSettings { get }

  init(settings: NamedSettings, parameterCount: Int)

  /// Steps begun so far.
  var stepCount: Int { get set }

  /// What is kept from step to step for each parameter, by PyTorch's names.
  var buffers: [(name: String, values: UnsafeMutableBufferPointer<Float>)] { get }

  /// One range's part of the step that was begun. Different ranges may be updated on different threads.
  ///
  /// Shapes: both pointers [parameterCount]; only elements of the range are touched.
  func update(
    _ range: ParameterRange, parameters: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>,
    learningRate: Double)
}

extension Optimizer {
  /// Elements updated at a time: enough to be worth a thread's trouble.
  private static var blockSize: Int { 1 << 14 }

  /// One step of some ranges that do not overlap. Determinism: elementwise, the same bits for any number of threads.
  package mutating func step(
    _ ranges: [ParameterRange], parameters: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>,
    learningRate: Double, threadCount: Int = 1
  ) {
    stepCount += 1
    let blocks = ranges.flatMap { $0.split(atMost: Self.blockSize) }
    let rule = self
    nonisolated(unsafe) let (parameters, gradient) = (parameters, gradient)
    ShardedWork(threadCount: threadCount).run(shardCount: blocks.count) { _, block in
      rule.update(blocks[block], parameters: parameters, gradient: gradient, learningRate: learningRate)
    }
  }

  /// Forgets all earlier steps.
  package mutating func reset() {
    stepCount = 0
    for (_, values) in buffers { values.update(repeating: 0) }
  }
}
