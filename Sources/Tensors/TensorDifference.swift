/// How far one tensor lies from another, gathered chunk by chunk.
///
/// With a = before, b = after, d = b - a: relative change ‖d‖₂ / ‖a‖₂, cosine ⟨a, b⟩ / (‖a‖₂ ‖b‖₂), max |d|, and the
/// fraction of elements whose bytes differ.
/// - DType: F64, F32, BF16, F16; every sum is accumulated in F64 in element order, so the figures do not depend on
///   threads.
/// - NaN and infinity: counted in `nonFiniteCount` and left out of the sums.
/// - Checked by: TensorDifferenceTests, against numpy.
package struct TensorDifference: Sendable, Hashable {
  /// Elements that are decoded at a time: they stay in the first-level cache.
  private static let blockElementCount = 1024

  package private(set) var elementCount = 0
  package private(set) var differingCount = 0
  package private(set) var nonFiniteCount = 0
  package private(set) var maximumAbsolute = 0.0
  /// The numerical rank of b - a, if it was asked for and the tensor is a matrix.
  package private(set) var rank: NumericalRank?
  /// How many elements moved by 2^e or more and less than 2^(e + 1), from `smallestExponent` on, the first and the last with all
  /// beyond; if it was asked for.
  package private(set) var magnitudes: [Int]?
  private var squaredBefore = 0.0
  private var squaredAfter = 0.0
  private var squaredDifference = 0.0
  private var product = 0.0

  /// - Parameter countingMagnitudes: also gathers `magnitudes`.
  package init(countingMagnitudes: Bool = false) {
    if countingMagnitudes { magnitudes = Array(repeating: 0, count: TensorDifference.exponentCount) }
  }

  package static let smallestExponent = -40
  private static let exponentCount = 48

  package static func canMeasure(_ dtype: DType) -> Bool {
    switch dtype {
    case .f64, .f32, .bf16, .f16: true
    default: false
    }
  }

  /// ‖d‖ / ‖a‖: 0 for equal tensors, infinite if a is all zero and b is not.
  package var relativeChange: Double {
    squaredDifference == 0 ? 0 : (squaredDifference / squaredBefore).squareRoot()
  }

  /// `nil` if either tensor is all zero.
  package var cosine: Double? {
    guard squaredBefore > 0, squaredAfter > 0 else { return nil }
    return max(-1, min(1, product / (squaredBefore.squareRoot() * squaredAfter.squareRoot())))
  }

  package var changedFraction: Double {
    elementCount == 0 ? 0 : Double(differingCount) / Double(elementCount)
  }

  /// ‖d‖₂.
  package var norm: Double { squaredDifference.squareRoot() }

  /// Adds a stretch of both tensors.
  ///
  /// - Parameter before, after: the same whole elements of both, `dtype` little-endian.
  /// - Throws: `TensorError` if the sizes differ, are no whole elements, or the dtype has no numbers.
  package mutating func add(before: [UInt8], after: [UInt8], dtype: DType) throws(TensorError) {
    var sketch: DifferenceSketch?
    try add(before: before, after: after, dtype: dtype, to: &sketch)
  }

  /// Adds the next stretch of both tensors, also to what finds the rank.
  package mutating func add(
    before: [UInt8], after: [UInt8], dtype: DType, to sketch: inout DifferenceSketch?
  ) throws(TensorError) {
    guard before.count == after.count else {
      throw TensorError(.sizeMismatch, "\(before.count) bytes cannot be compared with \(after.count)")
    }
    let width = dtype.byteWidth ?? 1
    let blockByteCount = width * TensorDifference.blockElementCount
    let numbers = UnsafeMutableBufferPointer<Double>.allocate(capacity: 2 * TensorDifference.blockElementCount)
    defer { numbers.deallocate() }
    try before.span.withUnsafeBytes { (before) throws(TensorError) in
      try after.span.withUnsafeBytes { (after) throws(TensorError) in
        for start in stride(from: 0, to: before.count, by: blockByteCount) {
          let part = start..<min(before.count, start + blockByteCount)
          let count = part.count / width
          let old = UnsafeMutableBufferPointer(rebasing: numbers[..<count])
          let new = UnsafeMutableBufferPointer(rebasing: numbers[count..<(2 * count)])
          try FloatConversion.decode(UnsafeRawBufferPointer(rebasing: before[part]), as: dtype, into: old)
          try FloatConversion.decode(UnsafeRawBufferPointer(rebasing: after[part]), as: dtype, into: new)
          addBlock(UnsafeBufferPointer(old), UnsafeBufferPointer(new))
          countMagnitudes(UnsafeBufferPointer(old), UnsafeBufferPointer(new))
          sketch?.add(before: UnsafeBufferPointer(old), after: UnsafeBufferPointer(new))
        }
      }
    }
  }

  /// Adds the figures of another pair of tensors, as if both were stretches of one; ranks do not add up.
  package static func += (left: inout TensorDifference, right: TensorDifference) {
    left.elementCount += right.elementCount
    left.differingCount += right.differingCount
    left.nonFiniteCount += right.nonFiniteCount
    left.maximumAbsolute = max(left.maximumAbsolute, right.maximumAbsolute)
    left.squaredBefore += right.squaredBefore
    left.squaredAfter += right.squaredAfter
    left.squaredDifference += right.squaredDifference
    left.product += right.product
    left.rank = nil
    left.magnitudes = nil
  }

  /// Takes the rank from a sketch to which all of both tensors was added.
  package mutating func takeRank(from sketch: inout DifferenceSketch?) { rank = sketch?.rank() }

  private mutating func addBlock(_ old: UnsafeBufferPointer<Double>, _ new: UnsafeBufferPointer<Double>) {
    elementCount += old.count
    for index in old.indices {
      let before = old[index]
      let after = new[index]
      guard before.isFinite, after.isFinite else {
        nonFiniteCount += 1
        if before.bitPattern != after.bitPattern { differingCount += 1 }
        continue
      }
      let difference = after - before
      if before.bitPattern != after.bitPattern { differingCount += 1 }
      squaredBefore += before * before
      squaredAfter += after * after
      squaredDifference += difference * difference
      product += before * after
      maximumAbsolute = max(maximumAbsolute, abs(difference))
    }
  }

  private mutating func countMagnitudes(_ old: UnsafeBufferPointer<Double>, _ new: UnsafeBufferPointer<Double>) {
    guard var counts = magnitudes else { return }
    magnitudes = nil
    for index in old.indices {
      let size = abs(new[index] - old[index])
      guard size > 0, size.isFinite else { continue }
      counts[min(max(Int(size.exponent) - TensorDifference.smallestExponent, 0), counts.count - 1)] += 1
    }
    magnitudes = counts
  }
}
