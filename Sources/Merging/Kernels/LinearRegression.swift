import Tensors

/// Solves (Σ wᵢGᵢ) Wᵀ = Σ wᵢGᵢWᵢᵀ for W.
///
/// Outputs are taken eight at a time, one per vector lane: each entry of a matrix is loaded once for eight of them.
///
/// - DType and accumulation: F64, in the order of columns.
/// - Determinism: the same bits for any number of threads; no output depends on another.
struct LinearRegression {
  private typealias Lanes = SIMD8<Double>

  private let inputCount: Int
  private let outputCount: Int
  /// Σ wᵢGᵢ, row by row; the lower triangle becomes Cholesky's factor.
  private var matrix: [Double]
  /// Σ wᵢGᵢWᵢᵀ: for each group of eight outputs `inputCount` vectors.
  private var right: [SIMD8<Double>]

  init(inputCount: Int, outputCount: Int) {
    self.inputCount = inputCount
    self.outputCount = outputCount
    matrix = [Double](repeating: 0, count: inputCount * inputCount)
    right = [Lanes](repeating: .zero, count: (outputCount + 7) / 8 * inputCount)
  }

  /// Adds one model.
  ///
  /// - Parameters:
  ///   - weights: [out, in].
  ///   - gram: [in, in]; off-diagonal entries are multiplied by `alpha`.
  mutating func add(
    weights: any TensorReader, gram: any TensorReader, alpha: Double, weight: Double, on executor: MergeExecutor
  ) throws {
    let scaled = try LinearRegression.values(gram)
    let model = try LinearRegression.values(weights)
    let inputCount = inputCount
    let outputCount = outputCount
    let groupCount = (outputCount + 7) / 8
    matrix.withUnsafeMutableBufferPointer { matrix in
      for row in 0..<inputCount {
        for column in 0..<inputCount {
          let index = row * inputCount + column
          scaled[index] *= row == column ? weight : alpha * weight
          matrix[index] += scaled[index]
        }
      }
    }
    try right.withUnsafeMutableBufferPointer { right in
      try executor.run(count: groupCount) { group in
        let lanes = LinearRegression.group(group, of: model, inputCount: inputCount, outputCount: outputCount)
        for row in 0..<inputCount {
          var sum = Lanes.zero
          for column in 0..<inputCount { sum += scaled[row * inputCount + column] * lanes[column] }
          right[group * inputCount + row] += sum
        }
      }
    }
    scaled.deallocate()
    model.deallocate()
  }

  /// The columns of eight rows of a matrix, as vectors.
  private static func group(
    _ group: Int, of model: UnsafeMutableBufferPointer<Double>, inputCount: Int, outputCount: Int
  ) -> [Lanes] {
    (0..<inputCount).map { column in
      var lanes = Lanes.zero
      for lane in 0..<min(8, outputCount - 8 * group) {
        lanes[lane] = model[(8 * group + lane) * inputCount + column]
      }
      return lanes
    }
  }

  /// All elements as F64; the caller frees them.
  private static func values(_ reader: any TensorReader) throws -> UnsafeMutableBufferPointer<Double> {
    let count = reader.shape.elementCount
    let values = UnsafeMutableBufferPointer<Double>.allocate(capacity: count)
    do {
      let piece = StatisticsGrid.cellElementCount
      for start in stride(from: 0, to: count, by: piece) {
        let elements = start..<min(count, start + piece)
        let raw = try RawPieces([reader], elements)
        try FloatConversion.decode(
          raw.bytes(0, 0..<elements.count), as: reader.dtype,
          into: UnsafeMutableBufferPointer(rebasing: values[elements]))
        withExtendedLifetime(raw) {}
      }
    } catch {
      values.deallocate()
      throw error
    }
    return values
  }

  /// - Returns: W, [out, in], as F64.
  /// - Throws: `badParameter` if the matrix is not positive definite to the precision of F64.
  mutating func solve(on executor: MergeExecutor) throws -> any TensorReader {
    try decompose(on: executor)
    let inputCount = inputCount
    let outputCount = outputCount
    let factor = matrix
    let right = right
    return try ResidentTensor(dtype: .f64, shape: Shape([outputCount, inputCount])) { buffer in
      try executor.run(count: (outputCount + 7) / 8) { group in
        var lanes = Array(right[group * inputCount..<(group + 1) * inputCount])
        LinearRegression.substitute(factor, &lanes)
        for lane in 0..<min(8, outputCount - 8 * group) {
          for column in 0..<inputCount {
            buffer.storeBytes(
              of: lanes[column][lane].bitPattern.littleEndian,
              toByteOffset: ((8 * group + lane) * inputCount + column) * 8, as: UInt64.self)
          }
        }
      }
    }
  }

  /// Cholesky: A = LLᵀ, column by column.
  private mutating func decompose(on executor: MergeExecutor) throws {
    let count = inputCount
    let largest = (0..<count).reduce(0) { max($0, matrix[$1 * count + $1].magnitude) }
    let least = largest * Double(count) * 0x1p-52
    try matrix.withUnsafeMutableBufferPointer { matrix in
      guard let matrix = matrix.baseAddress else { return }
      let rows = matrix
      let stripes = 4 * executor.workerCount
      for column in 0..<count {
        let own = rows + column * count
        let pivot = own[column] - FixedOrderSum.dot(own, own, count: column)
        guard pivot > least else {
          throw MergeError(
            .badParameter, "its Gram matrices have no inverse together: there are too few data for alpha so large")
        }
        let root = pivot.squareRoot()
        own[column] = root
        let rest = count - column - 1
        // Few rows are not worth the threads.
        let pieces = rest * column > 1 << 16 ? stripes : 1
        try executor.run(count: pieces) { piece in
          for row in column + 1 + rest * piece / pieces..<column + 1 + rest * (piece + 1) / pieces {
            let other = rows + row * count
            other[column] = (other[column] - FixedOrderSum.dot(other, rows + column * count, count: column)) / root
          }
        }
      }
    }
  }

  /// LLᵀx = b in place, for eight right-hand sides.
  private static func substitute(_ factor: [Double], _ lanes: inout [Lanes]) {
    let count = lanes.count
    factor.withUnsafeBufferPointer { factor in
      lanes.withUnsafeMutableBufferPointer { x in
        for row in 0..<count {
          var sum = x[row]
          for column in 0..<row { sum -= factor[row * count + column] * x[column] }
          x[row] = sum / factor[row * count + row]
        }
        for row in stride(from: count - 1, through: 0, by: -1) {
          x[row] /= factor[row * count + row]
          let solved = x[row]
          for column in 0..<row { x[column] -= factor[row * count + column] * solved }
        }
      }
    }
  }
}
