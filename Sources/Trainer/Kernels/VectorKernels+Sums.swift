extension VectorKernels {
  /// sums[j] <- sums[j] + sum over i of matrix[i, j]: the gradient of a bias added to every row.
  ///
  /// Shapes: matrix [rowCount, columnCount] row-major, sums [columnCount].
  /// DType: accumulated in f64 row after row, rounded once.
  func addColumnSums(
    of matrix: UnsafePointer<Float>, rowCount: Int, columnCount: Int, to sums: UnsafeMutablePointer<Float>
  ) {
    withUnsafeTemporaryAllocation(of: Double.self, capacity: columnCount) { totals in
      guard let start = totals.baseAddress else { return }
      start.initialize(repeating: 0, count: columnCount)
      c.channel_sums(Int64(rowCount), Int32(columnCount), matrix, nil, start, nil)
      for column in 0..<columnCount { sums[column] += Float(start[column]) }
    }
  }
}
