/// A publication, as help and model cards cite it.
package struct Paper: Hashable, Sendable {
  package let title: String
  /// Family name of the first author and "et al.", or all names.
  package let authors: String
  /// Venue and year.
  package let venue: String
  /// The identifier on arXiv, without prefix.
  package let arXiv: String

  package init(title: String, authors: String, venue: String, arXiv: String) {
    self.title = title
    self.authors = authors
    self.venue = venue
    self.arXiv = arXiv
  }
}
