/// A report as data: what it says, without how it looks. `MarkdownRenderer` and `HTMLPage` write it.
package struct ReportDocument: Sendable {
  package let title: String
  package let blocks: [ReportBlock]

  package init(title: String, blocks: [ReportBlock]) {
    self.title = title
    self.blocks = blocks
  }
}

/// A piece of a line.
package enum ReportText: Sendable, Equatable {
  /// What a word in a table means; shown by more than its colour.
  package enum Tone: String, Sendable {
    case good
    case bad
    case unsure
  }

  case plain(String)
  case code(String)
  /// - `to`: an address relative to the page. Markdown has no pages to lead to, and shows the text alone.
  case link(String, to: String)
  case mark(String, Tone)
  /// A name that stands at a commit.
  case badge(String)

  var text: String {
    switch self {
    case .plain(let text), .code(let text), .link(let text, _), .mark(let text, _), .badge(let text): text
    }
  }
}

package indirect enum ReportBlock: Sendable {
  case section(String, [ReportBlock])
  case paragraph([ReportText])
  /// Names and what there is to say of them.
  case facts([Fact])
  case table(ReportTable)
  /// Pictures, and for Markdown what they show in words.
  case drawings([SVGDrawing])
  /// Text whose lines and blanks count.
  case preformatted(String)
  /// Folded until somebody wants to see it.
  case details(String, [ReportBlock])
  case graph(CommitGraphList)

  package struct Fact: Sendable {
    package let name: String
    package let value: [ReportText]

    package init(_ name: String, _ value: [ReportText]) {
      self.name = name
      self.value = value
    }

    package init(_ name: String, _ text: String) { self.init(name, [.plain(text)]) }
  }
}

package struct ReportTable: Sendable {
  package struct Column: Sendable {
    package let name: String
    /// Numbers line up on the right.
    package let isNumber: Bool

    package init(_ name: String, isNumber: Bool = false) {
      self.name = name
      self.isNumber = isNumber
    }
  }

  /// What the table is about, for those who come upon it alone.
  package let caption: String
  package let columns: [Column]
  package private(set) var rows: [[[ReportText]]] = []

  package init(_ caption: String, _ columns: [Column]) {
    self.caption = caption
    self.columns = columns
  }

  package mutating func add(_ row: [[ReportText]]) { rows.append(row) }
}
