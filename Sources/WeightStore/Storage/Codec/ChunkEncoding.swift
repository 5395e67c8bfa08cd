/// How the bytes of an object stand in a pack; the raw value stands in the record. docs/format-codec.md has the bytes.
package enum ChunkEncoding: UInt8, Sendable, CaseIterable {
  /// The bytes themselves.
  case raw = 0
  /// One zlib stream (RFC 1950).
  case zlib = 1
  /// Sign-rotated byte planes, each a zlib stream at most: see `ZlibPlanes`. Read, no longer written.
  case zlibPlanes = 2
  /// Sign-rotated byte planes, each coded on its own: see `EntropyPlanes`.
  case planes = 3
  /// Differences to a base chunk as tokens in the context of the base's exponents: see `DeltaTokens`.
  case deltaTokens = 4
  /// Differences to a base chunk as byte planes: see `DeltaPlanes`.
  case deltaPlanes = 5
  /// One element that fills the chunk: see `ConstantChunk`.
  case constant = 6

  package var name: String {
    switch self {
    case .raw: "raw"
    case .zlib: "zlib"
    case .zlibPlanes: "zlib-planes"
    case .planes: "planes"
    case .deltaTokens: "delta-tokens"
    case .deltaPlanes: "delta-planes"
    case .constant: "constant"
    }
  }

  /// Whether the bytes of a base chunk are needed to read the payload.
  package var needsBase: Bool { self == .deltaTokens || self == .deltaPlanes }
}
