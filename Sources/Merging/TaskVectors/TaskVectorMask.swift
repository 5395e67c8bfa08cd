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
    let keys = MagnitudeKeys(model, base)
    let cursors = try selections.map { selection in
      var ties = 0
      if selection.countsTies, cellStart < start {
        try BlockMerge(readers: [model, base], dtype: .f64).visit(cellStart..<start, decodes: false) { block in
          try keys.write(block, model: 0, base: 1, isDecoded: false)
          ties += FloatKernels.best.count_equal(block.keys, block.count, selection.threshold)
        }
      }
      return TopSelection.Cursor(selection, start: start, tiesInCell: ties)
    }
    switch self {
    case .everything: return .uniform(1)
    case .nothing: return .uniform(0)
    case .top: return .top(cursors[0], keys)
    case .band: return .band(cursors[0], without: cursors[1], keys)
    case .random(let random, let chance, let multiplier):
      return .random(random, chance: chance, multiplier: multiplier)
    case .ranked(let ranked): return .given(try ranked.multipliers(elements), start: start)
    }
  }
}

/// A mask on its way through the elements, in order.
enum TaskVectorMaskCursor {
  case uniform(Double)
  case top(TopSelection.Cursor, MagnitudeKeys)
  case band(TopSelection.Cursor, without: TopSelection.Cursor, MagnitudeKeys)
  case random(CounterRandom, chance: Double, multiplier: Double)
  case given([Double], start: Int)

  /// Writes the factor of each element of a block.
  mutating func fill(
    _ multipliers: UnsafeMutablePointer<Double>, _ block: MergeBlock, model: Int, base: Int
  ) throws {
    multipliers.update(repeating: 1, count: block.count)
    switch self {
    case .uniform(let value): multipliers.update(repeating: value, count: block.count)
    case .top(var cursor, let keys):
      try keys.write(block, model: model, base: base, isDecoded: true)
      cursor.apply(block.keys, count: block.count, to: multipliers)
      self = .top(cursor, keys)
    case .band(var outer, var inner, let keys):
      try keys.write(block, model: model, base: base, isDecoded: true)
      outer.apply(block.keys, count: block.count, to: multipliers)
      inner.apply(block.keys, count: block.count, to: multipliers, complement: true)
      self = .band(outer, without: inner, keys)
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
struct MagnitudeKeys: Sendable {
  private let model: DType
  private let base: DType

  init(_ model: any TensorReader, _ base: any TensorReader) {
    self.model = model.dtype
    self.base = base.dtype
  }

  /// Writes `block.keys`.
  ///
  /// - Parameters:
  ///   - model, base: positions of the inputs in the block.
  ///   - isDecoded: whether the block's inputs are; without, they are decoded where that is needed.
  func write(_ block: MergeBlock, model position: Int, base basePosition: Int, isDecoded: Bool) throws {
    let kernels = FloatKernels.best
    let left = block.stored(position).baseAddress
    let right = block.stored(basePosition).baseAddress
    if model == base, model != .f64, let left, let right {
      switch model {
      case .f32: kernels.difference_keys_f32(left, right, block.keys, block.count)
      case .bf16: kernels.difference_keys_bf16(left, right, block.keys, block.count)
      default: kernels.difference_keys_f16(left, right, block.keys, block.count)
      }
      return
    }
    if !isDecoded {
      try block.decode(position, model)
      try block.decode(basePosition, base)
    }
    let values = block.input(position)
    let origin = block.input(basePosition)
    if model == .f64 || base == .f64 {
      for i in 0..<block.count { block.keys[i] = Float(values[i] - origin[i]).magnitude.bitPattern }
    } else {
      // Both are F32 numbers, so their difference is rounded once.
      kernels.difference_keys(values, origin, block.keys, block.count)
    }
  }
}
