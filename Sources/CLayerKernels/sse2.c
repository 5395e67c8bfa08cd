#include <immintrin.h>

#include "kernels.h"

#define KERNELS wgit_kernels_sse2
#define KERNELS_NAME "sse2"
#define NAME(x) sse2_##x
#define WIDTH 4
#define ROWS 6
#include "vectors.inc"
#include "products.inc"
#include "elementwise.inc"
#include "rows.inc"
#include "windows.inc"
#include "table.inc"
