/// How tensors are cut for statistics: always the same way, so that sums come out the same for any number of threads.
package enum StatisticsGrid {
  /// Elements per cell. Partial sums are made per cell, in order, and added up in the order of cells.
  package static let cellElementCount = 1 << 16
}
