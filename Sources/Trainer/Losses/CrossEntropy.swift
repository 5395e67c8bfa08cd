import Documents
import Glibc

/// The softmax cross-entropy: `loss: {name: cross-entropy, label-smoothing: 0.1, class-weights: [1, 2, 1]}`.
///
/// Formula: with the target t, label smoothing ε, C classes and class weights w, a_c = w_c ((1 - ε) t_c + ε / C);
/// loss = sum over c of a_c (log(sum over j of exp z_j) - z_c), share = sum of t_c w_c.
/// Gradient: dz_c = (sum of a) softmax(z)_c - a_c. The largest logit is subtracted first, so exp cannot overflow.
/// Shapes: logits and targets [N, C].
/// DType: f32 exponentials, their sum and the loss in f64.
/// NaN and infinity: a NaN or +infinity among the logits makes the loss NaN.
/// Determinism: one thread, fixed order.
/// Source: torch.nn.CrossEntropyLoss with reduction "mean"; label smoothing from C. Szegedy et al., "Rethinking the
/// inception architecture for computer vision", CVPR 2016. With class weights and targets between 0 and 1 PyTorch
/// divides by N, not by the shares.
package struct CrossEntropy: Loss {
  package static let name = "cross-entropy"

  private let labelSmoothing: Double
  private let classWeights: [Double]?

  package init() { self.init(labelSmoothing: 0, classWeights: nil) }

  package init(labelSmoothing: Double, classWeights: [Double]? = nil) {
    self.labelSmoothing = labelSmoothing
    self.classWeights = classWeights
  }

  package init(yaml: YAMLMapping) throws {
    labelSmoothing = try yaml.optionalNumber("label-smoothing") ?? 0
    guard (0...1).contains(labelSmoothing) else {
      throw yaml.invalidValue(of: "label-smoothing", mustBe: "between 0 and 1")
    }
    classWeights = try yaml.optionalNumbers("class-weights")
    guard classWeights?.allSatisfy({ $0 >= 0 }) ?? true, classWeights?.contains(where: { $0 > 0 }) ?? true else {
      throw yaml.invalidValue(of: "class-weights", mustBe: "numbers of at least 0, not all 0")
    }
  }

  package var settings: [JSONObject.Member] {
    var members: [JSONObject.Member] = []
    if labelSmoothing != 0 { members.append((key: "label-smoothing", value: .number(labelSmoothing))) }
    if let classWeights { members.append((key: "class-weights", value: .array(classWeights.map { .number($0) }))) }
    return members
  }

  package func check(classCount: Int) throws {
    guard let classWeights, classWeights.count != classCount else { return }
    throw TrainerError(.malformedTask, "\(classWeights.count) class weights do not fit \(classCount) classes")
  }

  package func evaluate(_ batch: LossInput, gradient: UnsafeMutablePointer<Float>) -> [SampleLoss] {
    (0..<batch.sampleCount).map { sample in
      let first = sample * batch.classCount
      return evaluate(
        UnsafeBufferPointer(start: batch.logits + first, count: batch.classCount), target: batch.targets + first,
        gradient: gradient + first)
    }
  }

  private func evaluate(
    _ logits: UnsafeBufferPointer<Float>, target: UnsafePointer<Float>, gradient: UnsafeMutablePointer<Float>
  ) -> SampleLoss {
    let (largest, sum) = Self.softmax(logits, into: gradient)
    let logSum = log(sum) + Double(largest)
    let smoothed = labelSmoothing / Double(logits.count)
    var (value, share, total) = (0.0, 0.0, 0.0)
    for index in logits.indices {
      let weight = classWeights?[index] ?? 1
      let part = weight * ((1 - labelSmoothing) * Double(target[index]) + smoothed)
      share += weight * Double(target[index])
      total += part
      // Left out at 0, so that a logit of -infinity has a loss.
      if part != 0 { value += part * (logSum - Double(logits[index])) }
    }
    for index in logits.indices {
      let weight = classWeights?[index] ?? 1
      let part = weight * ((1 - labelSmoothing) * Double(target[index]) + smoothed)
      gradient[index] = Float(total * Double(gradient[index]) / sum - part)
    }
    // A broken logit is seen even if no part looks at it.
    return SampleLoss(value: value + 0 * logSum, share: share)
  }

  /// Writes exp(z - max z) and returns max z and the sum of what it wrote.
  private static func softmax(
    _ logits: UnsafeBufferPointer<Float>, into exponentials: UnsafeMutablePointer<Float>
  ) -> (largest: Float, sum: Double) {
    var largest = -Float.infinity
    for value in logits where value > largest || value.isNaN { largest = value }
    var sum = 0.0
    for (index, value) in logits.enumerated() {
      exponentials[index] = exp(value - largest)
      sum += Double(exponentials[index])
    }
    return (largest, sum)
  }
}
