import Glibc
import Synchronization
import Tensors

/// Whether tensors hold the same bytes.
enum ContentComparison {
  /// Elements compared at a time.
  private static let pieceElementCount = StatisticsGrid.cellElementCount
  /// Elements compared before all others: models that were trained differ there.
  private static let probeElementCount = 1024

  /// By digest where readers have one; else byte by byte, up to the first piece that differs.
  static func areEqual(_ readers: [any TensorReader], on executor: MergeExecutor) throws -> Bool {
    guard let first = readers.first else { return false }
    let others = readers.dropFirst()
    guard others.allSatisfy({ $0.dtype == first.dtype && $0.shape == first.shape }) else { return false }
    let digests = readers.compactMap(\.digest)
    if digests.count == readers.count { return Set(digests).count == 1 }
    let elementCount = first.shape.elementCount
    guard try areEqual(0..<min(probeElementCount, elementCount), first, others) else { return false }
    guard elementCount > probeElementCount else { return true }
    let differs = Atomic<Bool>(false)
    try executor.run(count: (elementCount + pieceElementCount - 1) / pieceElementCount) { index in
      guard !differs.load(ordering: .relaxed) else { return }
      let start = index * pieceElementCount
      let elements = start..<min(start + pieceElementCount, elementCount)
      if try !areEqual(elements, first, others) { differs.store(true, ordering: .relaxed) }
    }
    return !differs.load(ordering: .relaxed)
  }

  private static func areEqual(
    _ elements: Range<Int>, _ first: any TensorReader, _ others: ArraySlice<any TensorReader>
  ) throws -> Bool {
    guard let byteCount = StoredRange.bytes(of: elements, first.dtype)?.count else { return false }
    guard byteCount > 0 else { return true }
    let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 2 * byteCount, alignment: 16)
    defer { scratch.deallocate() }
    let left = try bytes(first, elements, UnsafeMutableRawBufferPointer(rebasing: scratch[..<byteCount]))
    for other in others {
      let right = try bytes(other, elements, UnsafeMutableRawBufferPointer(rebasing: scratch[byteCount...]))
      guard let a = left.baseAddress, let b = right.baseAddress, memcmp(a, b, byteCount) == 0 else { return false }
    }
    return true
  }

  private static func bytes(
    _ reader: any TensorReader, _ elements: Range<Int>, _ scratch: UnsafeMutableRawBufferPointer
  ) throws -> UnsafeRawBufferPointer {
    if let resident = reader.residentBytes(of: elements) { return resident }
    try reader.read(elements: elements, into: scratch)
    return UnsafeRawBufferPointer(scratch)
  }
}
