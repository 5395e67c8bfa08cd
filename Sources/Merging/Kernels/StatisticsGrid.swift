/// How tensors are cut for statistics: always the same way, so that sums come out the same for any number of threads.
package enum StatisticsGrid {
  /// Elements per cell. Partial sums are made per cell, in order, and added up in the order of cells.
  package static let cellElementCount = 1 << 16

  /// Cuts a range at multiples of `count`, and where it begins and ends.
  static func pieces(of elements: Range<Int>, count: Int) -> [Range<Int>] {
    var pieces: [Range<Int>] = []
    var start = elements.lowerBound
    while start < elements.upperBound {
      let end = min(elements.upperBound, (start / count + 1) * count)
      pieces.append(start..<end)
      start = end
    }
    return pieces
  }
}
