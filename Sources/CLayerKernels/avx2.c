#include <immintrin.h>

#include "kernels.h"

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
static inline __m256i wgit_part_mask(int count) {
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(count), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}
#define KERNELS wgit_kernels_avx2
#define KERNELS_NAME "avx2"
#define NAME(x) avx2_##x
#define WIDTH 8
#define ROWS 6
#include "vectors.inc"
#include "products.inc"
#include "elementwise.inc"
#include "rows.inc"
#include "windows.inc"
#include "table.inc"
#pragma clang attribute pop
