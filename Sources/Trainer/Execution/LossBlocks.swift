/// Logits and features of a whole batch, and their gradients, sample after sample.
///
/// `@unchecked Sendable`: slices touch parts of their own.
final class LossBlocks: @unchecked Sendable {
  let classCount: Int
  private let featureCount: Int
  private let features: Int
  let logits: FloatBuffer
  private let featureValues: FloatBuffer
  private let logitGradient: FloatBuffer
  private let featureGradient: FloatBuffer?
  /// 1 for each row of the last batch that was told right; of use for the mean of a loss.
  private let correctness: FloatBuffer

  init(_ network: Network, sampleLimit: Int, hasFeatureGradient: Bool) {
    classCount = network.chain.output.elementCount
    featureCount = network.operations.last?.inputShape.elementCount ?? 0
    features = network.operations.last?.inputs[0] ?? 0
    logits = FloatBuffer(count: sampleLimit * classCount)
    correctness = FloatBuffer(count: sampleLimit)
    featureValues = FloatBuffer(count: sampleLimit * featureCount)
    logitGradient = FloatBuffer(count: sampleLimit * classCount)
    featureGradient = hasFeatureGradient ? FloatBuffer(count: sampleLimit * featureCount) : nil
  }

  /// Rows of the last batch that were told right by the mean loss.
  var correctCount: Int { Int(correctness.elements.reduce(0, +)) }

  /// Takes a slice's output and features over.
  func export(_ slice: PassMemory.Slice) {
    (logits.start + slice.firstSample * classCount).update(from: slice.output, count: slice.sampleCount * classCount)
    (featureValues.start + slice.firstSample * featureCount).update(
      from: slice.value(features), count: slice.sampleCount * featureCount)
  }

  /// Hands a slice its part of the gradients.
  func importGradient(_ slice: PassMemory.Slice) {
    if let block = slice.plan.outputGradient {
      slice.block(block).update(
        from: logitGradient.start + slice.firstSample * classCount, count: slice.sampleCount * classCount)
    }
    if let block = slice.plan.featureGradient, let featureGradient {
      slice.block(block).update(
        from: featureGradient.start + slice.firstSample * featureCount, count: slice.sampleCount * featureCount)
    }
  }

  func evaluate(_ loss: any BatchLoss, _ batch: Batch) -> Double {
    logitGradient.start.update(repeating: 0, count: logitGradient.count)
    featureGradient?.start.update(repeating: 0, count: featureGradient?.count ?? 0)
    return loss.evaluate(
      LossBatch(
        sampleCount: batch.count, classCount: classCount, featureCount: featureCount,
        logits: UnsafePointer(logits.start), features: UnsafePointer(featureValues.start), batch: batch,
        logitGradient: logitGradient.start, featureGradient: featureGradient?.start))
  }

  /// The summed losses of a slice's samples; leaves the gradient of their sum in the slice.
  func evaluate(_ loss: any Loss, _ slice: PassMemory.Slice, _ batch: Batch) -> SampleLoss {
    guard let block = slice.plan.outputGradient else { return SampleLoss(value: 0, share: 0) }
    let targets = logitGradient.start + slice.firstSample * classCount
    let labels = batch.labels[slice.firstSample..<slice.firstSample + slice.sampleCount]
    Targets.write(labels, columnCount: classCount, into: targets)
    for (row, label) in labels.enumerated() {
      let logits = UnsafeBufferPointer(start: slice.output + row * classCount, count: classCount)
      correctness.start[slice.firstSample + row] = Evaluation.predictedClass(logits) == label ? 1 : 0
    }
    return loss.evaluate(
      LossInput(logits: slice.output, targets: targets, sampleCount: slice.sampleCount, classCount: classCount),
      gradient: slice.block(block)
    ).reduce(SampleLoss(value: 0, share: 0), +)
  }
}

extension SampleLoss {
  static func + (left: SampleLoss, right: SampleLoss) -> SampleLoss {
    SampleLoss(value: left.value + right.value, share: left.share + right.share)
  }
}
