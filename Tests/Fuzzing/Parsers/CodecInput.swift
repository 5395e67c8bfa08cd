import WeightStore

/// Payloads of chunks: one byte for the encoding, two for the length of the chunk, one for the base of a delta, then the
/// payload.
package enum CodecInput {
  package static let headerByteCount = 4
  /// Two strips of the widest elements: every loop runs more than once, and a run takes microseconds.
  package static let maximumByteCount = 1 << 14

  /// Small, so that what is written beyond its end is seen.
  nonisolated(unsafe) private static let workspace = CodecWorkspace(byteCapacity: maximumByteCount)

  static func decode(_ input: UnsafeRawBufferPointer, _ encodings: [ChunkEncoding]) throws {
    guard input.count >= headerByteCount else { return }
    let encoding = encodings[Int(input[0]) % encodings.count]
    let byteCount = (Int(input[1]) | Int(input[2]) << 8) % (maximumByteCount + 1)
    // Memory of exactly this size, so that one byte more is seen.
    let output = UnsafeMutableRawBufferPointer.allocate(byteCount: byteCount, alignment: 1)
    defer { output.deallocate() }
    let payload = UnsafeRawBufferPointer(rebasing: input[headerByteCount...])
    guard encoding.needsBase else {
      return try ChunkCodec.decode(payload, encoding: encoding, base: nil, into: output, workspace: workspace)
    }
    let base = base(seed: input[3], byteCount: byteCount)
    try base.withUnsafeBytes { base in
      try ChunkCodec.decode(payload, encoding: encoding, base: base, into: output, workspace: workspace)
    }
  }

  /// Chunks that are predicted from others: the first byte of each base's id says which it is.
  static func predict(_ input: UnsafeRawBufferPointer) throws {
    guard input.count >= headerByteCount else { return }
    let byteCount = (Int(input[1]) | Int(input[2]) << 8) % (maximumByteCount + 1)
    let payload = Array(input[headerByteCount...])
    var bases: [Digest: [UInt8]] = [:]
    for id in Prediction.baseIDs(in: payload) { bases[id] = stored[Int(id.bytes[0]) % stored.count] }
    let bytes = try PredictedChunk.decode(payload, rawByteCount: byteCount, bases: bases)
    require(bytes.count == byteCount, "a prediction of another length")
  }

  /// Made once: a prediction may have many bases.
  private static let stored = [maximumByteCount, 1000, 64, 0].map { base(seed: UInt8($0 & 0x7f | 1), byteCount: $0) }

  /// Bytes as a chunk: every form of it must give the same bytes back.
  static func encode(_ input: UnsafeRawBufferPointer) throws {
    guard input.count > headerByteCount else { return }
    let chunk = UnsafeRawBufferPointer(rebasing: input[headerByteCount...])
    let layout = layouts[Int(input[0]) % layouts.count]
    guard chunk.count.isMultiple(of: layout.width) else { return }
    var base = base(seed: input[3], byteCount: chunk.count)
    // A base that is like the chunk, except for every n-th byte.
    if input[1] > 0 {
      for index in base.indices where !index.isMultiple(of: Int(input[1])) { base[index] = chunk[index] }
    }
    try base.withUnsafeBytes { base in
      for encoding in ChunkEncoding.allCases {
        let needed = encoding.needsBase ? base : nil
        guard
          let encoded = ChunkCodec.encodeElements(
            chunk, as: encoding, layout: layout, base: needed, limit: chunk.count + 1024, workspace: workspace)
        else { continue }
        let decoded = try ChunkCodec.decode(
          encoded.payload, encoding: encoding, rawByteCount: chunk.count, base: needed.map(Array.init))
        require(decoded.elementsEqual(chunk), "\(encoding.name) does not give the same bytes back")
      }
    }
  }

  package static let layouts: [ElementLayout] =
    [.f32, .bf16, .f16, .f64]
    + [1, 2, 4, 8].compactMap {
      ElementLayout(width: $0, exponentBitCount: 0)
    }

  /// Numbers around 1 in F32, whatever they are taken for; zeros for seed 0.
  package static func base(seed: UInt8, byteCount: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: byteCount)
    guard seed > 0 else { return bytes }
    var state = UInt32(seed) &* 0x9E37_79B9
    for index in bytes.indices {
      state ^= state &<< 13
      state ^= state &>> 17
      state ^= state &<< 5
      bytes[index] = index & 3 == 3 ? UInt8(truncatingIfNeeded: state) & 0x83 | 0x3C : UInt8(truncatingIfNeeded: state)
    }
    return bytes
  }
}
