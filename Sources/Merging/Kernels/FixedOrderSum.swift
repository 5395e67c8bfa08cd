import Tensors

/// Sums whose order is fixed, so that they come out the same on any machine, and that vectorise all the same: element i
/// goes to sum i mod 16; of these, k is added to k + 8, then k to k + 4, k + 2 and k + 1.
enum FixedOrderSum {
  /// Σ aᵢbᵢ.
  static func dot(_ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, count: Int) -> Double {
    FloatKernels.best.dot(a, b, count)
  }

  /// Σ |aᵢ|.
  static func magnitude(_ a: UnsafePointer<Double>, count: Int) -> Double {
    FloatKernels.best.sum_magnitudes(a, count)
  }
}
