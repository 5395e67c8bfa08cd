import Tensors

/// What random transforms of training draw from, so that a row in a pass looks the same whichever thread assembles it,
/// and however often.
package struct Augmentation: Sendable, Equatable {
  package let seed: UInt64
  /// The pass over the rows, from 0.
  package let epoch: Int

  package init(seed: UInt64, epoch: Int) {
    self.seed = seed
    self.epoch = epoch
  }

  /// The numbers of one transform for one row of a data set.
  ///
  /// - Parameters:
  ///   - row: the row's number in its data set, whatever the selection it stands in.
  ///   - transform: the transform's place in the data set's list.
  func random(row: Int, transform: Int) -> CounterRandom {
    let ofRow = CounterRandom(seed: seed, stream: "augmentation/\(epoch)").bits(at: UInt64(row))
    return CounterRandom(seed: ofRow, stream: UInt64(transform))
  }
}
