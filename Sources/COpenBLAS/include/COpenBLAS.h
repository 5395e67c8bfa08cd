#ifndef WGIT_COPENBLAS_H
#define WGIT_COPENBLAS_H

#include <stdbool.h>
#include <stdint.h>

/// Loads libopenblas.so.0 the first time it is called, from any thread, and does nothing afterwards.
///
/// The library is opened lazily because its constructor detects the processor and starts threads, a cost no command that
/// does not train should pay. It is held to one thread: callers parallelise over samples.
///
/// Returns NULL once the library is ready, otherwise a message that lives as long as the process.
const char *_Nullable wgit_openblas_load(void);

/// The processor kernels OpenBLAS chose, for example "Haswell" or "SkylakeX"; "unknown" if the library will not say.
/// Different kernels give different last bits. Call only after wgit_openblas_load returned NULL.
const char *_Nonnull wgit_openblas_core(void);

/// C <- alpha * op(A) * op(B) + beta * C, all row-major, op(A) of shape [m, k], op(B) of shape [k, n], C of shape [m, n].
/// `lda`, `ldb`, `ldc` are the row strides of the matrices as they lie in memory.
/// Call only after wgit_openblas_load returned NULL.
void wgit_sgemm(bool transposeA, bool transposeB, int32_t m, int32_t n, int32_t k, float alpha, const float *_Nonnull a,
                int32_t lda, const float *_Nonnull b, int32_t ldb, float beta, float *_Nonnull c, int32_t ldc);

/// C <- alpha * Aᵀ * A + beta * C, row-major, A of shape [k, n], the upper triangle of C of shape [n, n].
/// Call only after wgit_openblas_load returned NULL.
void wgit_dsyrk_transposed(int32_t n, int32_t k, double alpha, const double *_Nonnull a, int32_t lda, double beta,
                           double *_Nonnull c, int32_t ldc);

#endif
