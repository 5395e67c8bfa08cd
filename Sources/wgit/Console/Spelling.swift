/// "Did you mean …?"
enum Spelling {
  /// The candidate with the fewest edits, if they are few enough for a slip of the fingers.
  static func nearest(_ word: String, in candidates: [String]) -> String? {
    let scored = candidates.map { (name: $0, distance: distance(word, $0)) }
    guard let best = scored.min(by: { ($0.distance, $0.name) < ($1.distance, $1.name) }) else { return nil }
    return best.distance <= max(1, word.count / 3) ? best.name : nil
  }

  /// Levenshtein's distance with neighbouring letters swapped counting once.
  static func distance(_ left: String, _ right: String) -> Int {
    let a = Array(left.lowercased())
    let b = Array(right.lowercased())
    var rows = [Array(0...b.count)]
    for i in 0..<a.count {
      var row = [i + 1]
      for j in 0..<b.count {
        var best = min(rows[i][j] + (a[i] == b[j] ? 0 : 1), rows[i][j + 1] + 1, row[j] + 1)
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { best = min(best, rows[i - 1][j - 1] + 1) }
        row.append(best)
      }
      rows.append(row)
    }
    return rows[a.count][b.count]
  }
}
