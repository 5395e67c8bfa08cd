/// Two revisions as people write them: `main..feature`. One that is left out is HEAD.
struct CommitRange {
  let start: String
  let end: String

  /// `nil` without two dots.
  init?(_ text: String) {
    guard let dots = text.firstRange(of: "..") else { return nil }
    let (left, right) = (text[..<dots.lowerBound], text[dots.upperBound...])
    start = left.isEmpty ? "HEAD" : String(left)
    end = right.isEmpty ? "HEAD" : String(right)
  }
}
