import Tensors

/// The inner products of N vectors: ⟨vᵢ, vⱼ⟩ for all pairs.
struct GramMatrix: Sendable {
  let size: Int
  /// The lower triangle, row by row.
  private var products: [Double]

  init(size: Int) {
    self.size = size
    products = [Double](repeating: 0, count: size * (size + 1) / 2)
  }

  private init(size: Int, products: ArraySlice<Double>) {
    self.size = size
    self.products = Array(products)
  }

  subscript(i: Int, j: Int) -> Double {
    let (high, low) = i >= j ? (i, j) : (j, i)
    return products[high * (high + 1) / 2 + low]
  }

  mutating func set(_ i: Int, _ j: Int, _ product: Double) {
    let (high, low) = i >= j ? (i, j) : (j, i)
    products[high * (high + 1) / 2 + low] = product
  }

  static func += (left: inout GramMatrix, right: GramMatrix) {
    for index in left.products.indices { left.products[index] += right.products[index] }
  }

  /// The products of the elements of a block, of its first `size` tensors.
  mutating func add(_ block: MergeBlock) {
    var index = 0
    for i in 0..<size {
      for j in 0...i {
        products[index] += FixedOrderSum.dot(block.input(i), block.input(j), count: block.count)
        index += 1
      }
    }
  }

  func norm(_ i: Int) -> Double { self[i, i].squareRoot() }

  /// ⟨vᵢ, vⱼ⟩ / (‖vᵢ‖ ‖vⱼ‖), within [−1, 1]; `nil` if a norm is 0 or something is not finite.
  func cosine(_ i: Int, _ j: Int) -> Double? {
    let norms = norm(i) * norm(j)
    guard norms > 0, norms.isFinite, self[i, j].isFinite else { return nil }
    return max(-1, min(1, self[i, j] / norms))
  }

  /// ‖Σ cᵢvᵢ‖², 0 where rounding would make it negative.
  func squaredNorm(of coefficients: [Double]) -> Double {
    var sum = 0.0
    for i in 0..<size {
      for j in 0..<size { sum += coefficients[i] * coefficients[j] * self[i, j] }
    }
    return max(0, sum)
  }

  /// ⟨vᵢ, Σ cⱼvⱼ⟩.
  func product(_ i: Int, with coefficients: [Double]) -> Double {
    var sum = 0.0
    for j in 0..<size { sum += coefficients[j] * self[i, j] }
    return sum
  }

  /// Of whole tensors, as flat vectors.
  ///
  /// - Parameter base: subtracted from each, if given.
  /// - DType and accumulation: F64, in a fixed order: see `FixedOrderSum`; then cell by cell.
  static func of(
    _ models: [any TensorReader], base: (any TensorReader)?, on executor: MergeExecutor
  ) throws -> GramMatrix {
    let pass = TensorPass(models + (base.map { [$0] } ?? []), on: executor)
    let size = models.count
    var total = GramMatrix(size: size)
    let cells = try pass.perCell(total) { partial, block in
      subtractBase(block, size, hasBase: base != nil)
      partial.add(block)
    }
    for cell in cells { total += cell }
    return total
  }

  /// Of each vector of a layout, in the order of vectors.
  static func ofVectors(
    _ layout: VectorLayout, _ models: [any TensorReader], base: (any TensorReader)?, on executor: MergeExecutor
  ) throws -> [GramMatrix] {
    if layout.count == 1 { return [try of(models, base: base, on: executor)] }
    let size = models.count
    let width = size * (size + 1) / 2
    let sums = try VectorSums(layout: layout, valueCount: width).compute(
      models + (base.map { [$0] } ?? []), on: executor
    ) { block, offset, count, sums in
      var index = 0
      for i in 0..<size {
        for j in 0...i {
          sums[index] += FixedOrderSum.dot(block.input(i) + offset, block.input(j) + offset, count: count)
          index += 1
        }
      }
    } prepare: {
      subtractBase($0, size, hasBase: base != nil)
    }
    return (0..<layout.count).map { GramMatrix(size: size, products: sums[$0 * width..<($0 + 1) * width]) }
  }

  private static func subtractBase(_ block: MergeBlock, _ size: Int, hasBase: Bool) {
    guard hasBase else { return }
    let base = block.input(size)
    for index in 0..<size { FloatKernels.best.subtract(block.input(index), base, block.count) }
  }
}
