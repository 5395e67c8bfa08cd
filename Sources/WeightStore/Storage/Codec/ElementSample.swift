/// Some elements of a chunk, spread evenly: all of a small one, 16 pieces of 1024 else.
struct ElementSample {
  private static let pieceCount = 16
  private static let pieceElementCount = 1024

  /// Counted from the chunk's first element.
  let ranges: [Range<Int>]

  init(elementCount: Int) {
    let piece = ElementSample.pieceElementCount
    guard elementCount > 2 * ElementSample.pieceCount * piece else {
      ranges = [0..<elementCount]
      return
    }
    // Pieces start at whole blocks of a delta.
    let step = (elementCount - piece) / (ElementSample.pieceCount - 1) & ~(DeltaTokens.blockElementCount - 1)
    ranges = (0..<ElementSample.pieceCount).map { ($0 * step)..<($0 * step + piece) }
  }

  var count: Int { ranges.reduce(0) { $0 + $1.count } }
}
