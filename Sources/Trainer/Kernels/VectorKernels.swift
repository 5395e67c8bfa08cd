import CLayerKernels

/// The inner loops of layers and optimizers, for one instruction set.
///
/// Kernels of another set give other last bits, so the set is part of a recipe.
package struct VectorKernels: @unchecked Sendable {
  private let table: UnsafePointer<wgit_kernels_t>

  /// What this processor has, the best first.
  package static let available: [VectorKernels] = {
    var result: [VectorKernels] = []
    var next = wgit_kernels()
    while let table = next.pointee {
      result.append(VectorKernels(table: table))
      next += 1
    }
    return result
  }()

  /// The best this processor has.
  package static let best = available[0]

  /// "avx512", "avx2" or "sse2".
  package var name: String { String(cString: table.pointee.name) }

  /// The functions themselves.
  @inline(__always)
  var c: wgit_kernels_t {
    @inline(__always) unsafeAddress { table }
  }
}
