import Tensors

/// What a chunk is expected to be: a linear combination of slices of stored chunks, Σ cᵢxᵢ / d.
///
/// A cast to another type is one term with coefficient 1; an average has one term for each model. Every term covers the
/// chunk from its first element to its last, in parts that may lie in several chunks, because elements of another width
/// are cut at other places.
package struct Prediction: Hashable, Sendable {
  /// A run of bytes of one base.
  package struct Part: Hashable, Sendable {
    /// Position in `baseIDs`.
    package let base: Int
    package let offset: Int
    package let byteCount: Int

    package init(base: Int, offset: Int, byteCount: Int) {
      self.base = base
      self.offset = offset
      self.byteCount = byteCount
    }
  }

  package struct Term: Hashable, Sendable {
    package let coefficient: Double
    /// The elements of the bases; a floating-point type.
    package let layout: ElementLayout
    package let parts: [Part]

    package init(coefficient: Double, layout: ElementLayout, parts: [Part]) {
      self.coefficient = coefficient
      self.layout = layout
      self.parts = parts
    }
  }

  package static let maximumBaseCount = 64
  package static let maximumTermCount = 64
  package static let maximumPartCount = 16

  /// The elements of the chunk; a floating-point type.
  package let layout: ElementLayout
  /// Each once, all of them used.
  package let baseIDs: [Digest]
  /// In the order in which they are added.
  package let terms: [Term]
  package let divisor: Double

  package init(layout: ElementLayout, baseIDs: [Digest], terms: [Term], divisor: Double) {
    self.layout = layout
    self.baseIDs = baseIDs
    self.terms = terms
    self.divisor = divisor
  }

  /// The chunk that is expected, given the bytes of the bases.
  ///
  /// - Throws: `StoreError.corruptObject` if a base is missing or shorter than its parts, or if a term has another number
  ///   of elements than `output`.
  package func evaluate(
    _ bases: [Digest: [UInt8]], into output: UnsafeMutableRawBufferPointer
  ) throws(StoreError) {
    var found: [[UInt8]] = []
    for id in baseIDs {
      guard let bytes = bases[id] else { throw StoreError(.corruptObject, "base \(id) is not at hand") }
      found.append(bytes)
    }
    try Prediction.withPointers(to: found[...], []) { pointers throws(StoreError) in
      try evaluate(pointers, into: output)
    }
    PredictedNaN.makeCanonical(output, layout: layout)
  }

  /// Nested calls, one for each array: all pointers are good at once.
  private static func withPointers(
    to arrays: ArraySlice<[UInt8]>, _ pointers: [UnsafeRawBufferPointer],
    _ body: ([UnsafeRawBufferPointer]) throws(StoreError) -> Void
  ) throws(StoreError) {
    guard let first = arrays.first else { return try body(pointers) }
    try first.withRawBytes { bytes throws(StoreError) in
      try withPointers(to: arrays.dropFirst(), pointers + [bytes], body)
    }
  }

  private func evaluate(
    _ bases: [UnsafeRawBufferPointer], into output: UnsafeMutableRawBufferPointer
  ) throws(StoreError) {
    guard let dtype = layout.floatType else { throw Prediction.notFloat(layout) }
    let ends = try partEnds(elementCount: output.count / layout.width)
    let sums = UnsafeMutableBufferPointer<Double>.allocate(capacity: LinearCombination.blockElementCount)
    defer { sums.deallocate() }
    var slices = terms.map { TermSlices($0) }
    var start = 0
    // From one end of a part to the next, every term is one run of bytes.
    for end in ends {
      var combined: [LinearCombination.Term] = []
      for index in slices.indices { combined.append(try slices[index].next(end - start, of: bases)) }
      let combination = LinearCombination(combined, divisor: divisor)
      for block in stride(from: 0, to: end - start, by: sums.count) {
        let range = block..<min(end - start, block + sums.count)
        let target = ((start + range.lowerBound) * layout.width)..<((start + range.upperBound) * layout.width)
        do throws(TensorError) {
          try combination.evaluate(
            range, as: dtype, sums: sums, into: UnsafeMutableRawBufferPointer(rebasing: output[target]))
        } catch {
          throw StoreError(.corruptObject, "a prediction cannot be computed: \(error.message)", cause: error)
        }
      }
      start = end
    }
  }

  /// Where a part of any term ends, in elements, ascending.
  private func partEnds(elementCount: Int) throws(StoreError) -> [Int] {
    var ends: Set<Int> = []
    for term in terms {
      var end = 0
      for part in term.parts {
        end += part.byteCount / term.layout.width
        ends.insert(end)
      }
      guard end == elementCount else {
        throw StoreError(.corruptObject, "a term of \(end) elements cannot predict \(elementCount)")
      }
    }
    return ends.sorted()
  }

  private static func notFloat(_ layout: ElementLayout) -> StoreError {
    StoreError(.corruptObject, "elements of \(layout.width) bytes without exponent cannot be combined")
  }

  /// Walks over the parts of one term.
  private struct TermSlices {
    let term: Term
    var part = 0
    var offset = 0

    init(_ term: Term) { self.term = term }

    /// The next `elementCount` elements, which lie in one part.
    mutating func next(
      _ elementCount: Int, of bases: [UnsafeRawBufferPointer]
    ) throws(StoreError) -> LinearCombination.Term {
      guard let dtype = term.layout.floatType else { throw Prediction.notFloat(term.layout) }
      let current = term.parts[part]
      let byteCount = elementCount * term.layout.width
      let base = bases[current.base]
      guard current.offset <= base.count, current.byteCount <= base.count - current.offset else {
        throw StoreError(
          .corruptObject,
          "\(current.byteCount) bytes from byte \(current.offset) are more than a base of \(base.count) has")
      }
      let start = current.offset + offset
      let bytes = UnsafeRawBufferPointer(rebasing: base[start..<(start + byteCount)])
      offset += byteCount
      if offset == current.byteCount { (part, offset) = (part + 1, 0) }
      return LinearCombination.Term(coefficient: term.coefficient, dtype: dtype, bytes: bytes)
    }
  }
}

/// Which NaN a processor makes of two is its own choice, so a prediction has one kind: positive, quiet, without payload.
private enum PredictedNaN {
  static func makeCanonical(_ bytes: UnsafeMutableRawBufferPointer, layout: ElementLayout) {
    switch layout.width {
    case 2: makeCanonical(bytes, infinity: Int16(layout.exponentMask << layout.exponentShift))
    case 4: makeCanonical(bytes, infinity: Int32(layout.exponentMask << layout.exponentShift))
    default: makeCanonical(bytes, infinity: Int64(layout.exponentMask << layout.exponentShift))
    }
  }

  /// In order of their bits, magnitudes are finite numbers, then infinity, then NaN.
  @inline(__always)
  private static func makeCanonical<Bits: FixedWidthInteger & SignedInteger & BitwiseCopyable>(
    _ bytes: UnsafeMutableRawBufferPointer, infinity: Bits
  ) {
    guard let start = bytes.baseAddress else { return }
    let quiet = infinity | (infinity & -infinity) &>> 1
    for index in 0..<(bytes.count / MemoryLayout<Bits>.size) {
      let offset = index &* MemoryLayout<Bits>.size
      let value = Bits(littleEndian: start.loadUnaligned(fromByteOffset: offset, as: Bits.self))
      let result = value & Bits.max > infinity ? quiet : value
      start.storeBytes(of: result.littleEndian, toByteOffset: offset, as: Bits.self)
    }
  }
}
