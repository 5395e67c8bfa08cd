/// How the bytes of an object stand in a pack; the raw value stands in the record. docs/format-codec.md has the bytes.
package enum ChunkEncoding: UInt8, Sendable, CaseIterable {
  /// The bytes themselves.
  case raw = 0
  /// One zlib stream (RFC 1950).
  case zlib = 1
  /// Sign-rotated byte planes, each coded on its own: see `EntropyPlanes`.
  case planes = 3
  /// Differences to a base chunk as tokens in the context of the base's exponents: see `DeltaTokens`.
  case deltaTokens = 4
  /// Differences to a base chunk as byte planes: see `DeltaPlanes`.
  case deltaPlanes = 5
  /// One element that fills the chunk: see `ConstantChunk`.
  case constant = 6
  /// What a linear combination of stored chunks gives, and differences to that: see `PredictedChunk`.
  case predicted = 7

  package var name: String {
    switch self {
    case .raw: "raw"
    case .zlib: "zlib"
    case .planes: "planes"
    case .deltaTokens: "delta-tokens"
    case .deltaPlanes: "delta-planes"
    case .constant: "constant"
    case .predicted: "predicted"
    }
  }

  /// Whether the bytes of one base chunk are needed to read the payload. The bases of a prediction, which may be several,
  /// stand in the payload itself.
  package var needsBase: Bool { self == .deltaTokens || self == .deltaPlanes }
}
