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
/// transforms: [{random-crop: {size: 28, padding: 2}}]
/// normalize: {mean: 0.1307, std: 0.3081}
/// ```
///
/// docs/data.md has every key.
package struct DatasetDescription: Sendable {
  package let name: String
  let format: any DatasetFormat
  /// nil if the classes are those the files name.
  let classCount: Int?
  /// The names of the labels, if the description gives them.
  let classNames: [String]?
  /// Rows are put in the order of the permutation of CounterRandom(seed, stream "shuffle").
  let shuffleSeed: UInt64?
  /// Then all rows before `firstRow`, and after `rowLimit` rows, are dropped.
  let firstRow: Int
  let rowLimit: Int?
  /// Then labels are replaced, and rows whose label is not a key dropped.
  let relabel: [Int: Int]?
  /// Then rows are made of what is left; without a maker every image is a row.
  let rowMaker: (any RowMaker)?
  /// Then, whenever a row is read, its pixels are transformed and made numbers.
  let transforms: [ImageTransformRegistry.Entry]
  let normalization: Normalization

  /// Everything the description says, for recipes and ids.
  package let json: JSONValue

  /// What `format` and the entries of `transforms` may name.
  package static var formatNames: [String] { DatasetFormatRegistry.names }
  package static var transformNames: [String] { ImageTransformRegistry.types.map { $0.name } }

  /// The data files, so that a caller can hash them.
  package func fileNames(in folder: DataFolder) throws -> [String] { try format.fileNames(in: folder) }
}
