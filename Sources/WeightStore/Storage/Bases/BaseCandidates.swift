/// Stored tensors that a new one may be similar to. A chunk's base is the chunk at the same place of one of them.
struct BaseCandidates {
  typealias Chunks = [ObjectID<Blob>]

  /// A new tensor is compared with no more than these.
  static let limit = 8

  static var none: BaseCandidates { BaseCandidates { [] } }

  /// Every chunk has a choice of its own; otherwise the first new chunk of a tensor chooses for all.
  var isPerChunk = false
  /// The likeliest first; a later tier is looked at only if nothing in those before it is good. The first tier holds what
  /// is taken if nothing is. Asked for only when a chunk is new.
  let tiers: () -> [[Chunks]]

  init(isPerChunk: Bool = false, tiers: @escaping () -> [[Chunks]]) {
    self.isPerChunk = isPerChunk
    self.tiers = tiers
  }
}

/// Picks one of several candidates by what a delta would take, predicted from a sample of the chunk.
struct BaseChoice {
  struct Chosen {
    let chunks: BaseCandidates.Chunks
    /// The base for the chunk that was looked at, if it had to be read for the choice.
    let base: DeltaBase?
  }

  /// Below this share of the chunk without a base, other tiers are not worth reading.
  private static let goodShare = 0.7
  /// Smaller chunks are not worth a look at several bases.
  private static let minimumByteCount = 4096

  let store: ObjectStore

  /// `nil` if no candidate helps and none is the tensor's own earlier version, whose other chunks may well help.
  func choose(
    _ tiers: [[BaseCandidates.Chunks]], for bytes: [UInt8], layout: ChunkLayout, chunk index: Int
  ) -> Chosen? {
    let fallback = tiers.first?.first.map { Chosen(chunks: $0, base: nil) }
    let tiers = tiers.map { $0.filter { index < $0.count } }.filter { !$0.isEmpty }
    guard let likeliest = tiers.first?.first, case .elements(let layout) = layout else { return fallback }
    if bytes.count < BaseChoice.minimumByteCount || tiers.reduce(0, { $0 + $1.count }) == 1 {
      return Chosen(chunks: likeliest, base: nil)
    }
    var best: (share: Double, chosen: Chosen)?
    for tier in tiers {
      for chunks in tier {
        guard let base = store.deltaBase(near: chunks[index], byteCount: bytes.count) else { continue }
        let share = BaseChoice.share(of: bytes, base: base, layout: layout)
        if share < best?.share ?? 0.95 { best = (share, Chosen(chunks: chunks, base: base)) }
      }
      if let best, best.share < BaseChoice.goodShare { break }
    }
    return best?.chosen ?? fallback
  }

  /// What the delta would take, as a share of what the chunk would take without a base.
  private static func share(of bytes: [UInt8], base: DeltaBase, layout: ElementLayout) -> Double {
    guard bytes.count.isMultiple(of: layout.width) else { return 1 }
    return CodecWorkspacePool.shared.with { workspace in
      bytes.withUnsafeBytes { bytes in
        base.bytes.withUnsafeBytes { base in
          ChunkEstimate(bytes, base: base, layout: layout, workspace: workspace).deltaShare
        }
      }
    }
  }
}
