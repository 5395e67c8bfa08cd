/// A row of a data set: which image it shows and how it is changed for this row, what it is and where it belongs.
package struct ImageRow: Sendable, Equatable {
  package let image: Int
  package let label: Int32
  /// An index into the data set's domain names.
  package let domain: Int32
  package let edit: ImageEdit

  package init(image: Int, label: Int32, domain: Int32, edit: ImageEdit = .none) {
    self.image = image
    self.label = label
    self.domain = domain
    self.edit = edit
  }
}

/// How an image is changed to be a row.
package enum ImageEdit: Sendable, Equatable {
  case none
  /// Counter-clockwise.
  case turn(degrees: Double)
  /// A gray image in one of two channels, the other black; of every `stride`-th row and column.
  case color(channel: UInt8, stride: UInt8)
}
