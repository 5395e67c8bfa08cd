import Tensors

/// Which elements dropout keeps: a pure function of the random numbers and the element's place.
///
/// 32 bits of `CounterRandom` for each element, kept if they are at least p x 2^32; what is kept is multiplied by
/// 1 / (1 - p).
struct DropoutMask: Sendable {
  let random: CounterRandom
  private let threshold: UInt64
  private let factor: Float

  init(probability: Double, random: CounterRandom) {
    self.random = random
    threshold = UInt64((probability * 0x1p32).rounded())
    factor = probability < 1 ? Float(1 / (1 - probability)) : 0
  }

  /// Calls `body` with the factor, 0 or 1 / (1 - p), of each element from place `first` on.
  @inline(__always)
  private func forEachFactor(first: Int, count: Int, _ body: (_ index: Int, _ factor: Float) -> Void) {
    var index = 0
    while index < count {
      let place = UInt64(first + index)
      let bits = random.bits(at: place >> 1)
      if place & 1 == 0 {
        body(index, bits & 0xFFFF_FFFF >= threshold ? factor : 0)
        index += 1
        guard index < count else { return }
      }
      body(index, bits >> 32 >= threshold ? factor : 0)
      index += 1
    }
  }

  /// Writes the factors of elements.
  func write(first: Int, count: Int, into factors: UnsafeMutablePointer<Float>) {
    forEachFactor(first: first, count: count) { factors[$0] = $1 }
  }

  /// Multiplies elements by their factors.
  func apply(first: Int, count: Int, to elements: UnsafeMutablePointer<Float>) {
    forEachFactor(first: first, count: count) { elements[$0] *= $1 }
  }
}
