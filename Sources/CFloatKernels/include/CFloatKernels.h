#ifndef WGIT_CFLOATKERNELS_H
#define WGIT_CFLOATKERNELS_H

#include <stddef.h>
#include <stdint.h>

// Loops over elements of tensors. Each exists for several instruction sets, and every one of them gives the same bits:
// no fused multiply-add, sums in a fixed order, conversions in integer arithmetic. Only a NaN's sign and payload are the
// processor's choice.
//
// Stored elements (`const void *`) are little-endian, at any alignment. Arrays do not overlap, unless it says so.

struct wgit_float_kernels {
  /// The instruction set: "avx512", "avx2" or "baseline".
  const char *_Nonnull name;

  /// to[i] <- from[i], exactly.
  void (*_Nonnull decode_f32)(const void *_Nonnull from, double *_Nonnull to, size_t count);
  void (*_Nonnull decode_bf16)(const void *_Nonnull from, double *_Nonnull to, size_t count);
  void (*_Nonnull decode_f16)(const void *_Nonnull from, double *_Nonnull to, size_t count);

  /// sums[i] <- sums[i] + factor * from[i].
  void (*_Nonnull accumulate_f64)(const void *_Nonnull from, double factor, double *_Nonnull sums, size_t count);
  void (*_Nonnull accumulate_f32)(const void *_Nonnull from, double factor, double *_Nonnull sums, size_t count);
  void (*_Nonnull accumulate_bf16)(const void *_Nonnull from, double factor, double *_Nonnull sums, size_t count);
  void (*_Nonnull accumulate_f16)(const void *_Nonnull from, double factor, double *_Nonnull sums, size_t count);

  /// values[i] <- values[i] / divisor.
  void (*_Nonnull divide)(double *_Nonnull values, double divisor, size_t count);

  /// to[i] <- from[i], rounded once, to nearest, ties to even.
  void (*_Nonnull encode_f32)(const double *_Nonnull from, void *_Nonnull to, size_t count);
  void (*_Nonnull encode_bf16)(const double *_Nonnull from, void *_Nonnull to, size_t count);
  void (*_Nonnull encode_f16)(const double *_Nonnull from, void *_Nonnull to, size_t count);

  /// to[i] <- (-0.0 + factors[0] * inputs[0][i] + factors[1] * inputs[1][i] + ...) / divisor in F64, rounded once to the
  /// type that all inputs have.
  void (*_Nonnull combine_f32)(const void *_Nonnull const *_Nonnull inputs, const double *_Nonnull factors,
                               size_t term_count, double divisor, void *_Nonnull to, size_t count);
  void (*_Nonnull combine_bf16)(const void *_Nonnull const *_Nonnull inputs, const double *_Nonnull factors,
                                size_t term_count, double divisor, void *_Nonnull to, size_t count);
  void (*_Nonnull combine_f16)(const void *_Nonnull const *_Nonnull inputs, const double *_Nonnull factors,
                               size_t term_count, double divisor, void *_Nonnull to, size_t count);

  /// How many elements have a magnitude, as an integer, above `infinity` (NaN), and how many equal to it.
  void (*_Nonnull count_special_16)(const void *_Nonnull from, uint16_t infinity, size_t count, size_t *_Nonnull nan,
                                    size_t *_Nonnull infinite);
  void (*_Nonnull count_special_32)(const void *_Nonnull from, uint32_t infinity, size_t count, size_t *_Nonnull nan,
                                    size_t *_Nonnull infinite);

  /// Sum of a[i] * b[i]. Element i goes to sum i mod 16; of these, k is added to k + 8, then k to k + 4, k + 2, k + 1.
  double (*_Nonnull dot)(const double *_Nonnull a, const double *_Nonnull b, size_t count);
  /// Sum of |a[i]|, in the same order.
  double (*_Nonnull sum_magnitudes)(const double *_Nonnull a, size_t count);

  /// a[i] <- a[i] - b[i].
  void (*_Nonnull subtract)(double *_Nonnull a, const double *_Nonnull b, size_t count);

  /// keys[i] <- the bits of |(float)a[i] - (float)b[i]|, in F32 arithmetic.
  void (*_Nonnull difference_keys)(const double *_Nonnull a, const double *_Nonnull b, uint32_t *_Nonnull keys,
                                   size_t count);
  /// The same of stored elements.
  void (*_Nonnull difference_keys_f32)(const void *_Nonnull a, const void *_Nonnull b, uint32_t *_Nonnull keys,
                                       size_t count);
  void (*_Nonnull difference_keys_bf16)(const void *_Nonnull a, const void *_Nonnull b, uint32_t *_Nonnull keys,
                                        size_t count);
  void (*_Nonnull difference_keys_f16)(const void *_Nonnull a, const void *_Nonnull b, uint32_t *_Nonnull keys,
                                       size_t count);
  /// bins[keys[i] >> 16]++.
  void (*_Nonnull count_upper)(const uint32_t *_Nonnull keys, size_t count, size_t *_Nonnull bins);
  /// bins[keys[i] & 0xFFFF]++ where keys[i] >> 16 is `upper`.
  void (*_Nonnull count_lower)(const uint32_t *_Nonnull keys, size_t count, uint32_t upper, size_t *_Nonnull bins);
  /// How many keys equal `key`.
  size_t (*_Nonnull count_equal)(const uint32_t *_Nonnull keys, size_t count, uint32_t key);
  /// factors[i] <- factors[i] * (keys[i] >= threshold ? inside : outside).
  void (*_Nonnull mask)(const uint32_t *_Nonnull keys, size_t count, uint32_t threshold, double inside, double outside,
                        double *_Nonnull factors);

  /// change[i] <- factor * ((change[i] - base[i]) * multipliers[i]); sums[i] <- sums[i] + change[i].
  void (*_Nonnull weigh_change)(double *_Nonnull change, const double *_Nonnull base,
                                const double *_Nonnull multipliers, double factor, double *_Nonnull sums, size_t count);
  /// Where change[i] has the sign of sums[i], of which 0 counts as positive: mixed[i] += change[i],
  /// divisors[i] += weight.
  void (*_Nonnull agree)(const double *_Nonnull change, const double *_Nonnull sums, double weight,
                         double *_Nonnull mixed, double *_Nonnull divisors, size_t count);
  /// sums[i] <- mixed[i] / divisors[i] (by 1 instead of 0), but NaN where sums[i] is.
  void (*_Nonnull take_mean)(double *_Nonnull sums, const double *_Nonnull mixed, const double *_Nonnull divisors,
                             size_t count);
  /// result[i] <- base[i] + factor * result[i].
  void (*_Nonnull add_to_base)(double *_Nonnull result, const double *_Nonnull base, double factor, size_t count);
};

/// The kernels for the best instruction set that the processor has.
const struct wgit_float_kernels *_Nonnull wgit_float_kernels(void);

/// The kernels for instruction set `level`, from 0 for the best that the processor has; NULL beyond the last. For tests.
const struct wgit_float_kernels *_Nullable wgit_float_kernels_at(int level);

#endif
