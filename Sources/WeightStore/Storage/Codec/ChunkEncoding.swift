import Tensors

/// How the bytes of an object stand in a pack; the raw value stands in the record.
package enum ChunkEncoding: UInt8, Sendable, CaseIterable {
  /// The bytes themselves.
  case raw = 0
  /// One zlib stream (RFC 1950).
  case zlib = 1
  /// Sign-rotated byte planes, each coded on its own: see `PlaneCodec`.
  case planes = 2

  package var name: String {
    switch self {
    case .raw: "raw"
    case .zlib: "zlib"
    case .planes: "planes"
    }
  }
}

/// What the bytes of a chunk are, as far as it helps to make them small. Never needed to read them back.
package enum ChunkLayout: Hashable, Sendable {
  /// Text, JSON, file headers: anything that is not an array of numbers.
  case opaque
  /// Little-endian elements of `width` bytes; `isFloat` tells that the top bit is a sign and an exponent follows.
  case elements(width: Int, isFloat: Bool)

  package init(dtype: DType) {
    switch dtype.byteWidth {
    case .some(let width) where width == 1 || width == 2 || width == 4 || width == 8:
      // Complex numbers are pairs of F32; as 8-byte integers they would mix real and imaginary exponents.
      self =
        dtype == .c64 ? .elements(width: 4, isFloat: true) : .elements(width: width, isFloat: dtype.isFloatingPoint)
    default: self = .opaque
    }
  }
}
