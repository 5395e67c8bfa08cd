/// What a merge comes to, told from names, types and shapes before any weight is read.
package struct MergeOutline: Sendable {
  package let tensorCount: Int
  package let modelCount: Int
  /// Bytes of all tensors of the result.
  package let byteCount: Int
  /// Bytes of all tensors that are read for it.
  package let inputByteCount: Int
  package let notes: [String]
}

extension MergePlan {
  /// - Parameter modelCount: the base among them.
  func outline(modelCount: Int) -> MergeOutline {
    var byteCount = 0
    var inputByteCount = 0
    for tensor in tensors {
      let input = tensor.input
      // Files as large as that could not have been opened, a result of another type could be.
      byteCount = byteCount.addingClamped(input.elementCount.timesClamped(input.dtype.bitWidth) / 8)
      for reader in input.models.map(\.reader) + (input.base.map { [$0] } ?? []) {
        inputByteCount = inputByteCount.addingClamped(reader.shape.elementCount.timesClamped(reader.dtype.bitWidth) / 8)
      }
    }
    return MergeOutline(
      tensorCount: tensors.count, modelCount: modelCount, byteCount: byteCount, inputByteCount: inputByteCount,
      notes: notes)
  }
}

extension Int {
  fileprivate func addingClamped(_ other: Int) -> Int {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? .max : sum
  }

  fileprivate func timesClamped(_ other: Int) -> Int {
    let (product, overflow) = multipliedReportingOverflow(by: other)
    return overflow ? .max : product
  }
}
