/// Sequences of tokens one after the other, without padding between them.
struct PackedTokens: Sendable {
  private(set) var ids: [Int32] = []
  /// As many as ids.
  private(set) var typeIDs: [Int32] = []
  /// Where each sequence begins, and after the last one the number of ids.
  private(set) var starts: [Int] = [0]
  /// Before each sequence, and after the last one, the sum of length².
  private(set) var pairStarts: [Int] = [0]

  private init() {}

  /// No sequence.
  static let none = PackedTokens()

  /// Reads sequences as `ActivationShape.tokens` lays them out.
  ///
  /// Shapes: rows [sequenceCount, 1 + 2 limit]. What is no id, no type or no length is taken as 0 or 1.
  init(rows: UnsafePointer<Float>, sequenceCount: Int, limit: Int, vocabularySize: Int, typeCount: Int) {
    for sequence in 0..<sequenceCount {
      let row = rows + sequence * (1 + 2 * limit)
      let length = max(1, min(limit, Int(exactly: row[0]) ?? 1))
      for place in 1...length {
        ids.append(Self.integer(row[place], below: vocabularySize))
        typeIDs.append(Self.integer(row[limit + place], below: max(1, typeCount)))
      }
      starts.append(ids.count)
      pairStarts.append((pairStarts.last ?? 0) + length * length)
    }
  }

  private static func integer(_ value: Float, below bound: Int) -> Int32 {
    guard let integer = Int32(exactly: value), integer >= 0, integer < bound else { return 0 }
    return integer
  }

  var sequenceCount: Int { starts.count - 1 }
  var tokenCount: Int { ids.count }
  func length(_ sequence: Int) -> Int { starts[sequence + 1] - starts[sequence] }

  /// Sequences that go through the encoder together, on one thread.
  struct Group: Sendable {
    let sequences: Range<Int>
    let tokens: Range<Int>
    let pairs: Range<Int>
    let longest: Int
  }

  /// Tokens that a group should have: enough to keep the matrix products busy, few enough to stay in the cache.
  private static let groupTokenCount = 256

  /// The sequences in groups of about equal size, as a function of their lengths alone.
  var groups: [Group] {
    let wanted = min(sequenceCount, max(1, (tokenCount + Self.groupTokenCount / 2) / Self.groupTokenCount))
    var groups: [Group] = []
    var first = 0
    for number in 1...max(1, wanted) {
      var end = first
      while end < sequenceCount, starts[end + 1] * wanted <= tokenCount * number || number == wanted { end += 1 }
      guard end > first else { continue }
      let sequences = first..<end
      groups.append(
        Group(
          sequences: sequences, tokens: starts[first]..<starts[end], pairs: pairStarts[first]..<pairStarts[end],
          longest: sequences.map(length).max() ?? 0))
      first = end
    }
    return groups
  }
}
