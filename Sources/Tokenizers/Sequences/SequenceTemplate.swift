/// What a tokenizer puts around a text: `[CLS] A [SEP]`, and around a pair: `[CLS] A [SEP] B [SEP]`.
package struct SequenceTemplate: Sendable, Hashable {
  package enum Piece: Sendable, Hashable {
    case special(id: Int32, type: Int32)
    case first(type: Int32)
    case second(type: Int32)

    fileprivate var isSpecial: Bool {
      if case .special = self { true } else { false }
    }
  }

  package let single: [Piece]
  package let pair: [Piece]

  package init(single: [Piece], pair: [Piece]) {
    self.single = single
    self.pair = pair
  }

  /// Nothing around.
  static let bare = SequenceTemplate(
    single: [.first(type: 0)], pair: [.first(type: 0), .second(type: 1)])

  /// Whether a single text, and both of a pair, stand in the result exactly once.
  var takesEachTextOnce: Bool {
    func counts(_ pieces: [Piece]) -> (first: Int, second: Int) {
      (
        pieces.count { if case .first = $0 { true } else { false } },
        pieces.count { if case .second = $0 { true } else { false } }
      )
    }
    return counts(single) == (1, 0) && counts(pair) == (1, 1)
  }

  /// The largest id that is put around texts; -1 if there is none.
  var largestID: Int32 {
    (single + pair).map { if case .special(let id, _) = $0 { id } else { -1 } }.max() ?? -1
  }

  /// Joins texts and special tokens, after cutting the texts at their ends so that all fits.
  ///
  /// - Parameter maximumCount: of ids in the result. The special tokens always stay.
  func encoding(_ first: [Int32], _ second: [Int32]?, maximumCount: Int?) -> Encoding {
    let pieces = second == nil ? single : pair
    let room = maximumCount.map { max(0, $0 - pieces.count(where: \.isSpecial)) } ?? .max
    let (firstCount, secondCount) = SequenceTemplate.lengths(first.count, second?.count ?? 0, room: room)
    var ids: [Int32] = []
    var types: [Int32] = []
    for piece in pieces {
      switch piece {
      case .special(let id, let type):
        ids.append(id)
        types.append(type)
      case .first(let type):
        ids += first.prefix(firstCount)
        types += repeatElement(type, count: firstCount)
      case .second(let type):
        ids += (second ?? []).prefix(secondCount)
        types += repeatElement(type, count: secondCount)
      }
    }
    return Encoding(ids: ids, typeIDs: types)
  }

  /// The longer text gives way first; when both are longer than half the room, each gets a half, the first the smaller.
  static func lengths(_ first: Int, _ second: Int, room: Int) -> (first: Int, second: Int) {
    guard first > room - min(second, room) || second > room else { return (first, second) }
    var shorter = min(first, second)
    var longer = shorter > room ? shorter : max(shorter, room - shorter)
    if shorter + longer > room {
      shorter = room / 2
      longer = shorter + room % 2
    }
    let (firstCount, secondCount) = first <= second ? (shorter, longer) : (longer, shorter)
    return (min(first, firstCount), min(second, secondCount))
  }
}
