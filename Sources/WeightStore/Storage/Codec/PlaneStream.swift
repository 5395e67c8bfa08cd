/// One plane of bytes in the smallest of four forms. How many bytes it stands for is known from outside.
///
/// `form: u8`, then
/// - 0 raw: the bytes.
/// - 1 constant: one byte, which fills the plane.
/// - 2 Huffman: `first: u8`, `last: u8`, the code lengths of the bytes from first to last, 4 bits each, the lower half of
///   a byte first; the byte counts of four lanes, `u32` each; the lanes. See `HuffmanCode`, `HuffmanLanes`.
/// - 3 rANS: a model, then a stream. See `RansModel`, `RansStream`.
enum PlaneStream {
  private enum Form: UInt8 {
    case raw = 0
    case constant = 1
    case huffman = 2
    case rans = 3
  }

  /// rANS is slower, so it must save this much: it does where one byte is much more frequent than all others.
  private static let ransAdvantage = 0.97
  private static let huffmanHeaderByteCount = 20
  private static let ransHeaderByteCount = 40

  /// - Parameter scratch: room for 11 bits a byte and some slack.
  static func encode(
    _ plane: UnsafePointer<UInt8>, count: Int, workspace: CodecWorkspace, scratch: UnsafeMutablePointer<UInt8>,
    to writer: inout PayloadWriter
  ) {
    let bytes = UnsafeRawBufferPointer(start: plane, count: count)
    // Mantissa planes are noise: a sample tells, and a saving below 1/64 is not worth the time.
    let sample = SymbolCounts(sampling: plane, count: count)
    let predicted = sample.total == 0 ? 0 : sample.entropyBitCount / 8 * Double(count) / Double(sample.total)
    guard count > 0, predicted < Double(count) * 63 / 64 else { return raw(bytes, to: &writer) }
    let counts = sample.total == count ? sample : SymbolCounts(plane, count: count)
    if let constant = counts.constant {
      writer.append(Form.constant.rawValue)
      writer.append(constant)
      return
    }
    let entropyByteCount = counts.entropyBitCount / 8
    guard let code = HuffmanCode(counts.counts) else { return raw(bytes, to: &writer) }
    let huffmanByteCount = Double(code.bitCount(counts.counts)) / 8
    if entropyByteCount + 24 < huffmanByteCount * ransAdvantage {
      guard Int(entropyByteCount) + ransHeaderByteCount < count else { return raw(bytes, to: &writer) }
      return rans(plane, counts, workspace: workspace, to: &writer)
    }
    guard Int(huffmanByteCount) + huffmanHeaderByteCount < count else { return raw(bytes, to: &writer) }
    huffman(plane, count: count, code, scratch: scratch, to: &writer)
  }

  private static func raw(_ bytes: UnsafeRawBufferPointer, to writer: inout PayloadWriter) {
    writer.append(Form.raw.rawValue)
    writer.append(bytes)
  }

  private static func huffman(
    _ plane: UnsafePointer<UInt8>, count: Int, _ code: HuffmanCode, scratch: UnsafeMutablePointer<UInt8>,
    to writer: inout PayloadWriter
  ) {
    let first = code.lengths.firstIndex { $0 > 0 } ?? 0
    let last = code.lengths.lastIndex { $0 > 0 } ?? 0
    writer.append(Form.huffman.rawValue)
    writer.append(UInt8(first))
    writer.append(UInt8(last))
    for symbol in stride(from: first, through: last, by: 2) {
      writer.append(code.lengths[symbol] | (symbol < last ? code.lengths[symbol + 1] << 4 : 0))
    }
    let lanes = HuffmanLanes.encode(plane, count: count, code: code, scratch: scratch)
    for lane in lanes { writer.appendLittleEndian(UInt32(lane.count)) }
    for lane in lanes { writer.append(lane) }
  }

  private static func rans(
    _ plane: UnsafePointer<UInt8>, _ counts: SymbolCounts, workspace: CodecWorkspace, to writer: inout PayloadWriter
  ) {
    counts.counts.withUnsafeBufferPointer { counts in
      if let counts = counts.baseAddress { RansModel.normalize(counts, into: workspace.frequencies) }
    }
    writer.append(Form.rans.rawValue)
    RansModel.write(workspace.frequencies, to: &writer)
    RansModel.fillSymbols(workspace.frequencies, workspace.ransSymbols)
    RansStream.encode(
      plane, count: counts.total, symbols: workspace.ransSymbols, words: workspace.words, to: &writer)
  }

  static func decode(
    _ reader: inout ByteReader, into plane: UnsafeMutablePointer<UInt8>, count: Int, workspace: CodecWorkspace
  ) throws(StoreError) {
    let form = try reader.byte()
    switch Form(rawValue: form) {
    case .raw:
      let bytes = try reader.bytes(count)
      if let start = bytes.baseAddress { UnsafeMutableRawPointer(plane).copyMemory(from: start, byteCount: count) }
    case .constant: plane.update(repeating: try reader.byte(), count: count)
    case .huffman: try decodeHuffman(&reader, into: plane, count: count, workspace: workspace)
    case .rans: try decodeRans(&reader, into: plane, count: count, workspace: workspace)
    case nil: throw StoreError(.corruptObject, "plane form \(form) is unknown")
    }
  }

  private static func decodeHuffman(
    _ reader: inout ByteReader, into plane: UnsafeMutablePointer<UInt8>, count: Int, workspace: CodecWorkspace
  ) throws(StoreError) {
    let first = Int(try reader.byte())
    let last = Int(try reader.byte())
    guard first < last else { throw StoreError(.corruptObject, "symbols \(first) to \(last) are no code") }
    var lengths = [UInt8](repeating: 0, count: 256)
    for symbol in stride(from: first, through: last, by: 2) {
      let pair = try reader.byte()
      lengths[symbol] = pair & 15
      if symbol < last {
        lengths[symbol + 1] = pair >> 4
      } else if pair > 15 {
        throw StoreError(.corruptObject, "a code length stands after the last symbol")
      }
    }
    try HuffmanCode(checking: lengths).fillSlots(workspace.huffmanSlots)
    var laneByteCounts: [Int] = []
    for _ in 0..<HuffmanLanes.laneCount { laneByteCounts.append(Int(try reader.word32())) }
    let lanes = try reader.bytes(laneByteCounts.reduce(0, +))
    try HuffmanLanes.decode(
      lanes, laneByteCounts: laneByteCounts, slots: workspace.huffmanSlots, into: plane, count: count)
  }

  private static func decodeRans(
    _ reader: inout ByteReader, into plane: UnsafeMutablePointer<UInt8>, count: Int, workspace: CodecWorkspace
  ) throws(StoreError) {
    try RansModel.read(&reader, into: workspace.frequencies)
    RansModel.fillSlots(workspace.frequencies, workspace.ransSlots)
    var decoder = RansDecoder(try RansStream.Header(&reader), tail: workspace.tailWords)
    let slots = UnsafePointer(workspace.ransSlots)
    var index = 0
    while index < count {
      let group = min(RansDecoder.groupSymbolCount, count - index)
      guard decoder.decode(count: group, into: plane + index, slots: { _ in slots }) else { break }
      index += group
    }
    guard index == count, decoder.isAtEnd else {
      throw StoreError(.corruptObject, "a rANS stream does not end where its \(count) symbols do")
    }
  }
}
