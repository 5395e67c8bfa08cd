/// Logits and features of a whole batch, and their gradients, sample after sample.
final class LossBlocks {
  let classCount: Int
  let featureCount: Int
  let logits: FloatBuffer
  let features: FloatBuffer
  let logitGradient: FloatBuffer
  let featureGradient: FloatBuffer?

  init(_ network: Network, sampleLimit: Int, hasFeatureGradient: Bool) {
    classCount = network.chain.output.elementCount
    featureCount = network.operations.last?.inputShape.elementCount ?? 0
    logits = FloatBuffer(count: sampleLimit * classCount)
    features = FloatBuffer(count: sampleLimit * featureCount)
    logitGradient = FloatBuffer(count: sampleLimit * classCount)
    featureGradient = hasFeatureGradient ? FloatBuffer(count: sampleLimit * featureCount) : nil
  }

  /// Takes a slice's output and features over.
  func export(_ slice: OperationRunner.Slice, features value: Int) {
    (logits.start + slice.firstSample * classCount).update(
      from: slice.memory.output, count: slice.sampleCount * classCount)
    (features.start + slice.firstSample * featureCount).update(
      from: slice.memory.value(value), count: slice.sampleCount * featureCount)
  }

  /// Hands a slice its part of the gradients.
  func importGradient(_ slice: OperationRunner.Slice) {
    let plan = slice.memory.plan
    if let block = plan.outputGradient {
      slice.memory.block(block).update(
        from: logitGradient.start + slice.firstSample * classCount, count: slice.sampleCount * classCount)
    }
    if let block = plan.featureGradient, let featureGradient {
      slice.memory.block(block).update(
        from: featureGradient.start + slice.firstSample * featureCount, count: slice.sampleCount * featureCount)
    }
  }

  func evaluate(_ loss: any BatchLoss, _ batch: Batch) -> Double {
    logitGradient.start.update(repeating: 0, count: logitGradient.count)
    featureGradient?.start.update(repeating: 0, count: featureGradient?.count ?? 0)
    return loss.evaluate(
      LossBatch(
        sampleCount: batch.count, classCount: classCount, featureCount: featureCount,
        logits: UnsafePointer(logits.start), features: UnsafePointer(features.start), batch: batch,
        logitGradient: logitGradient.start, featureGradient: featureGradient?.start))
  }
}
