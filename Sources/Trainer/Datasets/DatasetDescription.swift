import Documents

/// A data set as data: which files it is made of and what is done to their rows, in the order of the properties.
///
/// ```yaml
/// name: rotated-fashion
/// format: idx
/// images: [train-images-idx3-ubyte.gz, t10k-images-idx3-ubyte.gz]  # below the data folder; "x.gz" also finds "x"
/// labels: [train-labels-idx1-ubyte.gz, t10k-labels-idx1-ubyte.gz]
/// classes: 10
/// shuffle: 0                      # a seed; without it rows stay in the files' order
/// rows: {from: 0, count: 30000}   # `count` may be left out
/// relabel: {0: 0, 1: 1, 2: 0}     # rows with other labels are dropped
/// domains: {rotate: [0, 15, 30]}  # or `augment`, or `label-by`
/// ```
///
/// Images of rank 3 are gray, [N, H, W]; of rank 4 they are [N, H, W, C].
package struct DatasetDescription: Sendable {
  package let name: String
  /// Names of IDX files below the data folder.
  package let images: [String]
  /// As many as `images`; none if the labels are made here.
  package let labels: [String]
  package let classCount: Int
  /// Rows are put in the order of the permutation of CounterRandom(seed, stream "shuffle").
  package let shuffleSeed: UInt64?
  /// Then all rows before `firstRow`, and after `rowLimit` rows, are dropped.
  package let firstRow: Int
  package let rowLimit: Int?
  /// Then labels are replaced, and rows whose label is not a key dropped.
  package let relabel: [Int: Int]?
  package let transform: DatasetTransform

  /// The data files, so that a caller can hash them.
  package var files: [String] { images + labels }
}

/// What happens to a data set's rows at last.
package enum DatasetTransform: Sendable, Equatable {
  case none
  /// `domains: {rotate: [0, 15, 30]}`: row i goes to domain i mod k and is turned by that domain's angle, as DomainBed
  /// builds RotatedMNIST. Domains are named by the numbers as written.
  case domains(names: [String], degrees: [Double])
  /// `augment: {rotate: {from: -90, to: 90}, copies: 4, seed: 0}`: every row stands `copies` times, each copy turned by
  /// an angle of its own, uniform in [from, to): draw copy x rows + row of CounterRandom(seed, stream
  /// "augment/rotate").
  case augment(fromDegrees: Double, toDegrees: Double, copies: Int, seed: UInt64)
  /// `label-by: {rotate: [0, 90, 180, 270], seed: 0}`: row i is turned by one of the angles, draw i of
  /// CounterRandom(seed, stream "label-by/rotate"), and labelled with its index: a task that needs no labels.
  case labelByRotation(degrees: [Double], seed: UInt64)
}
