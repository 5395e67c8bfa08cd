/// A checkpoint file of the working folder, with its manifest computed but nothing stored.
package struct WorkingCheckpoint: CheckpointReader {
  private let source: FileSource
  package let manifest: Manifest
  /// Where each segment starts in the file, by segment.
  private let starts: [Manifest.Segment: Int]

  init(_ path: RelativePath, in working: WorkingFolder, loop: ParallelLoop) throws {
    source = try FileSource(working.open(path))
    var writer: ObjectWriter?
    manifest = try FileIngest(loop: loop, progress: nil).manifest(of: source, path: path, writer: &writer)
    var starts: [Manifest.Segment: Int] = [:]
    var offset = 0
    for segment in manifest.segments {
      // Equal segments hold equal bytes: any of their places will do.
      starts[segment] = offset
      offset += segment.byteCount
    }
    self.starts = starts
  }

  package func chunk(_ index: Int, of segment: Manifest.Segment) throws(StoreError) -> [UInt8] {
    guard let start = starts[segment] else {
      throw StoreError(.inputOutput, "a segment of another file was asked for")
    }
    return try source.read(
      at: start + index * ChunkGrid.chunkByteCount, count: ChunkGrid.chunkByteCount(index: index, of: segment.byteCount)
    )
  }
}
