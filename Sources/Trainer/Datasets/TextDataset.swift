/// Labelled texts in rows, each row in a domain.
package struct TextDataset: Sendable {
  package let name: String
  /// One text for each row, or a pair.
  package let texts: [[String]]
  package let labels: [Int32]
  /// The domain of each row, an index into `domainNames`.
  package let domains: [Int32]
  package let classCount: Int
  /// Of the labels, if they have names.
  package let classNames: [String]?
  /// "all" alone for a data set without domains.
  package let domainNames: [String]

  package var count: Int { texts.count }
}
