/// The `deltaTokens` encoding: differences to a base chunk of the same size, as tokens and raw bits.
///
/// Elements become integers in the order of their values (`DeltaWord`), d = child - base modulo 2^w. Blocks of 32
/// elements that are all zero are marked in a bitmap and not coded further. Every other element gives a token of |d|,
/// coded by rANS in the context of the base element's exponent (`DeltaContexts`), and raw bits: the sign (1 if d is
/// negative) unless d is 0, then for |d| >= 16 the bits of |d| below the two highest.
///
/// Payload, little-endian:
///
/// | bytes | |
/// |---|---|
/// | 1 | `width`: 1, 2, 4 or 8 |
/// | 1 | `exponentBitCount`: 0 for integers, which have no exponent |
/// | 1 | context shift: 0, 2 or 4 for 16, 4 or 1 contexts |
/// | 1 | 0 |
/// | 2 | `top`: the exponent of context 0 |
/// | 4 | byte count of the raw bits |
/// | | the bitmap as a `PlaneStream` of `ceil(blocks / 8)` bytes: bit b mod 8 of byte b / 8 is 1 if block b is coded, or if there is no block b |
/// | | one `RansModel` for each context |
/// | | the tokens as a `RansStream` |
/// | | the raw bits, the first in the lowest bit of the first byte; the last byte is filled up with zeros |
enum DeltaTokens {
  static let blockElementCount = 32

  static func blockCount(elementCount: Int) -> Int { (elementCount + blockElementCount - 1) / blockElementCount }

  static func bitmapByteCount(elementCount: Int) -> Int {
    (elementCount + 8 * blockElementCount - 1) / (8 * blockElementCount)
  }
}
