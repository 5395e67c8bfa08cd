#if canImport(Glibc)
  import Glibc
#endif

/// Chooses the smallest form of a chunk, and reads every form back.
package enum ChunkCodec {
  package struct Encoded: Sendable {
    package let encoding: ChunkEncoding
    package let payload: [UInt8]

    package init(encoding: ChunkEncoding, payload: [UInt8]) {
      self.encoding = encoding
      self.payload = payload
    }
  }

  /// Above this many bytes a chunk of elements is treated as opaque: the workspace stays small.
  package static let maximumElementByteCount = 16 << 20

  /// The smallest form, decoded again and compared before it is handed out.
  ///
  /// - Parameter base: a chunk that is likely to be similar: the same place of the same tensor, one version before. It is
  ///   of use only if it has as many bytes.
  /// - Parameter maximumShare: a delta must be smaller than this share of what the chunk takes without one, because reading
  ///   it back costs reading its base.
  /// - Returns: a form whose encoding tells whether the base is needed to read it back.
  /// - Throws: `StoreError.corruptObject` if the round trip fails, which would be a bug or broken memory.
  package static func encode(
    _ bytes: UnsafeRawBufferPointer, layout: ChunkLayout, base: UnsafeRawBufferPointer? = nil,
    maximumShare: Double = 0.95, workspace: CodecWorkspace
  ) throws(StoreError) -> Encoded {
    let encoded: Encoded?
    switch layout {
    case .elements(let elements)
    where bytes.count.isMultiple(of: elements.width) && bytes.count <= maximumElementByteCount:
      encoded = encodeElements(
        bytes, layout: elements, base: base, maximumShare: maximumShare, workspace: workspace)
    default: encoded = try encodeOpaque(bytes)
    }
    guard let encoded else { return Encoded(encoding: .raw, payload: Array(bytes)) }
    try verify(encoded, against: bytes, base: base, workspace: workspace)
    return encoded
  }

  /// The same in a workspace of the shared pool.
  package static func encode(
    _ bytes: UnsafeRawBufferPointer, layout: ChunkLayout, base: UnsafeRawBufferPointer? = nil,
    maximumShare: Double = 0.95
  ) throws(StoreError) -> Encoded {
    try CodecWorkspacePool.shared.with { workspace throws(StoreError) in
      try encode(bytes, layout: layout, base: base, maximumShare: maximumShare, workspace: workspace)
    }
  }

  private static func encodeOpaque(_ bytes: UnsafeRawBufferPointer) throws(StoreError) -> Encoded? {
    guard try looksCompressible(bytes) else { return nil }
    return try ZlibStream.compress(bytes, strategy: .matches, limit: bytes.count - 1).map {
      Encoded(encoding: .zlib, payload: $0)
    }
  }

  /// Whether a piece from the middle shrinks: archives and images do not, and zlib is slow at finding that out.
  private static func looksCompressible(_ bytes: UnsafeRawBufferPointer) throws(StoreError) -> Bool {
    let sampleByteCount = 16 << 10
    guard bytes.count > 4 * sampleByteCount else { return true }
    let start = bytes.count / 2
    let sample = UnsafeRawBufferPointer(rebasing: bytes[start..<(start + sampleByteCount)])
    return try ZlibStream.compress(sample, strategy: .matches, limit: sampleByteCount * 31 / 32) != nil
  }

  /// The best form by a sample, without verification. `nil` if the bytes themselves are as small.
  package static func encodeElements(
    _ bytes: UnsafeRawBufferPointer, layout: ElementLayout, base: UnsafeRawBufferPointer?,
    maximumShare: Double = 0.95, workspace: CodecWorkspace
  ) -> Encoded? {
    if let element = ConstantChunk.encode(bytes, width: layout.width) {
      return Encoded(encoding: .constant, payload: element)
    }
    guard bytes.count > 1 else { return nil }
    workspace.grow(to: bytes.count)
    guard let base, base.count == bytes.count else {
      return encodeElements(bytes, as: .planes, layout: layout, base: nil, limit: bytes.count - 1, workspace: workspace)
    }
    let estimate = ChunkEstimate(bytes, base: base, layout: layout, workspace: workspace)
    let first = encodeElements(
      bytes, as: estimate.best(maximumShare: maximumShare), layout: layout, base: base, limit: bytes.count - 1,
      workspace: workspace)
    // A sample may mislead; then both are at hand to choose from.
    guard let first, first.encoding.needsBase, Double(first.payload.count) > maximumShare * estimate.planeByteCount
    else {
      return first
    }
    let limit = first.payload.count
    return encodeElements(bytes, as: .planes, layout: layout, base: nil, limit: limit, workspace: workspace) ?? first
  }

  /// One form by name. `nil` if it needs more than `limit` bytes.
  package static func encodeElements(
    _ bytes: UnsafeRawBufferPointer, as encoding: ChunkEncoding, layout: ElementLayout, base: UnsafeRawBufferPointer?,
    limit: Int, workspace: CodecWorkspace
  ) -> Encoded? {
    workspace.grow(to: bytes.count)
    var writer = workspace.writer(limit: limit)
    switch (encoding, base) {
    case (.planes, _): EntropyPlanes.encode(bytes, layout: layout, workspace: workspace, to: &writer)
    case (.deltaTokens, .some(let base)) where base.count == bytes.count:
      DeltaTokens.encode(bytes, base: base, layout: layout, workspace: workspace, to: &writer)
    case (.deltaPlanes, .some(let base)) where base.count == bytes.count:
      DeltaPlanes.encode(bytes, base: base, layout: layout, workspace: workspace, to: &writer)
    default: return nil
    }
    guard !writer.isOverfull else { return nil }
    return Encoded(encoding: encoding, payload: Array(writer.written))
  }

  private static func verify(
    _ encoded: Encoded, against bytes: UnsafeRawBufferPointer, base: UnsafeRawBufferPointer?, workspace: CodecWorkspace
  ) throws(StoreError) {
    // Opaque objects can be much larger than chunks: they get memory of their own.
    let own = bytes.count > maximumElementByteCount ? bytes.count : 0
    let large = UnsafeMutableRawBufferPointer.allocate(byteCount: own, alignment: 64)
    defer { large.deallocate() }
    if own == 0 { workspace.grow(to: bytes.count) }
    let decoded = own > 0 ? large : UnsafeMutableRawBufferPointer(start: workspace.decoded, count: bytes.count)
    try encoded.payload.withRawBytes { payload throws(StoreError) in
      try decode(payload, encoding: encoded.encoding, base: base, into: decoded, workspace: workspace)
    }
    guard let left = decoded.baseAddress, let right = bytes.baseAddress, memcmp(left, right, bytes.count) == 0 else {
      throw StoreError(.corruptObject, "a chunk of \(bytes.count) bytes does not survive its own encoding")
    }
  }

  /// A base of another length serves as well: what is too long is cut, what is missing are zeros. So rows that are
  /// appended to a tensor or cut from it do not keep its last chunk from being a delta.
  package static func fitted(_ base: [UInt8], to byteCount: Int) -> [UInt8] {
    if base.count == byteCount { return base }
    if base.count > byteCount { return Array(base[..<byteCount]) }
    return base + [UInt8](repeating: 0, count: byteCount - base.count)
  }

  /// Exactly `rawByteCount` bytes, or an error.
  ///
  /// - Parameter base: the base chunk of a delta, of any length; others must have none.
  package static func decode(
    _ payload: [UInt8], encoding: ChunkEncoding, rawByteCount: Int, base: [UInt8]? = nil
  ) throws(StoreError) -> [UInt8] {
    if encoding == .raw, base == nil {
      guard payload.count == rawByteCount else { throw wrongRawByteCount(payload.count, rawByteCount) }
      return payload
    }
    guard rawByteCount >= 0 else { throw wrongRawByteCount(payload.count, rawByteCount) }
    let base = encoding.needsBase ? base.map { fitted($0, to: rawByteCount) } : base
    var bytes = [UInt8](repeating: 0, count: rawByteCount)
    try CodecWorkspacePool.shared.with { workspace throws(StoreError) in
      try bytes.withMutableRawBytes { output throws(StoreError) in
        try payload.withRawBytes { input throws(StoreError) in
          guard let base else {
            return try decode(input, encoding: encoding, base: nil, into: output, workspace: workspace)
          }
          try base.withRawBytes { base throws(StoreError) in
            try decode(input, encoding: encoding, base: base, into: output, workspace: workspace)
          }
        }
      }
    }
    return bytes
  }

  /// Fills `bytes` exactly from untrusted bytes, or throws.
  package static func decode(
    _ payload: UnsafeRawBufferPointer, encoding: ChunkEncoding, base: UnsafeRawBufferPointer?,
    into bytes: UnsafeMutableRawBufferPointer, workspace: CodecWorkspace
  ) throws(StoreError) {
    switch encoding {
    case .raw:
      guard payload.count == bytes.count else { throw wrongRawByteCount(payload.count, bytes.count) }
      bytes.copyMemory(from: payload)
    case .zlib: try ZlibStream.decompress(payload, into: bytes)
    case .constant: try ConstantChunk.decode(payload, into: bytes)
    case .predicted: throw StoreError(.corruptObject, "a predicted chunk has no bases")
    case .planes, .deltaTokens, .deltaPlanes:
      guard bytes.count <= maximumElementByteCount else {
        throw StoreError(.corruptObject, "\(bytes.count) bytes are too many for one chunk of elements")
      }
      workspace.grow(to: bytes.count)
      if encoding == .planes { return try EntropyPlanes.decode(payload, into: bytes, workspace: workspace) }
      guard let base else { throw StoreError(.corruptObject, "a delta has no base") }
      if encoding == .deltaTokens {
        try DeltaTokens.decode(payload, base: base, into: bytes, workspace: workspace)
      } else {
        try DeltaPlanes.decode(payload, base: base, into: bytes, workspace: workspace)
      }
    }
  }

  private static func wrongRawByteCount(_ found: Int, _ wanted: Int) -> StoreError {
    StoreError(.corruptObject, "\(found) raw bytes stand where \(wanted) should")
  }
}
