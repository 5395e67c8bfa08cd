import Tensors

/// Which elements of a model's change count, and by what they are multiplied.
enum TaskVectorMask: Sendable {
  case everything
  case nothing
  /// The largest.
  case top(TopSelection)
  /// The largest without the very largest.
  case band(TopSelection, without: TopSelection)
  /// Each with the same chance; what is kept is multiplied.
  case random(CounterRandom, chance: Double, multiplier: Double)
  /// Each with a chance that grows with its rank in its row.
  case ranked(RankedMask)

  init(_ selection: TopSelection) {
    switch (selection.threshold, selection.ties) {
    case (0, .allIn): self = .everything
    case (.max, .allOut): self = .nothing
    default: self = .top(selection)
    }
  }

  private var selections: [TopSelection] {
    switch self {
    case .top(let selection): [selection]
    case .band(let outer, let inner): [outer, inner]
    case .everything, .nothing, .random, .ranked: []
    }
  }

  /// Goes through elements from `start` on.
  ///
  /// - Parameters:
  ///   - model, base: read where ties before `start` must be counted.
  func cursor(
    from elements: Range<Int>, model: any TensorReader, base: any TensorReader
  ) throws -> TaskVectorMaskCursor {
    let start = elements.lowerBound
    let cellStart = start / StatisticsGrid.cellElementCount * StatisticsGrid.cellElementCount
    let isWide = MagnitudeKeys.isWide(model, base)
    let cursors = try selections.map { selection in
      var ties = 0
      if selection.countsTies, cellStart < start {
        try BlockMerge(readers: [model, base], dtype: .f64).visit(cellStart..<start) { block in
          MagnitudeKeys.write(block, model: 0, base: 1, isWide: isWide)
          for i in 0..<block.count { ties += block.keys[i] == selection.threshold ? 1 : 0 }
        }
      }
      return TopSelection.Cursor(selection, start: start, tiesInCell: ties)
    }
    switch self {
    case .everything: return .uniform(1)
    case .nothing: return .uniform(0)
    case .top: return .top(cursors[0], isWide: isWide)
    case .band: return .band(cursors[0], without: cursors[1], isWide: isWide)
    case .random(let random, let chance, let multiplier):
      return .random(random, chance: chance, multiplier: multiplier)
    case .ranked(let ranked): return .given(try ranked.multipliers(elements), start: start)
    }
  }
}

/// A mask on its way through the elements, in order.
enum TaskVectorMaskCursor {
  case uniform(Double)
  case top(TopSelection.Cursor, isWide: Bool)
  case band(TopSelection.Cursor, without: TopSelection.Cursor, isWide: Bool)
  case random(CounterRandom, chance: Double, multiplier: Double)
  case given([Double], start: Int)

  /// Writes the factor of each element of a block.
  mutating func fill(_ multipliers: UnsafeMutablePointer<Double>, _ block: MergeBlock, model: Int, base: Int) {
    multipliers.update(repeating: 1, count: block.count)
    switch self {
    case .uniform(let value): multipliers.update(repeating: value, count: block.count)
    case .top(var cursor, let isWide):
      MagnitudeKeys.write(block, model: model, base: base, isWide: isWide)
      cursor.apply(block.keys, count: block.count, to: multipliers)
      self = .top(cursor, isWide: isWide)
    case .band(var outer, var inner, let isWide):
      MagnitudeKeys.write(block, model: model, base: base, isWide: isWide)
      outer.apply(block.keys, count: block.count, to: multipliers)
      inner.apply(block.keys, count: block.count, to: multipliers, complement: true)
      self = .band(outer, without: inner, isWide: isWide)
    case .random(let random, let chance, let multiplier):
      for i in 0..<block.count {
        multipliers[i] = random.uniform(at: UInt64(block.start + i)) < chance ? multiplier : 0
      }
    case .given(let values, let start):
      values.withUnsafeBufferPointer { values in
        guard let values = values.baseAddress else { return }
        multipliers.update(from: values + (block.start - start), count: block.count)
      }
    }
  }
}

/// The keys by which changes are ranked: the bits of |θ − θ₀|, rounded to F32. For numbers that are not negative the
/// order of bits is that of numbers; NaN is larger than all.
enum MagnitudeKeys {
  /// Whether an input is F64, so that the difference is not one of F32 numbers.
  static func isWide(_ model: any TensorReader, _ base: any TensorReader) -> Bool {
    model.dtype == .f64 || base.dtype == .f64
  }

  static func write(_ block: MergeBlock, model: Int, base: Int, isWide: Bool) {
    let model = block.input(model)
    let base = block.input(base)
    let keys = block.keys
    if isWide {
      for i in 0..<block.count { keys[i] = Float(model[i] - base[i]).magnitude.bitPattern }
    } else {
      // The inputs are F32 numbers, so their difference is rounded once.
      for i in 0..<block.count { keys[i] = (Float(model[i]) - Float(base[i])).magnitude.bitPattern }
    }
  }
}
