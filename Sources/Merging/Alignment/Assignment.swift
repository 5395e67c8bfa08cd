/// The linear assignment problem: each row one column, so that the sum of the chosen entries is the largest.
///
/// - Cost: O(n³), F64.
/// - Determinism: no choice is left open; of equal sums the one is taken that the fixed order of rows and columns leads to.
/// - Source: R. Jonker and A. Volgenant, "A shortest augmenting path algorithm for dense and sparse linear assignment
///   problems", Computing 1987: shortest augmenting paths with potentials.
/// - Checked by: AlignmentTests, against all orders.
enum Assignment {
  /// - Parameter gains: n × n, row by row; finite.
  /// - Returns: for each row its column.
  static func maximum(_ gains: [Double], count: Int) -> [Int] {
    guard count > 0 else { return [] }
    // Index 0 of rows and columns stands for none.
    var rowPotentials = [Double](repeating: 0, count: count + 1)
    var columnPotentials = rowPotentials
    var rowOfColumn = [Int](repeating: 0, count: count + 1)
    var previousColumn = rowOfColumn
    for row in 1...count {
      rowOfColumn[0] = row
      var column = 0
      var distances = [Double](repeating: .infinity, count: count + 1)
      var isSettled = [Bool](repeating: false, count: count + 1)
      repeat {
        isSettled[column] = true
        let current = rowOfColumn[column]
        var step = Double.infinity
        var next = 0
        for candidate in 1...count where !isSettled[candidate] {
          let cost = -gains[(current - 1) * count + candidate - 1]
          let reduced = cost - rowPotentials[current] - columnPotentials[candidate]
          if reduced < distances[candidate] {
            distances[candidate] = reduced
            previousColumn[candidate] = column
          }
          if distances[candidate] < step {
            step = distances[candidate]
            next = candidate
          }
        }
        for candidate in 0...count {
          if isSettled[candidate] {
            rowPotentials[rowOfColumn[candidate]] += step
            columnPotentials[candidate] -= step
          } else {
            distances[candidate] -= step
          }
        }
        column = next
      } while rowOfColumn[column] != 0
      while column != 0 {
        let before = previousColumn[column]
        rowOfColumn[column] = rowOfColumn[before]
        column = before
      }
    }
    var columns = [Int](repeating: 0, count: count)
    for column in 1...count { columns[rowOfColumn[column] - 1] = column - 1 }
    return columns
  }
}
