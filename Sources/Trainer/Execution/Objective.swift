/// What a gradient pass computes the gradient of.
package enum Objective: Sendable {
  /// The mean of a loss over the samples.
  case mean(any Loss)
  case batch(any BatchLoss)

  var hasFeatureGradient: Bool {
    switch self {
    case .mean: false
    case .batch(let loss): loss.hasFeatureGradient
    }
  }
}
