import Tensors

/// Which elements of a tensor are among the largest by some key: those above a threshold, and of those that equal it
/// the first few in flat order.
struct TopSelection: Sendable {
  enum Ties: Hashable, Sendable {
    case allIn, allOut
    /// Those whose number among all ties is below.
    case firstOnly(Int)
  }

  let threshold: UInt32
  let ties: Ties
  /// For each cell of the tensor, the ties in cells and tensors before it. Needed for `firstOnly` alone.
  let tiesBefore: [Int]

  static let everything = TopSelection(threshold: 0, ties: .allIn, tiesBefore: [])
  static let nothing = TopSelection(threshold: .max, ties: .allOut, tiesBefore: [])

  /// Goes through a run of elements in order.
  struct Cursor {
    private let selection: TopSelection
    /// Ties before the next element.
    private var tieCount: Int

    /// - Parameters:
    ///   - start: the first element that will be shown.
    ///   - tiesInCell: ties between the start of its cell and it.
    init(_ selection: TopSelection, start: Int, tiesInCell: Int) {
      self.selection = selection
      tieCount =
        selection.tiesBefore.isEmpty
        ? 0 : selection.tiesBefore[start / StatisticsGrid.cellElementCount] + tiesInCell
    }

    /// Multiplies by 1 what is selected and by 0 what is not.
    ///
    /// - Parameter complement: the other way round.
    mutating func apply(
      _ keys: UnsafePointer<UInt32>, count: Int, to multipliers: UnsafeMutablePointer<Double>, complement: Bool = false
    ) {
      let threshold = selection.threshold
      let inside = complement ? 0.0 : 1.0
      let outside = 1 - inside
      // Where nothing can be above the threshold, all is outside.
      func take(from least: UInt32) {
        FloatKernels.best.mask(keys, count, least, inside, outside, multipliers)
      }
      func takeAbove() {
        if threshold == .max {
          FloatKernels.best.mask(keys, count, 0, outside, outside, multipliers)
        } else {
          take(from: threshold + 1)
        }
      }
      switch selection.ties {
      case .allIn: take(from: threshold)
      case .allOut: takeAbove()
      case .firstOnly(let allowance):
        let ties = FloatKernels.best.count_equal(keys, count, threshold)
        if tieCount + ties <= allowance {
          take(from: threshold)
          tieCount += ties
        } else if tieCount >= allowance {
          takeAbove()
          tieCount += ties
        } else {
          for i in 0..<count {
            let isTie = keys[i] == threshold
            let isIn = keys[i] > threshold || (isTie && tieCount < allowance)
            multipliers[i] *= isIn ? inside : outside
            if isTie { tieCount += 1 }
          }
        }
      }
    }
  }

  /// Whether a cursor must know the ties since the start of its cell.
  var countsTies: Bool {
    if case .firstOnly = ties { return true }
    return false
  }
}
