/// Picks one of several candidates by what a delta would take, predicted from a sample of the chunk.
struct BaseChoice {
  struct Chosen: Sendable {
    /// `nil` if none helps but a formula.
    var chunks: BaseCandidates.Chunks?
    var formula: LinearFormula?
    /// The base for the chunk that was looked at, if it had to be read for the choice.
    var base: DeltaBase?

    /// The base for another chunk of the run.
    func base(at index: Int, byteCount: Int, layout: ChunkLayout, store: ObjectStore) -> DeltaBase? {
      let start = index * ChunkGrid.chunkByteCount
      if let formula, case .elements(let elements) = layout,
        let prediction = formula.prediction(of: start..<(start + byteCount), layout: elements),
        let base = store.deltaBase(predicting: prediction, byteCount: byteCount)
      {
        return base
      }
      guard let chunks, index < chunks.count else { return nil }
      return store.deltaBase(near: chunks[index], byteCount: byteCount)
    }
  }

  /// A chunk of a run, and where it stands in it.
  struct Piece: Sendable {
    let bytes: [UInt8]
    let layout: ChunkLayout
    let index: Int

    var range: Range<Int> {
      let start = index * ChunkGrid.chunkByteCount
      return start..<(start + bytes.count)
    }
  }

  /// Below this share of the chunk without a base, other tiers are not worth reading.
  private static let goodShare = 0.7
  /// Below this share a formula is right, and nothing else is worth a look.
  private static let exactShare = 0.05
  /// Smaller chunks are not worth a look at several bases.
  private static let minimumByteCount = 4096

  let store: ObjectStore

  /// `nil` if no candidate helps and none is the tensor's own earlier version, whose other chunks may well help.
  func choose(_ candidates: BaseCandidates.Asked, for piece: Piece) -> Chosen? {
    let tiers = candidates.tiers
    let own = tiers.first?.first
    guard case .elements(let layout) = piece.layout, piece.bytes.count.isMultiple(of: layout.width) else {
      return own.map { Chosen(chunks: $0) }
    }
    var bases = HeldBases(store: store)
    var formulas = candidates.formulas
    formulas += fitted(candidates.ingredients, to: piece, layout: layout, &bases)
    let computed = bestFormula(formulas, for: piece, own: own, layout: layout, &bases)
    if let computed, computed.share < BaseChoice.exactShare { return computed.chosen }
    let fitting = tiers.map { $0.filter { piece.index < $0.count } }.filter { !$0.isEmpty }
    guard let likeliest = fitting.first?.first else { return computed?.chosen ?? own.map { Chosen(chunks: $0) } }
    let isOnlyOne = fitting.reduce(0) { $0 + $1.count } == 1
    if computed == nil, isOnlyOne || piece.bytes.count < BaseChoice.minimumByteCount {
      return Chosen(chunks: likeliest)
    }
    let stored = bestStored(fitting, for: piece, layout: layout)
    let best = [computed, stored].compactMap { $0 }.min { $0.share < $1.share }
    return best?.chosen ?? own.map { Chosen(chunks: $0) }
  }

  /// What a delta to a stored tensor would take, as a share of what the chunk would take without a base.
  func share(of piece: Piece, on chunks: BaseCandidates.Chunks, layout: ElementLayout) -> Double {
    bestStored([[chunks].filter { piece.index < $0.count }], for: piece, layout: layout)?.share ?? 1
  }

  /// The same for a linear combination with coefficients found for this chunk.
  func fittedShare(of piece: Piece, on runs: [LinearFormula.Run], layout: ElementLayout) -> Double {
    var bases = HeldBases(store: store)
    let formulas = fitted(runs, to: piece, layout: layout, &bases)
    return bestFormula(formulas, for: piece, own: nil, layout: layout, &bases)?.share ?? 1
  }

  private typealias Rated = (share: Double, chosen: Chosen)

  private func bestFormula(
    _ formulas: [LinearFormula], for piece: Piece, own: BaseCandidates.Chunks?, layout: ElementLayout,
    _ bases: inout HeldBases
  ) -> Rated? {
    var best: Rated?
    for formula in formulas {
      guard let prediction = formula.prediction(of: piece.range, layout: layout),
        let base = store.deltaBase(predicting: prediction, byteCount: piece.bytes.count, &bases)
      else { continue }
      let share = share(of: piece.bytes, base: base, layout: layout)
      if piece.bytes.count < BaseChoice.minimumByteCount, share > 0 { continue }
      if share < best?.share ?? 0.95 { best = (share, Chosen(chunks: own, formula: formula, base: base)) }
      if share < BaseChoice.exactShare { break }
    }
    return best
  }

  /// A formula with coefficients found for this chunk.
  private func fitted(
    _ runs: [LinearFormula.Run], to piece: Piece, layout: ElementLayout, _ bases: inout HeldBases
  ) -> [LinearFormula] {
    guard runs.count > 1 else { return [] }
    let sample = ElementSample(elementCount: piece.bytes.count / layout.width)
    let start = piece.range.lowerBound / layout.width
    guard let target = sample.values(of: piece.bytes, layout: layout) else { return [] }
    var used: [LinearFormula.Run] = []
    var inputs: [[Double]] = []
    for run in runs.prefix(Prediction.maximumTermCount) {
      guard let values = sample.values(of: run, from: start, &bases) else { continue }
      used.append(run)
      inputs.append(values)
    }
    guard used.count > 1, let dtype = layout.floatType,
      let best = LinearFit(target: target, inputs: inputs, dtype: dtype).best()
    else { return [] }
    let terms = zip(used, best.values).map { LinearFormula.Term(coefficient: $1, run: $0) }
    return [LinearFormula(terms.filter { $0.coefficient != 0 }, divisor: best.divisor)]
  }

  private func bestStored(
    _ tiers: [[BaseCandidates.Chunks]], for piece: Piece, layout: ElementLayout
  ) -> Rated? {
    var best: Rated?
    for tier in tiers {
      for chunks in tier {
        guard let base = store.deltaBase(near: chunks[piece.index], byteCount: piece.bytes.count) else { continue }
        let share = share(of: piece.bytes, base: base, layout: layout)
        if share < best?.share ?? 0.95 { best = (share, Chosen(chunks: chunks, base: base)) }
      }
      if let best, best.share < BaseChoice.goodShare { break }
    }
    return best
  }

  /// What the delta would take, as a share of what the chunk would take without a base.
  private func share(of bytes: [UInt8], base: DeltaBase, layout: ElementLayout) -> Double {
    if bytes == base.bytes { return 0 }
    return CodecWorkspacePool.shared.with { workspace in
      bytes.withUnsafeBytes { bytes in
        base.bytes.withUnsafeBytes { base in
          ChunkEstimate(bytes, base: base, layout: layout, workspace: workspace).deltaShare
        }
      }
    }
  }
}
