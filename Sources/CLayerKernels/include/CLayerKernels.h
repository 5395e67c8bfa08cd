#ifndef WGIT_CLAYERKERNELS_H
#define WGIT_CLAYERKERNELS_H

#include <stdbool.h>
#include <stdint.h>

// The inner loops of training. Each function exists for several instruction sets; the best one the processor has is chosen once.
// All sums are of f32 in an order that depends on shapes alone, so results are the same in every run on one instruction
// set. Pointers need no alignment. Nothing is read or written outside what the shapes say.

/// C[n, y, x, j] <- start + sum over s < segmentCount, k < depth of A[n, y, x, segments[s] + k] B[s depth + k, j], where
/// start is C itself if `adds`, else bias[j], else 0.
///
/// This is every convolution, over windows whose runs of `depth` floats begin at `segments`, and with one image, one line
/// and one segment the product of two matrices.
typedef struct {
  int32_t imageCount, lineCount, lineLength, columnCount;
  /// `aStep` and `cStep` are between neighbours in a line, `aLine` and `cLine` between lines, `aImage` and `cImage`
  /// between images, all in floats.
  const float *_Nonnull a;
  int64_t aImage, aLine, aStep;
  int32_t segmentCount, depth;
  const int32_t *_Nonnull segments;
  /// Rows of `bStride` floats.
  const float *_Nonnull b;
  int64_t bStride;
  const float *_Nullable bias;
  float *_Nonnull c;
  int64_t cImage, cLine, cStep;
  bool adds;
} wgit_window_product_t;

/// C[i, j] <- (C[i, j] or 0) + sum over n < imageCount, y < lineCount, x < lineLength of A[n, y, x, i] B[n, y, x, j]: the
/// gradient of a convolution's weight, and with one image and one line the product of a transposed matrix with another.
typedef struct {
  int32_t imageCount, lineCount, lineLength, rowCount, columnCount;
  const float *_Nonnull a;
  int64_t aImage, aLine, aStep;
  const float *_Nonnull b;
  int64_t bImage, bLine, bStep;
  float *_Nonnull c;
  int64_t cStride;
  /// Whether C is added to; otherwise it is overwritten.
  bool adds;
} wgit_transposed_product_t;

/// Windows that slide over an image of `channels` at each pixel, rows of pixels one after the other.
typedef struct {
  int32_t channels, inputHeight, inputWidth, outputHeight, outputWidth;
  int32_t kernelHeight, kernelWidth, strideHeight, strideWidth, paddingHeight, paddingWidth, dilationHeight,
      dilationWidth;
} wgit_windows_t;

/// A step of stochastic gradient descent: g <- g + weightDecay p; v <- kept v + added g; p <- p - learningRate u, where u
/// is g + momentum v with Nesterov's correction, v without it, and g without a velocity.
typedef struct {
  float learningRate, weightDecay, kept, added, momentum;
  bool isNesterov;
} wgit_sgd_t;

/// A step of Adam: p <- shrinkage p; g <- g + penalty p; m <- m + firstWeight (g - m);
/// v <- secondKept v + secondWeight g²; p <- p - stepSize (m / (√v / correction + epsilon)).
typedef struct {
  float stepSize, shrinkage, penalty, firstWeight, secondKept, secondWeight, correction, epsilon;
} wgit_adam_t;

/// The kernels of one instruction set. Others give other last bits.
///
/// Blocks may be the same memory where a result stands in the place of an operand; otherwise they do not overlap.
typedef struct {
  /// "avx512", "avx2" or "sse2".
  const char *_Nonnull name;
  /// Floats of a vector.
  int32_t width;

  void (*_Nonnull window_product)(const wgit_window_product_t *_Nonnull);
  void (*_Nonnull transposed_product)(const wgit_transposed_product_t *_Nonnull);
  /// to[j, i] <- from[i, j]; strides are between rows.
  void (*_Nonnull transpose)(int64_t rows, int64_t columns, const float *_Nonnull from, int64_t fromStride,
                             float *_Nonnull to, int64_t toStride);

  /// y <- x where x is not below 0, else 0.
  void (*_Nonnull relu)(int64_t count, const float *_Nonnull x, float *_Nonnull y);
  /// dx <- 0 where y <= 0, else dy.
  void (*_Nonnull relu_gradient)(int64_t count, const float *_Nonnull y, const float *_Nonnull dy, float *_Nonnull dx);
  void (*_Nonnull add)(int64_t count, const float *_Nonnull a, const float *_Nonnull b, float *_Nonnull c);
  void (*_Nonnull multiply)(int64_t count, const float *_Nonnull a, const float *_Nonnull b, float *_Nonnull c);
  void (*_Nonnull scale)(int64_t count, float factor, float *_Nonnull x);

  /// y[r, c] <- x[r, c] scale[c] + shift[c], and the larger of that and 0 if `rectifies`.
  void (*_Nonnull channel_affine)(int64_t rows, int32_t channels, const float *_Nonnull x, const float *_Nonnull scale,
                                  const float *_Nonnull shift, bool rectifies, float *_Nonnull y);
  /// dx[r, c] <- dy[r, c] a[c] + x[r, c] b[c] + d[c].
  void (*_Nonnull channel_affine_gradient)(int64_t rows, int32_t channels, const float *_Nonnull x,
                                           const float *_Nonnull dy, const float *_Nonnull a, const float *_Nonnull b,
                                           const float *_Nonnull d, float *_Nonnull dx);
  /// sums[c] += sum over r of x[r, c], and products[c] += sum over r of x[r, c] z[r, c] unless NULL; in f64.
  void (*_Nonnull channel_sums)(int64_t rows, int32_t channels, const float *_Nonnull x, const float *_Nullable z,
                                double *_Nonnull sums, double *_Nullable products);

  /// y <- the largest of each window, taps <- as an integer the first tap, in row order, that has it. NaN is larger
  /// than everything.
  void (*_Nonnull max_pool)(const wgit_windows_t *_Nonnull, const float *_Nonnull x, float *_Nonnull y,
                            float *_Nonnull taps);
  /// dx += dy at the winning taps.
  void (*_Nonnull max_pool_gradient)(const wgit_windows_t *_Nonnull, const float *_Nonnull taps,
                                     const float *_Nonnull dy, float *_Nonnull dx);
  /// y <- bias + sum over the taps of x weight[tap]; without weights, of x factor.
  void (*_Nonnull depthwise)(const wgit_windows_t *_Nonnull, const float *_Nonnull x, const float *_Nullable weight,
                             float factor, const float *_Nullable bias, float *_Nonnull y);
  /// dx += dy weight[tap], or dy factor, at every tap.
  void (*_Nonnull depthwise_input_gradient)(const wgit_windows_t *_Nonnull, const float *_Nullable weight, float factor,
                                            const float *_Nonnull dy, float *_Nonnull dx);
  /// gradient[tap] += sum over the outputs of dy x at the tap.
  void (*_Nonnull depthwise_weight_gradient)(const wgit_windows_t *_Nonnull, const float *_Nonnull x,
                                             const float *_Nonnull dy, float *_Nonnull gradient);

  /// y <- x Φ(x), exact to 1e-7 of |x|, or with the tanh in the place of the error function.
  void (*_Nonnull gelu)(int64_t count, bool isApproximate, const float *_Nonnull x, float *_Nonnull y);
  /// dx <- dy times the slope at x; dx may be dy.
  void (*_Nonnull gelu_gradient)(int64_t count, bool isApproximate, const float *_Nonnull x, const float *_Nonnull dy,
                                 float *_Nonnull dx);
  /// x <- softmax of each row.
  void (*_Nonnull softmax)(int64_t rows, int64_t columns, float *_Nonnull x);
  /// dx <- factor p (dp - sum of p dp) of each row; dx may be dp.
  void (*_Nonnull softmax_gradient)(int64_t rows, int64_t columns, float factor, const float *_Nonnull p,
                                    const float *_Nonnull dp, float *_Nonnull dx);
  /// y <- (x - mean) inverse scale + shift of each row; statistics[r] <- mean, inverse = 1 / √(variance + epsilon). Sums
  /// in f64.
  void (*_Nonnull row_norm)(int64_t rows, int64_t columns, float epsilon, const float *_Nonnull x,
                            const float *_Nonnull scale, const float *_Nonnull shift, float *_Nonnull y,
                            float *_Nonnull statistics);
  /// Its gradient; dScale and dShift are added to. dx may be dy.
  void (*_Nonnull row_norm_gradient)(int64_t rows, int64_t columns, const float *_Nonnull x, const float *_Nonnull dy,
                                     const float *_Nonnull scale, const float *_Nonnull statistics,
                                     float *_Nonnull dx, float *_Nonnull dScale, float *_Nonnull dShift);

  void (*_Nonnull sgd)(int64_t count, const wgit_sgd_t *_Nonnull, float *_Nonnull parameter,
                       const float *_Nonnull gradient, float *_Nullable velocity);
  void (*_Nonnull adam)(int64_t count, const wgit_adam_t *_Nonnull, float *_Nonnull parameter,
                        const float *_Nonnull gradient, float *_Nonnull first, float *_Nonnull second);
} wgit_kernels_t;

/// The kernels this processor has, the best first, and after them NULL.
const wgit_kernels_t *_Nullable const *_Nonnull wgit_kernels(void);

#endif
