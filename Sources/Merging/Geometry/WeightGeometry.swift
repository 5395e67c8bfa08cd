import Tensors

/// How the changes of models from their base lie to each other, over one tensor or many: δᵢ = θᵢ − θ₀.
///
/// - Norm: ‖δᵢ‖₂. Cosine: ⟨δᵢ, δⱼ⟩ / (‖δᵢ‖ ‖δⱼ‖). Sign agreement: of the elements that both changed, the share that both
///   moved to the same side. Ratio: Model Stock's t, see `ModelStock`.
/// - Shapes: base and models have the same.
/// - DType and accumulation: F64, per cell of `StatisticsGrid` and in order: the same bits for any number of threads.
/// - NaN and infinity: make the norms and cosines that they enter not finite, or `nil`.
/// - Checked by: WeightGeometryTests, against numpy.
package struct WeightGeometry: Sendable {
  private var products: GramMatrix
  /// By pair, as in `GramMatrix`: elements that both changed, and of these those that moved alike.
  private var bothChanged: [Int]
  private var agreeing: [Int]

  package var modelCount: Int { products.size }

  package init(modelCount: Int) {
    products = GramMatrix(size: modelCount)
    bothChanged = [Int](repeating: 0, count: modelCount * (modelCount + 1) / 2)
    agreeing = bothChanged
  }

  /// One tensor.
  ///
  /// - Parameter models: `nil` for those that left it as the base has it.
  package init(
    _ models: [(any TensorReader)?], base: any TensorReader, on executor: MergeExecutor
  ) throws {
    self.init(modelCount: models.count)
    let changed = models.indices.filter { models[$0] != nil }
    let readers = models.compactMap(\.self)
    guard !readers.isEmpty, base.shape.elementCount > 0 else { return }
    guard readers.allSatisfy({ $0.shape == base.shape }) else {
      throw MergeError(.shapeMismatch, "models and base have different shapes")
    }
    let empty = WeightGeometry(modelCount: readers.count)
    let cells = try TensorPass(readers + [base], on: executor).perCell(empty) { $0.add($1) }
    var total = empty
    for cell in cells { total += cell }
    place(total, at: changed)
  }

  private static func pair(_ i: Int, _ j: Int) -> Int {
    let (high, low) = i >= j ? (i, j) : (j, i)
    return high * (high + 1) / 2 + low
  }

  /// A block of models, the base behind them.
  private mutating func add(_ block: MergeBlock) {
    let base = block.input(modelCount)
    for model in 0..<modelCount { FloatKernels.best.subtract(block.input(model), base, block.count) }
    products.add(block)
    for i in 0..<modelCount {
      let left = block.input(i)
      for j in 0...i {
        let right = block.input(j)
        var both = 0
        var alike = 0
        for index in 0..<block.count {
          let product = left[index].sign == right[index].sign
          let isChanged = left[index] != 0 && right[index] != 0
          both += isChanged ? 1 : 0
          alike += isChanged && product ? 1 : 0
        }
        bothChanged[WeightGeometry.pair(i, j)] += both
        agreeing[WeightGeometry.pair(i, j)] += alike
      }
    }
  }

  /// Takes over what was found of some of the models.
  private mutating func place(_ part: WeightGeometry, at models: [Int]) {
    for (i, model) in models.enumerated() {
      for (j, other) in models.prefix(i + 1).enumerated() {
        products.set(model, other, part.products[i, j])
        bothChanged[WeightGeometry.pair(model, other)] = part.bothChanged[WeightGeometry.pair(i, j)]
        agreeing[WeightGeometry.pair(model, other)] = part.agreeing[WeightGeometry.pair(i, j)]
      }
    }
  }

  /// Adds another tensor's, of the same models.
  package static func += (left: inout WeightGeometry, right: WeightGeometry) {
    left.products += right.products
    for index in left.agreeing.indices {
      left.bothChanged[index] += right.bothChanged[index]
      left.agreeing[index] += right.agreeing[index]
    }
  }

  package func norm(_ model: Int) -> Double { products.norm(model) }

  /// `nil` if one of the two changed nothing, or to what is not finite.
  package func cosine(_ i: Int, _ j: Int) -> Double? { products.cosine(i, j) }

  /// `nil` if there is no element that both changed.
  package func signAgreement(_ i: Int, _ j: Int) -> Double? {
    let pair = WeightGeometry.pair(i, j)
    return bothChanged[pair] == 0 ? nil : Double(agreeing[pair]) / Double(bothChanged[pair])
  }

  /// How far Model Stock would go from the base to the mean; `nil` for a single model.
  package var modelStockRatio: Double? {
    guard modelCount > 1 else { return nil }
    let ratio = ModelStock.ratio(products, mean: .cosines)
    return ratio.isFinite ? ratio : nil
  }
}
