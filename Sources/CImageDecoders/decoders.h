#ifndef WGIT_DECODERS_H
#define WGIT_DECODERS_H

#include "CImageDecoders.h"

#include <stdbool.h>

/// One kind of image. With `rgb` NULL only the size is read.
enum wgit_image_status wgit_jpeg(const uint8_t *bytes, size_t count, uint32_t *width, uint32_t *height, uint8_t *rgb,
                                 char *message);
enum wgit_image_status wgit_png(const uint8_t *bytes, size_t count, uint32_t *width, uint32_t *height, uint8_t *rgb,
                                char *message);

/// Sets the message.
enum wgit_image_status wgit_refuse(enum wgit_image_status status, char *message, const char *text, const char *detail);

/// Opens a library and finds functions in it; false, with the reason, if it is not there.
struct wgit_symbol {
  const char *name;
  void **function;
};
bool wgit_load_library(const char *library, const struct wgit_symbol *symbols, size_t count, char *message);

#endif
