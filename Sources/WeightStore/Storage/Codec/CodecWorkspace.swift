import Synchronization

/// Memory that the codec works in. One per worker: nothing of a chunk's size is allocated while chunks are coded.
package final class CodecWorkspace {
  /// Elements that are looked at in one go: they stay in the first-level cache.
  static let stripElementCount = 1024
  /// How far a fast loop may read or write beyond what it needs.
  static let slackByteCount = 1024

  /// Raw bytes that all buffers are large enough for.
  private var byteCapacity = 0
  private var buffers: [UnsafeMutableRawPointer] = []
  private var predicted = UnsafeMutableRawBufferPointer(start: nil, count: 0)

  /// Byte planes of a chunk or of its differences.
  private(set) var planes: UnsafeMutablePointer<UInt8>
  /// A payload as it grows.
  private(set) var payload: UnsafeMutablePointer<UInt8>
  /// What was decoded again, to be compared.
  private(set) var decoded: UnsafeMutablePointer<UInt8>
  /// Four Huffman lanes, or the raw bits of tokens.
  private(set) var bits: UnsafeMutablePointer<UInt8>
  /// Tokens with their context in the upper byte; or differences in the width of the elements.
  private(set) var keys: UnsafeMutablePointer<UInt16>
  /// Words of the rANS coder.
  private(set) var words: UnsafeMutablePointer<UInt16>

  let huffmanSlots: UnsafeMutablePointer<UInt16>
  let ransSlots: UnsafeMutablePointer<UInt32>
  let ransSymbols: UnsafeMutablePointer<RansSymbol>
  let frequencies: UnsafeMutablePointer<UInt16>
  let counts: UnsafeMutablePointer<UInt32>
  /// Differences of one strip, in the width of the elements.
  let stripDeltas: UnsafeMutableRawPointer
  /// Where the models of a strip's contexts begin.
  let stripContexts: UnsafeMutablePointer<UInt16>
  let blockTokens: UnsafeMutablePointer<UInt8>
  /// For each token the number of its raw bits, a mask of the magnitude's among them, and the smallest magnitude.
  let rawBitCounts: UnsafeMutablePointer<UInt8>
  let rawBitMasks: UnsafeMutablePointer<UInt64>
  let tokenBases: UnsafeMutablePointer<UInt64>
  /// The last bytes of a stream, followed by zeros.
  let tailBits: UnsafeMutablePointer<UInt8>
  let tailWords: UnsafeMutablePointer<UInt16>

  /// - Parameter byteCapacity: raw bytes of the chunks that are expected; larger ones are fine.
  package init(byteCapacity: Int = ChunkGrid.chunkByteCount) {
    huffmanSlots = .allocate(capacity: HuffmanCode.slotCount)
    ransSlots = .allocate(capacity: DeltaContexts.maximumCount * RansModel.scale)
    ransSymbols = .allocate(capacity: DeltaContexts.maximumCount * RansModel.symbolCount)
    frequencies = .allocate(capacity: RansModel.symbolCount)
    counts = .allocate(capacity: 2 * DeltaContexts.maximumCount * RansModel.symbolCount)
    counts.initialize(repeating: 0, count: 2 * DeltaContexts.maximumCount * RansModel.symbolCount)
    stripDeltas = .allocate(byteCount: 8 * CodecWorkspace.stripElementCount, alignment: 64)
    stripContexts = .allocate(capacity: CodecWorkspace.stripElementCount)
    blockTokens = .allocate(capacity: 64)
    rawBitCounts = .allocate(capacity: 256)
    rawBitMasks = .allocate(capacity: 256)
    tokenBases = .allocate(capacity: 256)
    rawBitCounts.initialize(repeating: 0, count: 256)
    rawBitMasks.initialize(repeating: 0, count: 256)
    tokenBases.initialize(repeating: 0, count: 256)
    for token in 0..<DeltaToken.count {
      let bitCount = DeltaToken.bitCount(token)
      rawBitCounts[token] = UInt8(bitCount)
      rawBitMasks[token] = bitCount > 1 ? 1 << UInt64(bitCount - 1) - 1 : 0
      tokenBases[token] = DeltaToken.base(token)
    }
    tailBits = .allocate(capacity: 3 * CodecWorkspace.slackByteCount)
    tailWords = .allocate(capacity: 3 * CodecWorkspace.slackByteCount)
    let nothing = UnsafeMutablePointer<UInt8>.allocate(capacity: 1)
    buffers = [UnsafeMutableRawPointer(nothing)]
    (planes, payload, decoded, bits) = (nothing, nothing, nothing, nothing)
    keys = stripContexts
    words = tailWords
    grow(to: byteCapacity)
  }

  deinit {
    for buffer in buffers { buffer.deallocate() }
    predicted.deallocate()
    huffmanSlots.deallocate()
    ransSlots.deallocate()
    ransSymbols.deallocate()
    frequencies.deallocate()
    counts.deallocate()
    stripDeltas.deallocate()
    stripContexts.deallocate()
    blockTokens.deallocate()
    rawBitCounts.deallocate()
    rawBitMasks.deallocate()
    tokenBases.deallocate()
    tailBits.deallocate()
    tailWords.deallocate()
  }

  /// Makes all buffers large enough for a chunk of `byteCount` bytes.
  func grow(to byteCount: Int) {
    guard byteCount > byteCapacity else { return }
    for buffer in buffers { buffer.deallocate() }
    byteCapacity = byteCount
    let slack = CodecWorkspace.slackByteCount
    planes = .allocate(capacity: byteCount + slack)
    payload = .allocate(capacity: byteCount + 64 * slack)
    decoded = .allocate(capacity: byteCount + slack)
    // A Huffman lane has at most 11 bits for each byte of its quarter; raw bits are fewer than the element's own.
    bits = .allocate(capacity: byteCount / 8 * 11 + 16 * slack)
    keys = .allocate(capacity: byteCount + slack)
    words = .allocate(capacity: byteCount + slack)
    buffers = [planes, payload, decoded, bits].map { UnsafeMutableRawPointer($0) }
    buffers += [keys, words].map { UnsafeMutableRawPointer($0) }
  }

  /// Room for what a prediction gives. Few chunks are predicted: it is allocated for the first.
  func predicted(_ byteCount: Int) -> UnsafeMutableRawBufferPointer {
    if predicted.count < byteCount {
      predicted.deallocate()
      predicted = .allocate(byteCount: max(byteCount, ChunkGrid.chunkByteCount), alignment: 64)
    }
    return UnsafeMutableRawBufferPointer(rebasing: predicted[..<byteCount])
  }

  /// Room for a payload of at most `limit` bytes.
  func writer(limit: Int) -> PayloadWriter {
    PayloadWriter(UnsafeMutableRawBufferPointer(start: payload, count: min(limit, byteCapacity)))
  }
}

/// Lends workspaces to workers; each is used by one worker at a time.
package final class CodecWorkspacePool: Sendable {
  private struct Idle: @unchecked Sendable {
    // Sendable: a workspace is either in this list or with the one worker that took it.
    var workspaces: [CodecWorkspace] = []
  }

  package static let shared = CodecWorkspacePool()
  private let idle = Mutex(Idle())

  package init() {}

  package func with<Result, Failure: Error>(
    _ body: (CodecWorkspace) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let workspace = idle.withLock { Loan(workspace: $0.workspaces.popLast()) }.workspace ?? CodecWorkspace()
    let loan = Loan(workspace: workspace)
    defer { idle.withLock { idle in if let workspace = loan.workspace { idle.workspaces.append(workspace) } } }
    return try body(workspace)
  }

  private struct Loan: @unchecked Sendable {
    let workspace: CodecWorkspace?
  }
}
