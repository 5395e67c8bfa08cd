#include <immintrin.h>

#include "kernels.h"

#pragma clang attribute push(__attribute__((target("avx512f,avx512vl,avx512dq,avx512bw,avx2,fma"))), apply_to = function)
#define KERNELS wgit_kernels_avx512
#define KERNELS_NAME "avx512"
#define NAME(x) avx512_##x
#define WIDTH 16
#define ROWS 14
#include "vectors.inc"
#include "products.inc"
#include "elementwise.inc"
#include "rows.inc"
#include "windows.inc"
#include "table.inc"
#pragma clang attribute pop
