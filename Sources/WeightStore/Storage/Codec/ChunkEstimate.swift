/// What the ways to store a chunk would take, from a sample.
struct ChunkEstimate {
  let planeByteCount: Double
  let tokenByteCount: Double
  let deltaPlaneByteCount: Double

  init(
    _ bytes: UnsafeRawBufferPointer, base: UnsafeRawBufferPointer, layout: ElementLayout, workspace: CodecWorkspace
  ) {
    let count = bytes.count / layout.width
    let sample = ElementSample(elementCount: count)
    let ranges = sample.ranges
    let scale = Double(count) / Double(max(1, sample.count))
    switch layout.width {
    case 1: tokenByteCount = ChunkEstimate.tokens(bytes, base, ranges, layout, UInt8.self, workspace) * scale
    case 2: tokenByteCount = ChunkEstimate.tokens(bytes, base, ranges, layout, UInt16.self, workspace) * scale
    case 4: tokenByteCount = ChunkEstimate.tokens(bytes, base, ranges, layout, UInt32.self, workspace) * scale
    default: tokenByteCount = ChunkEstimate.tokens(bytes, base, ranges, layout, UInt64.self, workspace) * scale
    }
    (planeByteCount, deltaPlaneByteCount) = ChunkEstimate.planes(bytes, base, ranges, layout, workspace, scale: scale)
  }

  /// The most promising encoding. A delta must be below `maximumShare` of the planes.
  func best(maximumShare: Double) -> ChunkEncoding {
    let delta = min(tokenByteCount, deltaPlaneByteCount)
    guard delta < maximumShare * planeByteCount else { return .planes }
    return tokenByteCount <= deltaPlaneByteCount ? .deltaTokens : .deltaPlanes
  }

  /// The smaller delta as a share of the planes.
  var deltaShare: Double { min(tokenByteCount, deltaPlaneByteCount) / max(1, planeByteCount) }

  private static func tokens<Word: DeltaWord>(
    _ bytes: UnsafeRawBufferPointer, _ base: UnsafeRawBufferPointer, _ ranges: [Range<Int>], _ layout: ElementLayout,
    _ word: Word.Type, _ workspace: CodecWorkspace
  ) -> Double {
    guard let child = bytes.baseAddress, let parent = base.baseAddress else { return 0 }
    let top = DeltaModels.top(of: base, layout: layout)
    let strip = DeltaStrip<Word>(child: child, base: parent, layout: layout, top: top)
    let bitmap = workspace.planes
    bitmap.update(repeating: 0, count: DeltaTokens.bitmapByteCount(elementCount: bytes.count / layout.width))
    var tokenizer = DeltaTokenizer<Word>(workspace: workspace)
    var blockCount = 0
    for range in ranges {
      for start in stride(from: range.lowerBound, to: range.upperBound, by: CodecWorkspace.stripElementCount) {
        tokenizer.add(strip, start..<min(range.upperBound, start + CodecWorkspace.stripElementCount), bitmap: bitmap)
      }
      blockCount += DeltaTokens.blockCount(elementCount: range.count)
    }
    tokenizer.finish()
    let codedBlockCount = tokenizer.keyCount / DeltaTokens.blockElementCount
    let bitmapBitCount = entropy([UInt32(codedBlockCount), UInt32(max(0, blockCount - codedBlockCount))])
    return DeltaModels.best(workspace.counts).byteCount + Double(tokenizer.rawBits.count) + bitmapBitCount / 8
  }

  private static func planes(
    _ bytes: UnsafeRawBufferPointer, _ base: UnsafeRawBufferPointer, _ ranges: [Range<Int>], _ layout: ElementLayout,
    _ workspace: CodecWorkspace, scale: Double
  ) -> (planes: Double, deltaPlanes: Double) {
    // The sample's elements, one after the other, then their planes.
    let sampled = ranges.reduce(0) { $0 + $1.count } * layout.width
    let gathered = UnsafeMutableRawBufferPointer(start: workspace.payload, count: sampled)
    let split = UnsafeMutableRawBufferPointer(start: workspace.planes, count: sampled)
    var offset = 0
    for range in ranges {
      let part = (range.lowerBound * layout.width)..<(range.upperBound * layout.width)
      UnsafeMutableRawBufferPointer(rebasing: gathered[offset..<(offset + part.count)])
        .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[part]))
      offset += part.count
    }
    BytePlanes.split(
      UnsafeRawBufferPointer(gathered), width: layout.width, rotatesSign: layout.isFloat, into: split)
    let plain = planeByteCount(workspace.planes, byteCount: sampled, width: layout.width)
    offset = 0
    for range in ranges {
      if let child = bytes.baseAddress, let parent = base.baseAddress {
        let start = range.lowerBound * layout.width
        DeltaPlanes.makeDifferences(
          child + start, parent + start, range.count, layout: layout,
          into: UnsafeMutableRawPointer(workspace.payload) + offset)
      }
      offset += range.count * layout.width
    }
    BytePlanes.split(UnsafeRawBufferPointer(gathered), width: layout.width, rotatesSign: false, into: split)
    let delta = planeByteCount(workspace.planes, byteCount: sampled, width: layout.width)
    return (plain * scale, delta * scale)
  }

  private static func planeByteCount(_ planes: UnsafePointer<UInt8>, byteCount: Int, width: Int) -> Double {
    let count = byteCount / width
    return (0..<width).reduce(0.0) { sum, plane in
      let bound = SymbolCounts(planes + plane * count, count: count).entropyBitCount / 8
      return sum + (bound < Double(count) * 63 / 64 ? bound : Double(count))
    }
  }
}
