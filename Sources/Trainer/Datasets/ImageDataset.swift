/// Labelled samples in rows, each row in a domain.
///
/// Samples stay where they are: in files that are read when a row is asked for, or in memory where files are compressed.
package struct ImageDataset: Sendable {
  package let name: String
  /// The shape of a row as a network takes it.
  package let imageShape: ActivationShape
  package let classCount: Int
  /// Of the labels, if they have names.
  package let classNames: [String]?
  /// "all" alone for a data set without domains.
  package let domainNames: [String]
  let rows: [ImageRow]
  let pipeline: PixelPipeline

  package var count: Int { rows.count }

  /// The label of each row.
  package var labels: [Int32] { rows.map(\.label) }

  /// The domain of each row, an index into `domainNames`.
  package var domains: [Int32] { rows.map(\.domain) }

  /// Rows in each domain, in the order of `domainNames`.
  package var domainCounts: [Int] {
    var counts = Array(repeating: 0, count: domainNames.count)
    for row in rows { counts[Int(row.domain)] += 1 }
    return counts
  }

  /// Some rows, for a network.
  ///
  /// - Parameter threadCount: threads for work that is done now, once for all passes. It changes no bytes.
  /// - Throws: `TrainerError` that names the file of a row that cannot be read.
  package func examples(_ selected: [Int], threadCount: Int = 1) throws -> ExampleSet {
    try ExampleSet(selected, of: rows, domainNames: domainNames, pipeline: pipeline, threadCount: threadCount)
  }
}
