import Tensors

/// Where elements lie in a tensor's bytes.
enum StoredRange {
  /// `nil` for elements of types narrower than a byte that are no whole bytes, and for sizes beyond `Int`.
  static func bytes(of elements: Range<Int>, _ dtype: DType) -> Range<Int>? {
    let (start, startOverflows) = elements.lowerBound.multipliedReportingOverflow(by: dtype.bitWidth)
    let (end, endOverflows) = elements.upperBound.multipliedReportingOverflow(by: dtype.bitWidth)
    guard !startOverflows, !endOverflows, start % 8 == 0, end % 8 == 0 else { return nil }
    return start / 8..<end / 8
  }
}
