import Documents
import Glibc

/// The logistic loss of each logit on its own: `loss: binary-cross-entropy`.
///
/// With one logit it tells two classes apart, the second from logits above 0 on; with one for each class it tells each
/// class from all others.
///
/// Formula: loss = the mean over c of max(z, 0) - z t + log(1 + exp(-|z|)), share = 1.
/// Gradient: dz_c = (sigmoid(z_c) - t_c) / C.
/// Shapes: logits and targets [N, C].
/// DType: f64, the gradient rounded to f32.
/// NaN and infinity: a NaN among the logits makes the loss NaN.
/// Determinism: one thread, fixed order.
/// Source: torch.nn.BCEWithLogitsLoss with reduction "mean".
package struct BinaryCrossEntropy: Loss {
  package static let name = "binary-cross-entropy"

  package init() {}
  package init(yaml: YAMLMapping) throws {}

  package func evaluate(_ batch: LossInput, gradient: UnsafeMutablePointer<Float>) -> [SampleLoss] {
    (0..<batch.sampleCount).map { sample in
      var sum = 0.0
      for index in sample * batch.classCount..<(sample + 1) * batch.classCount {
        let (logit, target) = (Double(batch.logits[index]), Double(batch.targets[index]))
        let decay = exp(-abs(logit))
        sum += (logit > 0 ? logit : 0) - logit * target + log1p(decay)
        let sigmoid = logit >= 0 ? 1 / (1 + decay) : decay / (1 + decay)
        gradient[index] = Float((sigmoid - target) / Double(batch.classCount))
      }
      return SampleLoss(value: sum / Double(batch.classCount), share: 1)
    }
  }
}
