/// A rule that turns gradients into new parameters. Adding one is one file in `Optimizers` with its test and one line
/// in `OptimizerRegistry`.
///
/// Every parameter is treated alike, so parameters and gradients come as flat blocks.
package protocol Optimizer: Sendable {
  /// The name in tasks and recipes.
  static var name: String { get }

  /// The settings this optimizer understands beside the learning rate, with the values they have unless given.
  static var defaults: OptimizerSettings { get }

  init(settings: OptimizerSettings, parameterCount: Int)

  /// One step. Shapes: both [parameterCount].
  mutating func step(
    parameters: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>, learningRate: Double)
}
