#include "CFloatKernels.h"

#include <string.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "stored elements are read as they lie in memory"
#endif

// Results must not depend on whether a processor can multiply and add in one step.
#pragma STDC FP_CONTRACT OFF

// Elements of files stand at any address.
typedef uint16_t unaligned_u16 __attribute__((aligned(1)));
typedef uint32_t unaligned_u32 __attribute__((aligned(1)));
typedef double unaligned_f64 __attribute__((aligned(1)));

// Sixteen elements at a time.
typedef uint16_t halves16 __attribute__((vector_size(32)));
typedef uint32_t group16 __attribute__((vector_size(64)));
typedef uint64_t words16 __attribute__((vector_size(128)));
typedef float floats16 __attribute__((vector_size(64)));
typedef double doubles16 __attribute__((vector_size(128)));

static inline float float_of(uint32_t bits) {
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

static inline uint32_t bits_of_float(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

static inline double double_of(uint64_t bits) {
  double value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

static inline uint64_t bits_of_double(double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

/// 1 / divisor if a product with it is the same number as the quotient: of a power of 2. Else 0.
static inline double exact_reciprocal(double divisor) {
  const double reciprocal = 1 / divisor;
  const int is_exact = (bits_of_double(divisor) & 0xFFFFFFFFFFFFFu) == 0 && reciprocal - reciprocal == 0 &&
                       divisor - divisor == 0 && __builtin_fabs(reciprocal) >= 0x1p-1022 &&
                       __builtin_fabs(divisor) >= 0x1p-1022;
  return is_exact ? reciprocal : 0;
}

#if defined(__x86_64__)
#define NAME(x) x##_avx512
#pragma clang attribute push(__attribute__((target("arch=x86-64-v4"))), apply_to = function)
#include "kernels.inc"
#pragma clang attribute pop
#undef NAME

#define NAME(x) x##_avx2
#pragma clang attribute push(__attribute__((target("arch=x86-64-v3"))), apply_to = function)
#include "kernels.inc"
#pragma clang attribute pop
#undef NAME
#endif

#define NAME(x) x##_baseline
#include "kernels.inc"
#undef NAME

#define TABLE(set)                                                                                                     \
  {                                                                                                                    \
      .name = #set,                                                                                                    \
      .decode_f32 = decode_f32_##set,                                                                                  \
      .decode_bf16 = decode_bf16_##set,                                                                                \
      .decode_f16 = decode_f16_##set,                                                                                  \
      .accumulate_f64 = accumulate_f64_##set,                                                                          \
      .accumulate_f32 = accumulate_f32_##set,                                                                          \
      .accumulate_bf16 = accumulate_bf16_##set,                                                                        \
      .accumulate_f16 = accumulate_f16_##set,                                                                          \
      .divide = divide_##set,                                                                                          \
      .encode_f32 = encode_f32_##set,                                                                                  \
      .encode_bf16 = encode_bf16_##set,                                                                                \
      .encode_f16 = encode_f16_##set,                                                                                  \
      .combine_f32 = combine_f32_##set,                                                                                \
      .combine_bf16 = combine_bf16_##set,                                                                              \
      .combine_f16 = combine_f16_##set,                                                                                \
      .count_special_16 = count_special_16_##set,                                                                      \
      .count_special_32 = count_special_32_##set,                                                                      \
      .dot = dot_##set,                                                                                                \
      .sum_magnitudes = sum_magnitudes_##set,                                                                          \
      .subtract = subtract_##set,                                                                                      \
      .difference_keys = difference_keys_##set,                                                                        \
      .difference_keys_f32 = difference_keys_f32_##set,                                                                \
      .difference_keys_bf16 = difference_keys_bf16_##set,                                                              \
      .difference_keys_f16 = difference_keys_f16_##set,                                                                \
      .count_upper = count_upper_##set,                                                                                \
      .count_lower = count_lower_##set,                                                                                \
      .count_equal = count_equal_##set,                                                                                \
      .mask = mask_##set,                                                                                              \
      .weigh_change = weigh_change_##set,                                                                              \
      .agree = agree_##set,                                                                                            \
      .take_mean = take_mean_##set,                                                                                    \
      .add_to_base = add_to_base_##set,                                                                                \
  }

static const struct wgit_float_kernels baseline = TABLE(baseline);

const struct wgit_float_kernels *wgit_float_kernels_at(int level) {
#if defined(__x86_64__)
  static const struct wgit_float_kernels avx512 = TABLE(avx512);
  static const struct wgit_float_kernels avx2 = TABLE(avx2);
  if (__builtin_cpu_supports("x86-64-v4") && level-- == 0) return &avx512;
  if (__builtin_cpu_supports("x86-64-v3") && level-- == 0) return &avx2;
#endif
  return level == 0 ? &baseline : NULL;
}

const struct wgit_float_kernels *wgit_float_kernels(void) { return wgit_float_kernels_at(0); }
