/// A layer whose output depends on sums over the whole batch.
///
/// Sums are taken shard by shard in f64 and added in shard order, so they do not depend on the number of threads. What
/// `forward` and `backward` need of them is left in `statistics`, one block for the whole batch.
///
/// While the layer is frozen or the network is evaluated, the statistics come from the buffers instead, and `backward`
/// is that of a layer without sums.
package protocol BatchStatisticsLayer: Layer {
  /// Floats in `statistics`.
  var statisticsCount: Int { get }

  /// Numbers in the sums of either direction.
  var sumCount: Int { get }

  /// Adds what one shard's input contributes to the sums of the forward pass.
  func addSums(_ pass: ForwardPass, to sums: UnsafeMutablePointer<Double>)

  /// Makes the statistics from the whole batch's sums and updates the buffers.
  ///
  /// - Parameter batchCount: batches the buffers have seen, this one included.
  func finish(
    sums: UnsafePointer<Double>, elementCount: Int, batchCount: Int64, parameters: UnsafePointer<Float>,
    buffers: UnsafeMutablePointer<Float>, statistics: UnsafeMutablePointer<Float>)

  /// Makes the statistics from the buffers.
  func restore(
    buffers: UnsafePointer<Float>, parameters: UnsafePointer<Float>, statistics: UnsafeMutablePointer<Float>)

  /// Adds what one shard contributes to the sums of the backward pass.
  func addGradientSums(_ pass: BackwardPass, to sums: UnsafeMutablePointer<Double>)

  /// Writes the parameters' gradient and completes the statistics for `backward`.
  func finishGradient(
    sums: UnsafePointer<Double>, elementCount: Int, parameterGradient: UnsafeMutablePointer<Float>?,
    parameters: UnsafePointer<Float>, statistics: UnsafeMutablePointer<Float>)
}
