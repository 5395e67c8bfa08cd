import Synchronization
import Tensors

/// One pass over all elements of some tensors of the same shape.
///
/// Tensors are read in pieces of whole cells of `StatisticsGrid`, several at a time.
struct TensorPass: Sendable {
  let readers: [any TensorReader]
  let elementCount: Int
  let executor: MergeExecutor
  /// Whether blocks are shown decoded.
  private let decodes: Bool

  init(_ readers: [any TensorReader], decodes: Bool = true, on executor: MergeExecutor) {
    self.readers = readers
    self.decodes = decodes
    elementCount = readers.first?.shape.elementCount ?? 0
    self.executor = executor
  }

  /// Elements of a piece: as many as the readers like to read, within 32 MiB for all of them.
  private var pieceElementCount: Int {
    let cell = StatisticsGrid.cellElementCount
    let preferred = readers.reduce(cell) { max($0, $1.preferredElementCount) }
    let width = readers.reduce(0) { $0 + $1.dtype.bitWidth / 8 }
    let affordable = (32 << 20) / max(1, width)
    return max(cell, min(preferred, affordable) / cell * cell)
  }

  private func pieces() -> (count: Int, elements: (Int) -> Range<Int>) {
    let size = pieceElementCount
    let elementCount = elementCount
    return ((elementCount + size - 1) / size, { $0 * size..<min(elementCount, ($0 + 1) * size) })
  }

  /// One value per cell, in order: what `body` makes of the cell's blocks, one after the other.
  func perCell<Partial>(
    _ initial: Partial, _ body: (inout Partial, MergeBlock) throws -> Void
  ) throws -> [Partial] {
    let pieces = pieces()
    let blocks = BlockMerge(readers: readers, dtype: .f64)
    return try executor.map(count: pieces.count) { piece in
      var partials: [Partial] = []
      var partial = initial
      let elements = pieces.elements(piece)
      try blocks.visit(elements, decodes: decodes) { block in
        if block.start > elements.lowerBound, block.start % StatisticsGrid.cellElementCount == 0 {
          partials.append(partial)
          partial = initial
        }
        try body(&partial, block)
      }
      partials.append(partial)
      return partials
    }.flatMap(\.self)
  }

  /// Adds up what `body` makes of all blocks, in any order: for exact sums only.
  ///
  /// - Parameters:
  ///   - state: a state to start from; each thread has its own.
  ///   - merge: adds the second state to the first.
  func tally<State>(
    _ state: () -> State, merge: (inout State, State) -> Void, _ body: (inout State, MergeBlock) throws -> Void
  ) throws -> State {
    let pieces = pieces()
    let blocks = BlockMerge(readers: readers, dtype: .f64)
    let idle = StatePool<State>()
    try executor.run(count: pieces.count) { piece in
      var mine = idle.take() ?? state()
      try blocks.visit(pieces.elements(piece), decodes: decodes) { try body(&mine, $0) }
      idle.put(mine)
    }
    var total = state()
    while let one = idle.take() { merge(&total, one) }
    return total
  }
}

/// States that no thread uses at the moment.
private final class StatePool<State>: @unchecked Sendable {
  // Sendable: a state is owned by the pool or by the one thread that took it.
  private let lock = Mutex<Void>(())
  private var states: [State] = []

  func take() -> State? { lock.withLock { _ in states.popLast() } }
  func put(_ state: State) { lock.withLock { _ in states.append(state) } }
}
