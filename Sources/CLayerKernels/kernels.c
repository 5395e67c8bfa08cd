#include "kernels.h"

#include <pthread.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static const wgit_kernels_t *available[4];

static void find(void) {
  int count = 0;
  __builtin_cpu_init();
  const bool hasAVX2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (hasAVX2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw")) {
    available[count++] = &wgit_kernels_avx512;
  }
  if (hasAVX2) available[count++] = &wgit_kernels_avx2;
  available[count++] = &wgit_kernels_sse2;
}

const wgit_kernels_t *const *wgit_kernels(void) {
  pthread_once(&once, find);
  return available;
}
