import Glibc

/// For each vector of a layout, Σ p log(p/q) with p = softmax(second) + 1e-8, q = softmax(first) + 1e-8.
///
/// - DType and accumulation: F64, each vector in the order of its elements.
/// - Cost: three passes.
struct SoftmaxDivergence {
  let layout: VectorLayout
  private static let floor = 1e-8

  func compute(
    _ first: any TensorReader, _ second: any TensorReader, on executor: MergeExecutor
  ) throws -> [Double] {
    let readers = [first, second]
    let largest = try maxima(readers, on: executor)
    let sums = try VectorSums(layout: layout, valueCount: 2).compute(readers, on: executor) {
      block, offset, count, sums in
      let vector = ((block.start + offset) / layout.inner) % layout.count
      for side in 0..<2 {
        let values = block.input(side) + offset
        let shift = largest[2 * vector + side]
        for i in 0..<count { sums[side] += exp(values[i] - shift) }
      }
    } prepare: { _ in
    }
    return try VectorSums(layout: layout, valueCount: 1).compute(readers, on: executor) {
      block, offset, count, total in
      let vector = ((block.start + offset) / layout.inner) % layout.count
      let q = block.input(0) + offset
      let p = block.input(1) + offset
      for i in 0..<count {
        let mine = exp(p[i] - largest[2 * vector + 1]) / sums[2 * vector + 1] + SoftmaxDivergence.floor
        let other = exp(q[i] - largest[2 * vector]) / sums[2 * vector] + SoftmaxDivergence.floor
        total[0] += mine * log(mine / other)
      }
    } prepare: { _ in
    }
  }

  /// The largest element of each vector, of both tensors.
  private func maxima(_ readers: [any TensorReader], on executor: MergeExecutor) throws -> [Double] {
    // Two values per side: whether anything was seen, and the largest so far.
    let seen = try VectorSums(layout: layout, valueCount: 4).compute(readers, on: executor) {
      block, offset, count, state in
      for side in 0..<2 {
        let values = block.input(side) + offset
        var largest = state[side] == 0 ? -Double.infinity : state[2 + side]
        for i in 0..<count { largest = max(largest, values[i]) }
        state[side] = 1
        state[2 + side] = largest
      }
    } prepare: { _ in
    }
    var largest: [Double] = []
    for vector in 0..<layout.count { largest += seen[4 * vector + 2..<4 * vector + 4] }
    return largest
  }
}
