/// A publication, as help and model cards cite it.
package struct Paper: Hashable, Sendable {
  package let title: String
  /// Family name of the first author and "et al.", or all names.
  package let authors: String
  /// Venue and year.
  package let venue: String
  /// The identifier on arXiv, without prefix, if it is there.
  package let arXiv: String?
  /// Where to read it.
  package let address: String

  package init(title: String, authors: String, venue: String, arXiv: String) {
    self.title = title
    self.authors = authors
    self.venue = venue
    self.arXiv = arXiv
    address = "https://arxiv.org/abs/\(arXiv)"
  }

  package init(title: String, authors: String, venue: String, address: String) {
    self.title = title
    self.authors = authors
    self.venue = venue
    self.arXiv = nil
    self.address = address
  }

  /// "Ramé et al., ICML 2023, arXiv 2212.10445".
  package var citation: String {
    "\(authors), \(venue), \(arXiv.map { "arXiv \($0)" } ?? address)"
  }
}
