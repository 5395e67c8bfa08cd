/// Joins the pieces of a word, pair by pair, in the order in which the pairs were learnt.
///
/// - Source: R. Sennrich, B. Haddow, A. Birch, "Neural machine translation of rare words with subword units", ACL 2016.
package struct BytePairEncoding: Sendable {
  struct Pair: Hashable, Sendable {
    let left: Int32
    let right: Int32
  }

  struct Merge: Sendable {
    /// Smaller ones come first.
    let rank: Int
    let id: Int32
  }

  /// The token of each single byte; `nil` if the vocabulary has none.
  private let byteIDs: [Int32?]
  private let merges: [Pair: Merge]
  private let unknownID: Int32?

  init(byteIDs: [Int32?], merges: [Pair: Merge], unknownID: Int32?) {
    precondition(byteIDs.count == 256)
    self.byteIDs = byteIDs
    self.merges = merges
    self.unknownID = unknownID
  }

  /// - Parameter word: bytes. Those that the vocabulary lacks become the unknown token, or nothing if there is none.
  func append(_ word: [UInt8], to result: inout [Int32]) {
    var symbols = word.compactMap { byteIDs[Int($0)] ?? unknownID }
    while symbols.count > 1, let (position, merge) = first(in: symbols) {
      let pair = Pair(left: symbols[position], right: symbols[position + 1])
      symbols = joined(symbols, pair, merge.id)
    }
    result += symbols
  }

  private func first(in symbols: [Int32]) -> (position: Int, merge: Merge)? {
    var best: (position: Int, merge: Merge)?
    for position in 0..<(symbols.count - 1) {
      guard let merge = merges[Pair(left: symbols[position], right: symbols[position + 1])] else { continue }
      if best.map({ merge.rank < $0.merge.rank }) ?? true { best = (position, merge) }
    }
    return best
  }

  private func joined(_ symbols: [Int32], _ pair: Pair, _ id: Int32) -> [Int32] {
    var result: [Int32] = []
    result.reserveCapacity(symbols.count)
    var index = 0
    while index < symbols.count {
      if index + 1 < symbols.count, symbols[index] == pair.left, symbols[index + 1] == pair.right {
        result.append(id)
        index += 2
      } else {
        result.append(symbols[index])
        index += 1
      }
    }
    return result
  }
}
