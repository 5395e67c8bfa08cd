/// What a new run of bytes may be similar to: stored tensors, and what can be computed from some.
struct BaseCandidates {
  typealias Chunks = [ObjectID<Blob>]

  /// A new tensor is compared with no more than these.
  static let limit = 8

  static var none: BaseCandidates { BaseCandidates { [] } }

  /// Every chunk has a choice of its own; otherwise the first new chunk of a tensor chooses for all.
  var isPerChunk = false
  /// What the run may be equal to. Asked for only when a chunk is new.
  var formulas: () -> [LinearFormula] = { [] }
  /// What the run may be a linear combination of, with coefficients that are to be found. Asked for only when a chunk is
  /// new.
  var ingredients: () -> [LinearFormula.Run] = { [] }
  /// Stored tensors; a chunk's base is the chunk at the same place of one of them. The likeliest first; a later tier is
  /// looked at only if nothing in those before it is good. The first tier holds what is taken if nothing is. Asked for only
  /// when a chunk is new.
  let tiers: () -> [[Chunks]]

  init(isPerChunk: Bool = false, tiers: @escaping () -> [[Chunks]]) {
    self.isPerChunk = isPerChunk
    self.tiers = tiers
  }

  /// The answers, for workers to share.
  func asked() -> Asked { Asked(formulas: formulas(), ingredients: ingredients(), tiers: tiers()) }

  struct Asked: Sendable {
    let formulas: [LinearFormula]
    let ingredients: [LinearFormula.Run]
    let tiers: [[Chunks]]
  }
}
