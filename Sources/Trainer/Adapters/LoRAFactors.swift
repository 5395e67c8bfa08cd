import Tensors

/// The factors of low-rank adaptation: the weight of a target layer is W + s B A, where W stays as it is.
///
/// Formula: s = alpha / rank. With the gradient G of the loss by the weight, that by B is s G Aᵀ and that by A is s Bᵀ G:
/// what a network with A and B as layers of their own would compute.
/// Shapes: W [out, K] with K = in, or height x width x in of a convolution, whose W and A lie transposed in memory;
/// A [rank, K], B [out, rank], G as W.
/// DType: f32, products by BLAS. Determinism: one thread, fixed order; bits depend on the BLAS core.
/// Source: E. J. Hu et al., "LoRA: low-rank adaptation of large language models", ICLR 2022; for convolutions, and the
/// start (A uniform in ±1/√K, B zero), Hugging Face PEFT.
/// Checked by: LoRATests, against PEFT.
struct LoRAFactors: Sendable {
  /// One layer's factors.
  struct Target: Sendable {
    let layer: String
    let weight: NetworkParameter
    /// Where the weight begins among the network's parameters.
    let weightOffset: Int
    /// Where A begins among the factors; B follows it.
    let offset: Int
    let rank: Int

    var rowCount: Int { weight.shape[0] }
    var columnCount: Int { weight.elementCount / max(1, weight.shape[0]) }
    var elementCount: Int { rank * (columnCount + rowCount) }
    /// Whether W and A lie [K, out] and [K, rank] in memory.
    var isTransposed: Bool { weight.layout != .asInPyTorch }

    /// A as a parameter in PEFT's shape, and in the weight's layout.
    var first: NetworkParameter {
      NetworkParameter(
        name: "\(layer).lora_A.weight", shape: [rank] + weight.shape.dropFirst(), role: weight.role,
        layout: weight.layout)
    }

    var second: NetworkParameter {
      NetworkParameter(
        name: "\(layer).lora_B.weight",
        shape: [rowCount, rank] + Array(repeating: 1, count: max(0, weight.shape.count - 2)), role: .constant(0),
        layout: .asInPyTorch)
    }
  }

  let settings: LoRASettings
  let targets: [Target]

  /// - Throws: `TrainerError` with code `unmatchedPattern` for a pattern that no layer has that can be adapted, or
  ///   `malformedTask` for a rank that is no reduction.
  init(_ settings: LoRASettings, network: Network) throws {
    var targets: [Target] = []
    var offset = 0
    var candidates: [String] = []
    for (operation, placement) in zip(network.operations, network.placements) {
      for (weight, weightOffset) in Self.adaptedWeights(of: operation) {
        let layer = String(weight.name.dropLast(".weight".count))
        candidates.append(layer)
        guard settings.targets.contains(where: { $0.matches(layer) }) else { continue }
        let target = Target(
          layer: layer, weight: weight, weightOffset: placement.parameterOffset + weightOffset, offset: offset,
          rank: settings.rank)
        try Self.check(target)
        targets.append(target)
        offset += target.elementCount
      }
    }
    for pattern in settings.targets where !candidates.contains(where: pattern.matches) {
      throw TrainerError(
        .unmatchedPattern,
        "no Linear or Conv2d matches \(pattern.text.quoted()); there are "
          + candidates.prefix(20).map { $0.quoted() }.joined(separator: ", "))
    }
    self.settings = settings
    self.targets = targets
  }

  private static func check(_ target: Target) throws {
    guard target.rank <= min(target.rowCount, target.columnCount) else {
      throw TrainerError(
        .malformedTask,
        "rank \(target.rank) is no reduction of \(target.weight.name.quoted()), which has rank "
          + "\(min(target.rowCount, target.columnCount)) at most")
    }
  }

  /// The weights of a layer that can be adapted, and where each begins among the layer's parameters: those of a Linear, of
  /// a Conv2d without groups, and of all matrices in an encoder.
  private static func adaptedWeights(of operation: LayerOperation) -> [(weight: NetworkParameter, offset: Int)] {
    var (weights, offset) = ([(weight: NetworkParameter, offset: Int)](), 0)
    for parameter in operation.parameters {
      defer { offset += parameter.elementCount }
      guard case .weight = parameter.role, parameter.shape.count > 1 else { continue }
      if let convolution = operation.layer as? Conv2d, parameter.shape[1] != convolution.inChannels { continue }
      weights.append((parameter, offset))
    }
    return weights
  }

  /// Floats of all factors.
  var elementCount: Int { targets.reduce(0) { $0 + $1.elementCount } }

  /// A and B of every target, in memory order.
  var parameters: [NetworkParameter] { targets.flatMap { [$0.first, $0.second] } }

  /// Draws A; leaves B as it is, zero.
  ///
  /// Determinism: element i of A is a function of (seed, its name, i) in PEFT's layout.
  func initialize(_ factors: UnsafeMutablePointer<Float>, seed: UInt64) {
    for target in targets {
      let random = CounterRandom(seed: seed, stream: target.first.name)
      let bound = 1 / Double(target.columnCount).squareRoot()
      target.first.forEachElement { pytorch, memory in
        factors[target.offset + memory] = Float((2 * random.uniform(at: UInt64(pytorch)) - 1) * bound)
      }
    }
  }

  /// weights of the targets <- base + s B A. Shapes: `base` and `weights` [network.parameterCount], `factors`
  /// [elementCount].
  func merge(
    base: UnsafePointer<Float>, factors: UnsafePointer<Float>, into weights: UnsafeMutablePointer<Float>, blas: BLAS
  ) {
    for target in targets {
      let (a, b) = matrices(of: target, factors)
      let product = FloatBuffer(count: target.rowCount * target.columnCount)
      if target.isTransposed {
        blas.multiply(a.transposed, b.transposed, adding: 0, into: product.start)
      } else {
        blas.multiply(b, a, adding: 0, into: product.start)
      }
      let scale = Float(settings.scale)
      let (source, result) = (base + target.weightOffset, weights + target.weightOffset)
      for index in 0..<product.count { result[index] = source[index] + scale * product.start[index] }
    }
  }

  /// factorGradient <- the gradient by the factors, from that by the network's parameters.
  func gradient(
    of weightGradient: UnsafePointer<Float>, factors: UnsafePointer<Float>,
    into factorGradient: UnsafeMutablePointer<Float>, blas: BLAS
  ) {
    for target in targets {
      let (a, b) = matrices(of: target, factors)
      let gradient = matrix(
        weightGradient + target.weightOffset, rowCount: target.rowCount, of: target)
      let result = factorGradient + target.offset
      if target.isTransposed {
        blas.multiply(gradient.transposed, b, adding: 0, into: result)
      } else {
        blas.multiply(b.transposed, gradient, adding: 0, into: result)
      }
      blas.multiply(gradient, a.transposed, adding: 0, into: result + target.rank * target.columnCount)
    }
    let scale = Float(settings.scale)
    for index in 0..<elementCount { factorGradient[index] *= scale }
  }

  /// W, A or G, with K columns, from how it lies in memory.
  private func matrix(_ elements: UnsafePointer<Float>, rowCount: Int, of target: Target) -> BLAS.Matrix {
    target.isTransposed
      ? BLAS.Matrix(elements, rowCount: target.columnCount, columnCount: rowCount).transposed
      : BLAS.Matrix(elements, rowCount: rowCount, columnCount: target.columnCount)
  }

  private func matrices(of target: Target, _ factors: UnsafePointer<Float>) -> (a: BLAS.Matrix, b: BLAS.Matrix) {
    (
      matrix(factors + target.offset, rowCount: target.rank, of: target),
      BLAS.Matrix(
        factors + target.offset + target.rank * target.columnCount, rowCount: target.rowCount,
        columnCount: target.rank)
    )
  }

  /// The factors by name, in PEFT's layout.
  func stateDict(_ factors: UnsafePointer<Float>) throws -> StateDict {
    var result = StateDict()
    var offset = 0
    for parameter in parameters {
      var values = [Float](repeating: 0, count: parameter.elementCount)
      parameter.forEachElement { pytorch, memory in values[pytorch] = factors[offset + memory] }
      try result.set(parameter.name, shape: parameter.shape, values: values)
      offset += parameter.elementCount
    }
    return result
  }

  /// Reads the factors back.
  ///
  /// - Throws: `TrainerError` with code `missingParameter` or `wrongParameterShape`.
  func load(_ stateDict: StateDict, into factors: UnsafeMutablePointer<Float>) throws {
    var offset = 0
    for parameter in parameters {
      guard let entry = stateDict[parameter.name] else {
        throw TrainerError(.missingParameter, "the adapter has no \(parameter.name.quoted())")
      }
      guard entry.shape == parameter.shape else {
        throw TrainerError(
          .wrongParameterShape,
          "\(parameter.name.quoted()) has shape \(entry.shape), the network needs \(parameter.shape)")
      }
      parameter.forEachElement { pytorch, memory in factors[offset + memory] = entry.values[pytorch] }
      offset += parameter.elementCount
    }
  }
}
