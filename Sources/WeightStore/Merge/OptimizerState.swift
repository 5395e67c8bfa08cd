/// Files and tensors that continue a training run: moments, step counts, random states. They belong to one run of one
/// model; a merge of several has none.
enum OptimizerState {
  private static let stems: Set<String> = [
    "optimizer", "scheduler", "scaler", "rng_state", "random_states", "training_state", "trainer_state",
  ]

  /// By name, as PyTorch, transformers and accelerate call them: `optimizer.pt`, `rng_state_0.pth`, `optimizer_1.bin`.
  static func isOptimizerState(_ path: RelativePath) -> Bool {
    var stem = String(path.name.prefix { $0 != "." }).lowercased()
    while let last = stem.last, last.isNumber || last == "_" { stem.removeLast() }
    return stems.contains(stem)
  }
}
