import Tensors

/// Git Re-Basin's weight matching: reorders the units of one network so that its weights lie as near as can be to
/// another's, without changing what it computes.
///
/// Until nothing changes, for each permutation P, the others held fixed: A = Σ over tensors and axes with P of
/// reshape(a)·reshape(b)ᵀ, with b reordered along its other axes; P becomes the assignment that maximises the sum over
/// A. A step counts if the sum grows by more than 1e-12.
///
/// - Shapes: every tensor of the specification is in both networks, with the same shape.
/// - DType and accumulation: F64, in a fixed order of permutations, tensors and elements. The paper visits permutations in
///   random order.
/// - Cost: O(n³) per permutation and round for the assignment, and both networks in F64 in memory.
/// - Source: S. Ainsworth et al., "Git Re-Basin: Merging Models modulo Permutation Symmetries", ICLR 2023, arXiv 2209.04836,
///   algorithm 1.
/// - Checked by: AlignmentTests.
package struct WeightMatching {
  private struct Tensor {
    let a: [Double]
    let b: [Double]
    let shape: [Int]
    let axes: [PermutationSpec.Axis]
  }

  private let spec: PermutationSpec
  /// In the order of names.
  private let tensors: [Tensor]
  /// For each permutation, where unit i of the first network is found in the second.
  package private(set) var orders: [String: [Int]]
  /// How often all permutations were sought.
  package private(set) var roundCount = 0

  /// Aligns `b` with `a`.
  ///
  /// - Throws: `shapeMismatch` if a tensor of the specification is missing, has other axes than it says or another shape
  ///   in the other network, or if axes that move together have different lengths; `unsupportedDType`; what a reader throws.
  package init(
    _ spec: PermutationSpec, a: [String: any TensorReader], b: [String: any TensorReader], roundLimit: Int = 100
  ) throws {
    self.spec = spec
    var tensors: [Tensor] = []
    var lengths: [String: Int] = [:]
    for (name, axes) in spec.axes.sorted(by: { $0.key < $1.key }) {
      guard let first = a[name], let second = b[name] else {
        throw MergeError(.shapeMismatch, "'\(name)' is not in both networks")
      }
      guard first.shape == second.shape, first.shape.rank == axes.count else {
        throw MergeError(
          .shapeMismatch,
          "'\(name)' has the shapes \(first.shape) and \(second.shape), and \(axes.count) axes in the specification")
      }
      for (axis, length) in zip(axes, first.shape.dimensions) {
        guard let permutation = axis.permutation else { continue }
        let units = length / axis.blockCount
        guard units * axis.blockCount == length, lengths[permutation, default: units] == units else {
          throw MergeError(
            .shapeMismatch, "'\(name)' of shape \(first.shape) does not go with the other tensors of '\(permutation)'")
        }
        lengths[permutation] = units
      }
      tensors.append(
        Tensor(
          a: try WeightMatching.values(first), b: try WeightMatching.values(second), shape: first.shape.dimensions,
          axes: axes))
    }
    self.tensors = tensors
    orders = lengths.mapValues { Array(0..<$0) }
    var hasChanged = true
    while hasChanged, roundCount < roundLimit {
      hasChanged = false
      roundCount += 1
      for permutation in spec.permutations where lengths[permutation] != nil {
        if improve(permutation, count: lengths[permutation] ?? 0) { hasChanged = true }
      }
    }
  }

  private static func values(_ reader: any TensorReader) throws -> [Double] {
    guard FloatConversion.isSupported(reader.dtype) else {
      throw MergeError(.unsupportedDType, "\(reader.dtype.rawValue) elements cannot be aligned")
    }
    let elements = 0..<reader.shape.elementCount
    guard !elements.isEmpty else { return [] }
    let raw = try RawPieces([reader], elements)
    return try FloatConversion.doubles(Array(raw.bytes(0, elements)), as: reader.dtype)
  }

  private mutating func improve(_ permutation: String, count: Int) -> Bool {
    var gains = [Double](repeating: 0, count: count * count)
    for tensor in tensors {
      for axis in tensor.axes.indices where tensor.axes[axis].permutation == permutation {
        add(tensor, axis, count, to: &gains)
      }
    }
    guard gains.allSatisfy(\.isFinite) else { return false }
    let old = orders[permutation] ?? []
    let new = Assignment.maximum(gains, count: count)
    func sum(_ order: [Int]) -> Double { order.indices.reduce(0) { $0 + gains[$1 * count + order[$1]] } }
    guard sum(new) > sum(old) + 1e-12 else { return false }
    orders[permutation] = new
    return true
  }

  /// Adds reshape(a)·reshape(b)ᵀ along one axis.
  private func add(_ tensor: Tensor, _ axis: Int, _ count: Int, to gains: inout [Double]) {
    // Along the axis itself b keeps its order; along the others it is reordered.
    let sources = indices(tensor, except: axis)
    let rowLength = tensor.a.count / max(1, count)
    let a = rows(tensor.a, tensor, axis, count, order: Array(tensor.a.indices))
    let b = rows(tensor.b, tensor, axis, count, order: sources)
    guard rowLength > 0 else { return }
    a.withUnsafeBufferPointer { a in
      b.withUnsafeBufferPointer { b in
        guard let a = a.baseAddress, let b = b.baseAddress else { return }
        for i in 0..<count {
          for j in 0..<count {
            gains[i * count + j] += FixedOrderSum.dot(a + i * rowLength, b + j * rowLength, count: rowLength)
          }
        }
      }
    }
  }

  /// The elements of each unit of an axis, one unit after the other.
  private func rows(_ values: [Double], _ tensor: Tensor, _ axis: Int, _ count: Int, order: [Int]) -> [Double] {
    let block = tensor.axes[axis].blockCount
    let inner = tensor.shape[(axis + 1)...].reduce(1, *)
    let length = tensor.shape[axis]
    let outer = tensor.shape[..<axis].reduce(1, *)
    var rows: [Double] = []
    rows.reserveCapacity(values.count)
    for unit in 0..<count {
      for o in 0..<outer {
        for k in unit * block * inner..<(unit + 1) * block * inner {
          rows.append(values[order[o * length * inner + k]])
        }
      }
    }
    return rows
  }

  /// For each element of the reordered b, where it comes from.
  private func indices(_ tensor: Tensor, except skipped: Int?) -> [Int] {
    PermutedOrder.indices(
      tensor.shape, tensor.axes.enumerated().map { $0.offset == skipped ? PermutationSpec.Axis(nil) : $0.element },
      orders)
  }

  /// What was found.
  package var order: UnitOrder { UnitOrder(spec, orders) }

  /// A tensor of the second network in the order of the first; one that the specification does not name as it is.
  package func aligned(_ name: String, _ reader: any TensorReader) throws -> any TensorReader {
    try order.aligned(name, reader)
  }
}

/// Tensors with reordered axes.
enum PermutedOrder {
  /// For each element of the reordered tensor, in C order, which element of the original it is.
  static func indices(
    _ shape: [Int], _ axes: [PermutationSpec.Axis], _ orders: [String: [Int]]
  ) -> [Int] {
    var indices = [0]
    for (length, axis) in zip(shape, axes) {
      let order = axis.permutation.flatMap { orders[$0] }
      let places = (0..<length).map { index in
        order.map { $0[index / axis.blockCount] * axis.blockCount + index % axis.blockCount } ?? index
      }
      indices = indices.flatMap { start in places.map { start * length + $0 } }
    }
    return indices
  }
}
