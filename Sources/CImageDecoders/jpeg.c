#include "decoders.h"

#include <pthread.h>
#include <string.h>

// TurboJPEG's functions and constants as used here, declared so that a build needs no headers of it.
enum { pixelFormatRGB = 0, colorspaceCMYK = 3, colorspaceYCCK = 4, errorWarning = 0 };
// Exact inverse transform, as libjpeg's default is; at most 500 scans of a progressive file, against bombs.
enum { accurateTransform = 4096, limitedScans = 32768 };

static struct {
  void *(*initDecompress)(void);
  int (*decompressHeader)(void *handle, const unsigned char *bytes, unsigned long count, int *width, int *height,
                          int *subsampling, int *colorspace);
  int (*decompress)(void *handle, const unsigned char *bytes, unsigned long count, unsigned char *target, int width,
                    int pitch, int height, int pixelFormat, int flags);
  char *(*errorText)(void *handle);
  int (*errorCode)(void *handle);
  int (*destroy)(void *handle);
} turbo;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static bool isLoaded;
static char loadFailure[wgit_image_message_size];

static void load(void) {
  const struct wgit_symbol symbols[] = {
      {"tjInitDecompress", (void **)&turbo.initDecompress}, {"tjDecompressHeader3", (void **)&turbo.decompressHeader},
      {"tjDecompress2", (void **)&turbo.decompress},        {"tjGetErrorStr2", (void **)&turbo.errorText},
      {"tjGetErrorCode", (void **)&turbo.errorCode},        {"tjDestroy", (void **)&turbo.destroy},
  };
  isLoaded = wgit_load_library("libturbojpeg.so.0", symbols, sizeof symbols / sizeof *symbols, loadFailure);
}

/// Whether a decoder that went on after something odd made the image it was meant to make: stray bytes between the parts
/// of a file are harmless, damaged or missing data are not.
static bool isHarmless(void *handle) {
  return turbo.errorCode(handle) == errorWarning && strstr(turbo.errorText(handle), "extraneous bytes") != NULL;
}

static enum wgit_image_status read(void *handle, const uint8_t *bytes, size_t count, uint32_t *width, uint32_t *height,
                                   uint8_t *rgb, char *message) {
  int foundWidth = 0, foundHeight = 0, subsampling = 0, colorspace = 0;
  if (turbo.decompressHeader(handle, bytes, count, &foundWidth, &foundHeight, &subsampling, &colorspace) != 0 &&
      !isHarmless(handle))
    return wgit_refuse(wgit_image_corrupt, message, turbo.errorText(handle), NULL);
  if (foundWidth <= 0 || foundHeight <= 0) return wgit_refuse(wgit_image_corrupt, message, "it has no pixels", NULL);
  if (colorspace == colorspaceCMYK || colorspace == colorspaceYCCK)
    return wgit_refuse(wgit_image_corrupt, message, "its colours are CMYK; convert it to RGB", NULL);
  if (rgb == NULL) {
    *width = (uint32_t)foundWidth;
    *height = (uint32_t)foundHeight;
    return wgit_image_ok;
  }
  if ((uint32_t)foundWidth != *width || (uint32_t)foundHeight != *height)
    return wgit_refuse(wgit_image_corrupt, message, "its size has changed", NULL);
  if (turbo.decompress(handle, bytes, count, rgb, foundWidth, 0, foundHeight, pixelFormatRGB,
                       accurateTransform | limitedScans) != 0 &&
      !isHarmless(handle))
    return wgit_refuse(wgit_image_corrupt, message, turbo.errorText(handle), NULL);
  return wgit_image_ok;
}

enum wgit_image_status wgit_jpeg(const uint8_t *bytes, size_t count, uint32_t *width, uint32_t *height, uint8_t *rgb,
                                 char *message) {
  pthread_once(&once, load);
  if (!isLoaded) return wgit_refuse(wgit_image_no_library, message, loadFailure, NULL);
  void *handle = turbo.initDecompress();
  if (handle == NULL) return wgit_refuse(wgit_image_corrupt, message, "there is no memory to decode it", NULL);
  const enum wgit_image_status status = read(handle, bytes, count, width, height, rgb, message);
  turbo.destroy(handle);
  return status;
}
