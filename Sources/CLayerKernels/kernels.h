#ifndef WGIT_KERNELS_TABLE_H
#define WGIT_KERNELS_TABLE_H

#include "include/CLayerKernels.h"

extern const wgit_kernels_t wgit_kernels_avx512, wgit_kernels_avx2, wgit_kernels_sse2;

#endif
