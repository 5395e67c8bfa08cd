import Reports
import WeightStore

/// How a report leads from one commit to another.
struct ReportLinks {
  /// Commits with a page of their own.
  var pages: Set<ObjectID<Commit>> = []
  /// From the page to the folder of commits' pages.
  var prefix = ""

  func commit(_ id: ObjectID<Commit>) -> ReportText { commit(id, as: id.short) }

  func commit(_ id: ObjectID<Commit>, as text: String) -> ReportText {
    pages.contains(id) ? .link(text, to: "\(prefix)\(ReportLinks.fileName(id))") : .code(text)
  }

  static let folder = "commits"

  static func fileName(_ id: ObjectID<Commit>) -> String { "\(id.hex).html" }
}
