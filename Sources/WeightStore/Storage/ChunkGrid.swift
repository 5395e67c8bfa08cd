/// Where a long run of bytes is cut.
package enum ChunkGrid {
  /// 1 MiB: large enough for an entropy coder, small enough to keep many in flight. A multiple of every element width,
  /// so tensors are cut at fixed element offsets and rows cut from an embedding keep their full chunks.
  package static let chunkByteCount = 1 << 20

  /// How many chunks a run of bytes has.
  package static func chunkCount(byteCount: Int) -> Int {
    byteCount / chunkByteCount + (byteCount % chunkByteCount == 0 ? 0 : 1)
  }

  /// How many bytes chunk `index` of a run has.
  package static func chunkByteCount(index: Int, of byteCount: Int) -> Int {
    min(chunkByteCount, byteCount - index * chunkByteCount)
  }

  /// Consecutive ranges of at most 1 MiB that cover `range`. An empty range has no chunks.
  package static func chunks(of range: Range<Int>) -> [Range<Int>] {
    stride(from: range.lowerBound, to: range.upperBound, by: chunkByteCount).map { start in
      start..<min(start + chunkByteCount, range.upperBound)
    }
  }
}
