import CFloatKernels

/// Loops over elements, in C, so that one program has them for several instruction sets and takes the best one that the
/// processor has. All of them give the same bits; see CFloatKernels.h.
///
/// - Checked by: FloatKernelTests, each instruction set against the others.
package enum FloatKernels {
  // Functions and a name that never change.
  package nonisolated(unsafe) static let best = wgit_float_kernels().pointee
}
