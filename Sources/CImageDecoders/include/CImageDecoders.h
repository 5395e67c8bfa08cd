#ifndef WGIT_CIMAGEDECODERS_H
#define WGIT_CIMAGEDECODERS_H

#include <stddef.h>
#include <stdint.h>

/// What became of an image.
enum wgit_image_status {
  wgit_image_ok = 0,
  /// The bytes are not a complete image; the message says what is wrong.
  wgit_image_corrupt = 1,
  /// The library that decodes this kind of image cannot be loaded.
  wgit_image_no_library = 2,
};

enum { wgit_image_message_size = 256 };

/// The size in pixels that a JPEG or PNG file announces.
///
/// libturbojpeg.so.0 and libpng16.so.16 are opened the first time an image of their kind comes, from any thread: no
/// command that reads no images pays for them.
///
/// `message` has room for wgit_image_message_size bytes; it is set if the result is not wgit_image_ok.
enum wgit_image_status wgit_image_size(const uint8_t *_Nonnull bytes, size_t count, uint32_t *_Nonnull width,
                                       uint32_t *_Nonnull height, char *_Nonnull message);

/// Decodes a JPEG or PNG file to RGB, 8 bits each, rows from top to bottom without padding, as Pillow's
/// `convert("RGB")` does: gray becomes R = G = B, palettes their colours, alpha is left out, 16 bits lose the lower 8.
///
/// `rgb` has room for width * height * 3 bytes, of the size that wgit_image_size announced; an image that comes out
/// otherwise is corrupt, and so is one that ends early.
enum wgit_image_status wgit_image_decode(const uint8_t *_Nonnull bytes, size_t count, uint32_t width, uint32_t height,
                                         uint8_t *_Nonnull rgb, char *_Nonnull message);

#endif
