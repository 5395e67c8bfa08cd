import Tensors

/// Finds c so that y ≈ Σ cᵢxᵢ, by least squares over a sample: what an average, an interpolation or any other linear merge
/// of the xᵢ was made with, wherever it was made.
///
/// - DType and accumulation: everything in F64, in the order of the sample.
/// - Method: normal equations of y − x₀ over x₀ and the differences xᵢ − x₀, each scaled to length 1: models of one family
///   differ by little, and so the equations stay well conditioned. What adds nothing new gets 0. Coefficients that are
///   fractions of small numbers in all likelihood are taken for those: an average of three divides by 3.
/// - Determinism: depends on the arguments alone. A poor fit costs room, never bytes: it is only a prediction.
/// - Checked by: LinearFitTests.
package struct LinearFit {
  package struct Coefficients: Equatable {
    package let values: [Double]
    package let divisor: Double
  }

  /// Sample of the new elements.
  let target: [Double]
  /// For each input the same elements of it.
  let inputs: [[Double]]
  /// The type of the new elements, to which what the coefficients give is rounded.
  let dtype: DType

  package init(target: [Double], inputs: [[Double]], dtype: DType) {
    self.target = target
    self.inputs = inputs
    self.dtype = dtype
  }

  /// The coefficients that give most elements of the sample exactly; `nil` if there is nothing to fit.
  package func best() -> Coefficients? {
    guard let solved = solve() else { return nil }
    let uniform = Coefficients(values: inputs.map { _ in 1 }, divisor: Double(inputs.count))
    let candidates =
      [uniform] + LinearFit.fractions(solved) + [Coefficients(values: solved, divisor: 1)]
    var best: (misses: Int, coefficients: Coefficients)?
    for coefficients in candidates {
      let misses = misses(coefficients)
      if misses < best?.misses ?? Int.max { best = (misses, coefficients) }
      if misses == 0 { break }
    }
    return best?.coefficients
  }

  /// How many elements of the sample come out as others.
  private func misses(_ coefficients: Coefficients) -> Int {
    let predicted = target.indices.map { index in
      // As `LinearCombination` computes it.
      zip(coefficients.values, inputs).reduce(-0.0) { $0 + $1.0 * $1.1[index] } / coefficients.divisor
    }
    guard let bytes = try? FloatConversion.bytes(predicted, as: dtype),
      let rounded = try? FloatConversion.doubles(bytes, as: dtype)
    else { return .max }
    return zip(rounded, target).reduce(0) { $0 + ($1.0 == $1.1 ? 0 : 1) }
  }

  private func solve() -> [Double]? {
    guard let first = inputs.first, first.count == target.count, !target.isEmpty else { return nil }
    var columns = [first]
    for input in inputs.dropFirst() { columns.append(zip(input, first).map { $0 - $1 }) }
    let right = zip(target, first).map { $0 - $1 }
    // What is not a number anywhere says nothing about the rest.
    let usable = target.indices.filter { index in right[index].isFinite && columns.allSatisfy { $0[index].isFinite } }
    guard usable.count > 2 * columns.count else { return nil }
    let scales = columns.map { column in
      let length = usable.reduce(0) { $0 + column[$1] * column[$1] }.squareRoot()
      return length > 0 ? 1 / length : 0
    }
    var matrix = columns.indices.map { _ in [Double](repeating: 0, count: columns.count) }
    var vector = [Double](repeating: 0, count: columns.count)
    for row in columns.indices {
      for column in 0...row {
        let sum = usable.reduce(0) { $0 + columns[row][$1] * columns[column][$1] }
        matrix[row][column] = sum * scales[row] * scales[column]
        matrix[column][row] = matrix[row][column]
      }
      vector[row] = usable.reduce(0) { $0 + columns[row][$1] * right[$1] } * scales[row]
    }
    let scaled = LinearFit.solve(matrix, vector)
    var values = zip(scaled, scales).map { $0 * $1 }
    values[0] += 1 - values.dropFirst().reduce(0, +)
    return values.allSatisfy(\.isFinite) ? values : nil
  }

  /// Gaussian elimination of a symmetric matrix with ones on its diagonal, largest pivot first; a row that depends on
  /// those before it gets 0.
  private static func solve(_ matrix: [[Double]], _ vector: [Double]) -> [Double] {
    let leastPivot = 1e-9
    var matrix = matrix
    var vector = vector
    var order: [Int] = []
    var left = Set(vector.indices)
    while let pivot = left.max(by: { (matrix[$0][$0], $1) < (matrix[$1][$1], $0) }), matrix[pivot][pivot] > leastPivot {
      left.remove(pivot)
      order.append(pivot)
      for row in left {
        let factor = matrix[row][pivot] / matrix[pivot][pivot]
        for column in vector.indices { matrix[row][column] -= factor * matrix[pivot][column] }
        vector[row] -= factor * vector[pivot]
      }
    }
    var solution = [Double](repeating: 0, count: vector.count)
    for pivot in order.reversed() {
      let rest = order.reduce(0) { $1 == pivot ? $0 : $0 + matrix[pivot][$1] * solution[$1] }
      solution[pivot] = (vector[pivot] - rest) / matrix[pivot][pivot]
    }
    return solution
  }

  /// The values as whole numbers over a small divisor, if they nearly are: once for each of several ideas of "nearly",
  /// because 16-bit elements tell little of the coefficients.
  private static func fractions(_ values: [Double]) -> [Coefficients] {
    var found: [Coefficients] = []
    for tolerance in [2e-4, 2e-3, 1e-2, 3e-2] {
      for divisor in Array(1...20) + [100, 1000] where tolerance * Double(divisor) < 0.5 {
        let rounded = values.map { ($0 * Double(divisor)).rounded() }
        let isNear = zip(values, rounded).allSatisfy { abs($0 - $1 / Double(divisor)) < tolerance }
        guard isNear, rounded.contains(where: { $0 != 0 }) else { continue }
        let coefficients = Coefficients(values: rounded, divisor: Double(divisor))
        if !found.contains(coefficients) { found.append(coefficients) }
        break
      }
    }
    // The roundest first: of several that fit, it is the one that was meant.
    return found.sorted { $0.divisor < $1.divisor }
  }
}
