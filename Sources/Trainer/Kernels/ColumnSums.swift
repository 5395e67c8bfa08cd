/// sums[j] <- sums[j] + sum over i of matrix[i, j]: the gradient of a bias added to every row.
///
/// Shapes: matrix [rowCount, columnCount] row-major, sums [columnCount].
/// DType: f32, accumulated in f32 row after row.
/// Determinism: one thread, fixed order.
func addColumns(
  of matrix: UnsafePointer<Float>, rowCount: Int, columnCount: Int, to sums: UnsafeMutablePointer<Float>
) {
  for row in 0..<rowCount {
    let values = matrix + row * columnCount
    for column in 0..<columnCount { sums[column] += values[column] }
  }
}

/// Sets every row of `matrix` to `row`: the start of a product that adds a bias.
///
/// Shapes: row [columnCount], matrix [rowCount, columnCount] row-major.
func fillRows(
  of matrix: UnsafeMutablePointer<Float>, rowCount: Int, columnCount: Int, with row: UnsafePointer<Float>
) {
  for index in 0..<rowCount { (matrix + index * columnCount).update(from: row, count: columnCount) }
}
