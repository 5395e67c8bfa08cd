/// How all of a run of elements may be computed from stored runs: Σ cᵢxᵢ / d.
struct LinearFormula: Sendable {
  /// The chunks of a stored tensor, one after the other.
  struct Run: Hashable, Sendable {
    let layout: ElementLayout
    let byteCount: Int
    let chunks: [ObjectID<Blob>]
  }

  /// Tensors of floating-point numbers as runs; others are left out, and so is what stands there twice.
  static func runs(of segments: [Manifest.Segment]) -> [Run] {
    var seen: Set<Run> = []
    return segments.compactMap { segment in
      guard case .elements(let layout)? = segment.tensor.map({ ChunkLayout(dtype: $0.dtype) }), layout.isFloat else {
        return nil
      }
      let run = Run(layout: layout, byteCount: segment.byteCount, chunks: segment.chunks)
      return seen.insert(run).inserted ? run : nil
    }
  }

  struct Term: Sendable {
    let coefficient: Double
    let run: Run
  }

  let terms: [Term]
  let divisor: Double

  init(_ terms: [Term], divisor: Double = 1) {
    self.terms = terms
    self.divisor = divisor
  }

  /// The prediction of the bytes `range` of a new run of elements.
  ///
  /// - Returns: `nil` if a stored run ends earlier, or if the prediction would name too much.
  func prediction(of range: Range<Int>, layout: ElementLayout) -> Prediction? {
    guard !range.isEmpty, range.lowerBound.isMultiple(of: layout.width), range.count.isMultiple(of: layout.width),
      (1...Prediction.maximumTermCount).contains(terms.count)
    else { return nil }
    let elements = (range.lowerBound / layout.width)..<(range.upperBound / layout.width)
    var ids: [Digest] = []
    var places: [Digest: Int] = [:]
    var predicted: [Prediction.Term] = []
    for term in terms {
      let width = term.run.layout.width
      guard elements.upperBound <= term.run.byteCount / width else { return nil }
      var parts: [Prediction.Part] = []
      var start = elements.lowerBound * width
      let end = elements.upperBound * width
      while start < end {
        let index = start / ChunkGrid.chunkByteCount
        let offset = start % ChunkGrid.chunkByteCount
        let id = term.run.chunks[index].digest
        if places[id] == nil {
          places[id] = ids.count
          ids.append(id)
        }
        let byteCount = min(end - start, ChunkGrid.chunkByteCount - offset)
        parts.append(Prediction.Part(base: places[id] ?? 0, offset: offset, byteCount: byteCount))
        start += byteCount
      }
      guard parts.count <= Prediction.maximumPartCount else { return nil }
      predicted.append(Prediction.Term(coefficient: term.coefficient, layout: term.run.layout, parts: parts))
    }
    guard ids.count <= Prediction.maximumBaseCount else { return nil }
    return Prediction(layout: layout, baseIDs: ids, terms: predicted, divisor: divisor)
  }
}
