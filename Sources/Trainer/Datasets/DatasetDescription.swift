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
  /// Then rows are made of what is left; without a transform every image is a row of the one domain "all".
  package let transform: (any DatasetTransform)?

  /// The data files, so that a caller can hash them.
  package var files: [String] { images + labels }
}
