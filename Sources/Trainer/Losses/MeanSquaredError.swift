import Documents

/// The squared difference of logits and targets: `loss: mse`.
///
/// Formula: loss = the mean over c of (z_c - t_c)², share = 1. Gradient: dz_c = 2 (z_c - t_c) / C.
/// Shapes: logits and targets [N, C].
/// DType: f32 differences, the loss in f64.
/// Determinism: one thread, fixed order.
/// Source: torch.nn.MSELoss with reduction "mean"; as a loss for classes L. Hui, M. Belkin, "Evaluation of neural
/// architectures trained with square loss vs cross-entropy", ICLR 2021.
package struct MeanSquaredError: Loss {
  package static let name = "mse"

  package init() {}
  package init(yaml: YAMLMapping) throws {}

  package func evaluate(_ batch: LossInput, gradient: UnsafeMutablePointer<Float>) -> [SampleLoss] {
    (0..<batch.sampleCount).map { sample in
      var sum = 0.0
      for index in sample * batch.classCount..<(sample + 1) * batch.classCount {
        let difference = batch.logits[index] - batch.targets[index]
        sum += Double(difference) * Double(difference)
        gradient[index] = 2 * difference / Float(batch.classCount)
      }
      return SampleLoss(value: sum / Double(batch.classCount), share: 1)
    }
  }
}
