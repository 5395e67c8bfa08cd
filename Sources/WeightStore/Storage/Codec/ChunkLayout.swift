import Tensors

/// What the bytes of a chunk are, as far as it helps to make them small. Never needed to read them back.
package enum ChunkLayout: Hashable, Sendable {
  /// Text, JSON, file headers: anything that is not an array of numbers.
  case opaque
  case elements(ElementLayout)

  package init(dtype: DType) {
    switch dtype {
    case .f64: self = .elements(.f64)
    // Complex numbers are pairs of F32.
    case .f32, .c64: self = .elements(.f32)
    case .bf16: self = .elements(.bf16)
    case .f16: self = .elements(.f16)
    default: self = ElementLayout(width: dtype.byteWidth ?? 0, exponentBitCount: 0).map { .elements($0) } ?? .opaque
    }
  }
}

/// Little-endian elements of one width. With an exponent they are IEEE-like: a sign bit, the exponent, the mantissa.
package struct ElementLayout: Hashable, Sendable {
  /// Bytes of one element: 1, 2, 4 or 8.
  package let width: Int
  /// 0 for integers and for numbers of one byte, which are treated as integers.
  package let exponentBitCount: Int

  package static let f64 = ElementLayout(knownWidth: 8, exponentBitCount: 11)
  package static let f32 = ElementLayout(knownWidth: 4, exponentBitCount: 8)
  package static let bf16 = ElementLayout(knownWidth: 2, exponentBitCount: 8)
  package static let f16 = ElementLayout(knownWidth: 2, exponentBitCount: 5)

  /// `nil` for a combination that no payload may name.
  package init?(width: Int, exponentBitCount: Int) {
    switch (width, exponentBitCount) {
    case (1, 0), (2, 0), (4, 0), (8, 0), (2, 5), (2, 8), (4, 8), (8, 11):
      self.init(knownWidth: width, exponentBitCount: exponentBitCount)
    default: return nil
    }
  }

  private init(knownWidth width: Int, exponentBitCount: Int) {
    self.width = width
    self.exponentBitCount = exponentBitCount
  }

  var isFloat: Bool { exponentBitCount > 0 }
  /// The type that arithmetic takes such elements for; `nil` for integers.
  var floatType: DType? {
    switch self {
    case .f64: .f64
    case .f32: .f32
    case .bf16: .bf16
    case .f16: .f16
    default: nil
    }
  }
  /// How far the exponent stands above bit 0.
  var exponentShift: Int { isFloat ? 8 * width - 1 - exponentBitCount : 0 }
  var exponentMask: Int { 1 << exponentBitCount - 1 }
}
