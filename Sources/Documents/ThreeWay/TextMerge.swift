/// Two versions of a text made from one base, merged line by line.
///
/// A line that changed on one side is taken; lines that changed on both sides, or next to each other, conflict unless both
/// made the same change. Conflicts are cut down to the lines that really differ and joined where no more than three lines, or
/// none with a letter or digit, stand between them.
///
/// - Checked by: TextMergeTests, against `git merge-file`.
package struct TextMerge: Sendable {
  /// A stretch that does not come from ours as it is.
  enum Piece: Hashable, Sendable {
    /// Lines of ours that lines of theirs replace.
    case theirs(Range<Int>, replacing: Range<Int>)
    case conflict(ours: Range<Int>, theirs: Range<Int>)

    var oursRange: Range<Int> {
      switch self {
      case .theirs(_, let range): range
      case .conflict(let range, _): range
      }
    }
  }

  private let ours: [ArraySlice<UInt8>]
  private let theirs: [ArraySlice<UInt8>]
  /// In the order of ours.
  private let pieces: [Piece]

  /// Merges three texts in memory; what they are encoded in does not matter as long as lines end with a line feed.
  package init(base: [UInt8], ours: [UInt8], theirs: [UInt8]) {
    self.ours = TextMerge.lines(of: ours)
    self.theirs = TextMerge.lines(of: theirs)
    var numbers: [ArraySlice<UInt8>: Int] = [:]
    let lists = [TextMerge.lines(of: base), self.ours, self.theirs].map { lines in
      lines.map { line in
        let number = numbers[line] ?? numbers.count
        numbers[line] = number
        return number
      }
    }
    let pieces = TextMerge.pieces(base: lists[0], ours: lists[1], theirs: lists[2])
    let refined = pieces.flatMap { TextMerge.refined($0, ours: lists[1], theirs: lists[2]) }
    self.pieces = TextMerge.joined(refined, ours: self.ours)
  }

  package var conflictCount: Int {
    pieces.count { if case .conflict = $0 { true } else { false } }
  }

  /// The merged text, conflicts between markers as git writes them.
  package func bytes(ourName: String, theirName: String) -> [UInt8] {
    let lineEnd = ours.first?.suffix(2) == [0x0D, 0x0A] ? "\r\n" : "\n"
    var merged: [UInt8] = []
    var next = 0
    for piece in pieces {
      for line in ours[next..<piece.oursRange.lowerBound] { merged += line }
      switch piece {
      case .theirs(let range, _): for line in theirs[range] { merged += line }
      case .conflict(let ourRange, let theirRange):
        merged += Array("<<<<<<< \(ourName)\(lineEnd)".utf8)
        for line in ours[ourRange] { TextMerge.append(line, to: &merged, lineEnd) }
        merged += Array("=======\(lineEnd)".utf8)
        for line in theirs[theirRange] { TextMerge.append(line, to: &merged, lineEnd) }
        merged += Array(">>>>>>> \(theirName)\(lineEnd)".utf8)
      }
      next = piece.oursRange.upperBound
    }
    for line in ours[next...] { merged += line }
    return merged
  }

  /// A line before a marker needs an end.
  private static func append(_ line: ArraySlice<UInt8>, to text: inout [UInt8], _ lineEnd: String) {
    text += line
    if line.last != 0x0A { text += Array(lineEnd.utf8) }
  }

  /// Lines with their line feeds; the last may have none.
  private static func lines(of text: [UInt8]) -> [ArraySlice<UInt8>] {
    var lines: [ArraySlice<UInt8>] = []
    var start = 0
    while start < text.count {
      let end = text[start...].firstIndex(of: 0x0A).map { $0 + 1 } ?? text.count
      lines.append(text[start..<end])
      start = end
    }
    return lines
  }
}

extension TextMerge {
  /// A side's hunks, met in order of the base's lines.
  private struct Cursor {
    let hunks: [LineDifference.Hunk]
    var index = 0
    /// By how many lines the side is ahead of the base behind the hunks that were passed.
    var shift = 0

    var next: LineDifference.Hunk? { index < hunks.count ? hunks[index] : nil }

    mutating func pass() {
      guard let hunk = next else { return }
      shift = hunk.new.upperBound - hunk.old.upperBound
      index += 1
    }
  }

  /// What changed where, with overlapping and touching changes of both sides as one conflict.
  private static func pieces(base: [Int], ours: [Int], theirs: [Int]) -> [Piece] {
    var left = Cursor(hunks: LineDifference.hunks(base, ours))
    var right = Cursor(hunks: LineDifference.hunks(base, theirs))
    var pieces: [Piece] = []
    while left.next != nil || right.next != nil {
      let leftStart = left.next?.old.lowerBound ?? Int.max
      let rightStart = right.next?.old.lowerBound ?? Int.max
      if let hunk = left.next, hunk.old.upperBound < rightStart {
        left.pass()
      } else if let hunk = right.next, hunk.old.upperBound < leftStart {
        pieces.append(
          .theirs(hunk.new, replacing: (hunk.old.lowerBound + left.shift)..<(hunk.old.upperBound + left.shift)))
        right.pass()
      } else if let one = left.next, let two = right.next, one.old == two.old,
        ours[one.new].elementsEqual(theirs[two.new])
      {
        left.pass()
        right.pass()
      } else {
        pieces.append(conflict(&left, &right, from: min(leftStart, rightStart)))
      }
    }
    return pieces
  }

  private static func conflict(_ left: inout Cursor, _ right: inout Cursor, from start: Int) -> Piece {
    let ourStart = start + left.shift
    let theirStart = start + right.shift
    var end = start
    while true {
      if let hunk = left.next, hunk.old.lowerBound <= end {
        end = max(end, hunk.old.upperBound)
        left.pass()
      } else if let hunk = right.next, hunk.old.lowerBound <= end {
        end = max(end, hunk.old.upperBound)
        right.pass()
      } else {
        return .conflict(ours: ourStart..<(end + left.shift), theirs: theirStart..<(end + right.shift))
      }
    }
  }

  /// A conflict without the lines that both sides have.
  private static func refined(_ piece: Piece, ours: [Int], theirs: [Int]) -> [Piece] {
    guard case .conflict(let left, let right) = piece, !left.isEmpty, !right.isEmpty else { return [piece] }
    return LineDifference.hunks(Array(ours[left]), Array(theirs[right])).map { hunk in
      .conflict(
        ours: (left.lowerBound + hunk.old.lowerBound)..<(left.lowerBound + hunk.old.upperBound),
        theirs: (right.lowerBound + hunk.new.lowerBound)..<(right.lowerBound + hunk.new.upperBound))
    }
  }

  /// Neighbouring conflicts as one where what stands between them tells a reader nothing.
  private static func joined(_ pieces: [Piece], ours: [ArraySlice<UInt8>]) -> [Piece] {
    var joined: [Piece] = []
    for piece in pieces {
      if case .conflict(let left, let right) = piece, case .conflict(let lastLeft, let lastRight) = joined.last,
        left.lowerBound - lastLeft.upperBound <= 3
          || !ours[lastLeft.upperBound..<left.lowerBound].contains(where: hasLetterOrDigit)
      {
        joined[joined.count - 1] = .conflict(
          ours: lastLeft.lowerBound..<left.upperBound, theirs: lastRight.lowerBound..<right.upperBound)
      } else {
        joined.append(piece)
      }
    }
    return joined
  }

  private static func hasLetterOrDigit(_ line: ArraySlice<UInt8>) -> Bool {
    line.contains { (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) }
  }
}
