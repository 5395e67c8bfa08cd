#include "decoders.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

// libpng's functions as used here, declared so that a build needs no headers of it.
typedef void png;
typedef void info;
typedef void (*message_function)(png *, const char *);
typedef void (*read_function)(png *, unsigned char *, size_t);

static struct {
  png *(*createReadStruct)(const char *version, void *errorPointer, message_function error, message_function warning);
  info *(*createInfoStruct)(png *);
  void (*destroyReadStruct)(png **, info **, info **);
  void (*setReadFunction)(png *, void *source, read_function);
  void *(*source)(png *);
  void *(*errorPointer)(png *);
  void (*setUserLimits)(png *, uint32_t width, uint32_t height);
  void (*setChunkMemory)(png *, size_t);
  void (*readInfo)(png *, info *);
  uint32_t (*width)(png *, info *);
  uint32_t (*height)(png *, info *);
  void (*expand)(png *);
  void (*strip16)(png *);
  void (*grayToRGB)(png *);
  void (*stripAlpha)(png *);
  int (*handleInterlacing)(png *);
  void (*updateInfo)(png *, info *);
  size_t (*rowByteCount)(png *, info *);
  void (*readImage)(png *, unsigned char **rows);
  void (*readEnd)(png *, info *);
} libpng;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static bool isLoaded;
static char loadFailure[wgit_image_message_size];

static void load(void) {
  const struct wgit_symbol symbols[] = {
      {"png_create_read_struct", (void **)&libpng.createReadStruct},
      {"png_create_info_struct", (void **)&libpng.createInfoStruct},
      {"png_destroy_read_struct", (void **)&libpng.destroyReadStruct},
      {"png_set_read_fn", (void **)&libpng.setReadFunction},
      {"png_get_io_ptr", (void **)&libpng.source},
      {"png_get_error_ptr", (void **)&libpng.errorPointer},
      {"png_set_user_limits", (void **)&libpng.setUserLimits},
      {"png_set_chunk_malloc_max", (void **)&libpng.setChunkMemory},
      {"png_read_info", (void **)&libpng.readInfo},
      {"png_get_image_width", (void **)&libpng.width},
      {"png_get_image_height", (void **)&libpng.height},
      {"png_set_expand", (void **)&libpng.expand},
      {"png_set_strip_16", (void **)&libpng.strip16},
      {"png_set_gray_to_rgb", (void **)&libpng.grayToRGB},
      {"png_set_strip_alpha", (void **)&libpng.stripAlpha},
      {"png_set_interlace_handling", (void **)&libpng.handleInterlacing},
      {"png_read_update_info", (void **)&libpng.updateInfo},
      {"png_get_rowbytes", (void **)&libpng.rowByteCount},
      {"png_read_image", (void **)&libpng.readImage},
      {"png_read_end", (void **)&libpng.readEnd},
  };
  isLoaded = wgit_load_library("libpng16.so.16", symbols, sizeof symbols / sizeof *symbols, loadFailure);
}

/// Where libpng jumps to when it cannot go on.
struct failure {
  jmp_buf place;
  char *message;
};

static void fail(png *decoder, const char *text) {
  struct failure *failure = libpng.errorPointer(decoder);
  wgit_refuse(wgit_image_corrupt, failure->message, text, NULL);
  longjmp(failure->place, 1);
}

static void ignore(png *decoder, const char *text) {
  (void)decoder;
  (void)text;
}

struct source {
  const uint8_t *next;
  size_t count;
};

static void readBytes(png *decoder, unsigned char *target, size_t count) {
  struct source *source = libpng.source(decoder);
  if (count > source->count) fail(decoder, "it ends early");
  memcpy(target, source->next, count);
  source->next += count;
  source->count -= count;
}

static void readPixels(png *decoder, info *description, uint32_t width, uint32_t height, uint8_t *rgb,
                       unsigned char **rows) {
  libpng.expand(decoder);
  libpng.strip16(decoder);
  libpng.stripAlpha(decoder);
  libpng.grayToRGB(decoder);
  libpng.handleInterlacing(decoder);
  libpng.updateInfo(decoder, description);
  if (libpng.rowByteCount(decoder, description) != (size_t)width * 3) fail(decoder, "it cannot be made RGB");
  for (uint32_t row = 0; row < height; row++) rows[row] = rgb + (size_t)row * width * 3;
  libpng.readImage(decoder, rows);
  libpng.readEnd(decoder, NULL);
}

enum wgit_image_status wgit_png(const uint8_t *bytes, size_t count, uint32_t *width, uint32_t *height, uint8_t *rgb,
                                char *message) {
  pthread_once(&once, load);
  if (!isLoaded) return wgit_refuse(wgit_image_no_library, message, loadFailure, NULL);
  struct failure failure = {.message = message};
  struct source source = {bytes, count};
  // Volatile: they are set between setjmp and a jump back.
  png *volatile decoder = NULL;
  info *volatile description = NULL;
  unsigned char **volatile rows = NULL;
  volatile enum wgit_image_status status = wgit_image_corrupt;
  if (setjmp(failure.place) == 0) {
    decoder = libpng.createReadStruct("1.6.0", &failure, fail, ignore);
    if (decoder != NULL) description = libpng.createInfoStruct(decoder);
    if (rgb != NULL) rows = calloc(*height, sizeof *rows);
    if (decoder == NULL || description == NULL || (rgb != NULL && rows == NULL)) {
      status = wgit_refuse(wgit_image_corrupt, message, "there is no memory to decode it", NULL);
    } else {
      libpng.setUserLimits(decoder, 1 << 20, 1 << 20);
      libpng.setChunkMemory(decoder, 1 << 24);
      libpng.setReadFunction(decoder, &source, readBytes);
      libpng.readInfo(decoder, description);
      const uint32_t foundWidth = libpng.width(decoder, description);
      const uint32_t foundHeight = libpng.height(decoder, description);
      if (rgb == NULL) {
        *width = foundWidth;
        *height = foundHeight;
      } else {
        if (foundWidth != *width || foundHeight != *height) fail(decoder, "its size has changed");
        readPixels(decoder, description, foundWidth, foundHeight, rgb, rows);
      }
      status = wgit_image_ok;
    }
  }
  free(rows);
  if (decoder != NULL) {
    png *first = decoder;
    info *second = description;
    libpng.destroyReadStruct(&first, second != NULL ? &second : NULL, NULL);
  }
  return status;
}
