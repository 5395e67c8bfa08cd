extension DeltaTokens {
  /// - Parameter base: as many bytes as `bytes`, which are whole elements.
  static func encode(
    _ bytes: UnsafeRawBufferPointer, base: UnsafeRawBufferPointer, layout: ElementLayout, workspace: CodecWorkspace,
    to writer: inout PayloadWriter
  ) {
    switch layout.width {
    case 1: encode(bytes, base, as: UInt8.self, layout, workspace, &writer)
    case 2: encode(bytes, base, as: UInt16.self, layout, workspace, &writer)
    case 4: encode(bytes, base, as: UInt32.self, layout, workspace, &writer)
    default: encode(bytes, base, as: UInt64.self, layout, workspace, &writer)
    }
  }

  private static func encode<Word: DeltaWord>(
    _ bytes: UnsafeRawBufferPointer, _ base: UnsafeRawBufferPointer, as word: Word.Type, _ layout: ElementLayout,
    _ workspace: CodecWorkspace, _ writer: inout PayloadWriter
  ) {
    let count = bytes.count / layout.width
    guard let child = bytes.baseAddress, let parent = base.baseAddress else { return }
    let top = DeltaModels.top(of: base, layout: layout)
    let strip = DeltaStrip<Word>(child: child, base: parent, layout: layout, top: top)
    let bitmap = workspace.planes
    let bitmapByteCount = bitmapByteCount(elementCount: count)
    bitmap.update(repeating: 0, count: bitmapByteCount)
    var tokenizer = DeltaTokenizer<Word>(workspace: workspace)
    for start in stride(from: 0, to: count, by: CodecWorkspace.stripElementCount) {
      tokenizer.add(strip, start..<min(count, start + CodecWorkspace.stripElementCount), bitmap: bitmap)
    }
    tokenizer.finish()
    for block in blockCount(elementCount: count)..<(8 * bitmapByteCount) { bitmap[block >> 3] |= 1 << UInt8(block & 7) }
    let shift = DeltaModels.best(workspace.counts).shift

    writer.append(UInt8(layout.width))
    writer.append(UInt8(layout.exponentBitCount))
    writer.append(UInt8(shift))
    writer.append(0)
    writer.appendLittleEndian(UInt16(top))
    writer.appendLittleEndian(UInt32(tokenizer.rawBits.count))
    // The bits' buffer serves the lanes of a Huffman code too: they go out last in the payload, but are safe first.
    let rawBits = tokenizer.rawBits
    PlaneStream.encode(
      bitmap, count: bitmapByteCount, workspace: workspace, scratch: workspace.bits + rawBits.count + 8, to: &writer)
    DeltaModels.write(workspace.counts, shift: shift, workspace: workspace, to: &writer)
    RansStream.encode(
      workspace.keys, count: tokenizer.keyCount, symbols: workspace.ransSymbols, words: workspace.words, to: &writer)
    writer.append(rawBits)
  }
}
