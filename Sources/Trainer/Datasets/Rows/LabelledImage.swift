/// An image of a data set's files, the label it has there and the domain.
package struct LabelledImage: Sendable, Equatable {
  package let image: Int
  package let label: Int32
  /// An index into the files' domain names; 0 if they have none.
  package let domain: Int32

  package init(image: Int, label: Int32, domain: Int32 = 0) {
    self.image = image
    self.label = label
    self.domain = domain
  }
}
