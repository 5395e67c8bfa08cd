/// One row of a batch: which row of the examples, and in which pass over them it is taken.
package struct BatchRow: Sendable, Equatable {
  package let row: Int
  /// From 0.
  package let epoch: Int

  package init(row: Int, epoch: Int) {
    self.row = row
    self.epoch = epoch
  }
}
