/// What a training pass does beside the arithmetic of its layers.
package struct ExecutionOptions: Sendable {
  /// Of the layers' random numbers (Dropout).
  package var seed: UInt64 = 0
  /// Whether batch normalisation uses its running statistics, and leaves them alone, while everything else is trained:
  /// what DomainBed's ResNet does (`freeze_bn`). The weights and biases of the normalisation are still trained.
  package var freezesBatchStatistics = false
  /// Which parameters are trained, by name. The gradient of others is zero, and nothing is computed below the first
  /// layer that has a trained one.
  package var isTrained: @Sendable (_ parameter: String) -> Bool = { _ in true }

  package init() {}
}
