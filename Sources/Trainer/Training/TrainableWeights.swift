import Tensors

/// What an optimizer changes: the network's parameters as they lie in memory, and behind them the factors of LoRA if
/// there are any.
///
/// With LoRA the network runs on other weights than the optimizer changes: `state` has the factors' product added.
///
/// `@unchecked Sendable`: changed between passes, by one thread or range by range.
final class TrainableWeights: @unchecked Sendable {
  /// What the network runs on.
  let state: NetworkState
  let factors: LoRAFactors?
  /// [network.parameterCount + factors].
  let values: FloatBuffer
  private let ownGradient: FloatBuffer?
  private let blas: BLAS

  init(_ network: Network, _ weights: StateDict, lora: LoRASettings?, seed: UInt64, blas: BLAS) throws {
    let state = try NetworkState(network, weights)
    let factors = try lora.map { try LoRAFactors($0, network: network) }
    self.state = state
    self.factors = factors
    self.blas = blas
    guard let factors else {
      values = state.parameters
      ownGradient = nil
      return
    }
    values = FloatBuffer(count: network.parameterCount + factors.elementCount)
    values.start.update(from: state.parameters.start, count: network.parameterCount)
    factors.initialize(values.start + network.parameterCount, seed: seed)
    ownGradient = FloatBuffer(count: values.count)
  }

  /// Names and sizes of everything in `values`, in order.
  var parameters: [(name: String, elementCount: Int)] {
    (state.network.chain.parameters + (factors?.parameters ?? [])).map { ($0.name, $0.elementCount) }
  }

  /// Every float that the network runs on: parameters, then running statistics.
  var runningBlocks: [UnsafeMutableBufferPointer<Float>] { [state.parameters.elements, state.buffers.elements] }

  /// Every float that training changes, the factors of LoRA among them.
  var changedBlocks: [UnsafeMutableBufferPointer<Float>] { [values.elements, state.buffers.elements] }

  private var factorStart: UnsafeMutablePointer<Float> { values.start + state.network.parameterCount }

  /// Puts changed values into effect.
  func apply() {
    guard let factors else { return }
    state.parameters.start.update(from: values.start, count: state.network.parameterCount)
    factors.merge(base: values.start, factors: factorStart, into: state.parameters.start, blas: blas)
  }

  /// The gradient by `values`, from that by the network's parameters.
  func gradient(of pass: GradientPass) -> UnsafeMutablePointer<Float> {
    guard let factors, let ownGradient else { return pass.gradient.start }
    ownGradient.start.update(from: pass.gradient.start, count: state.network.parameterCount)
    factors.gradient(
      of: pass.gradient.start, factors: factorStart, into: ownGradient.start + state.network.parameterCount, blas: blas)
    return ownGradient.start
  }

  /// The network's weights without the factors' product.
  func base() throws -> StateDict {
    guard factors != nil else { return try state.stateDict() }
    var result = try state.stateDict()
    result.merge(try NetworkState.stateDict(state.network, parameters: values))
    return result
  }

  /// The factors by name, in PEFT's layout; empty without LoRA.
  func adapter() throws -> StateDict { try factors?.stateDict(factorStart) ?? StateDict() }
}

extension TrainableWeights {
  /// Replaces everything by what was saved.
  ///
  /// - Throws: `TrainerError` with code `unfitSnapshot`.
  func restore(base: StateDict, adapter: StateDict) throws {
    do {
      let saved = try NetworkState(state.network, base)
      values.start.update(from: saved.parameters.start, count: saved.parameters.count)
      _ = state.buffers.elements.update(fromContentsOf: saved.buffers.elements)
      state.batchCounts = saved.batchCounts
      try factors?.load(adapter, into: factorStart)
    } catch let error as TrainerError {
      throw TrainerError(.unfitSnapshot, "the saved state is not one of this run: \(error.message)")
    }
    apply()
  }

  /// Which parameters of all are trained: what the task says; with LoRA the factors, and of the network's own parameters
  /// the head's unless the task names others.
  func selection(_ task: ParameterSelection, headNames: [String]) -> ParameterSelection {
    guard let factors else { return task }
    var selection = task
    if selection.trained.isEmpty {
      let adapted = Set(factors.targets.map(\.weight.name))
      let head = headNames.contains(where: adapted.contains) ? [] : headNames
      selection.trained = head.map(NamePattern.literal)
    }
    selection.trained += factors.parameters.map { NamePattern.literal($0.name) }
    // The weights that the factors stand for never change by themselves.
    selection.frozen += factors.targets.map { NamePattern.literal($0.weight.name) }
    return selection
  }
}
