extension String {
  /// A text from outside as a message quotes it: in quotation marks, cut after `limit` Unicode scalars, so that a hostile
  /// file cannot flood its reader. (A `Character` may be as long as the text.)
  package func quoted(limit: Int = 120) -> String {
    let scalars = unicodeScalars
    guard let end = scalars.index(scalars.startIndex, offsetBy: limit, limitedBy: scalars.endIndex),
      end != scalars.endIndex
    else {
      return "\"\(self)\""
    }
    return "\"\(self[..<end])…\""
  }
}
