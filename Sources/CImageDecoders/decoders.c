#include "decoders.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

enum wgit_image_status wgit_refuse(enum wgit_image_status status, char *message, const char *text, const char *detail) {
  snprintf(message, wgit_image_message_size, "%s%s", text, detail != NULL ? detail : "");
  return status;
}

bool wgit_load_library(const char *library, const struct wgit_symbol *symbols, size_t count, char *message) {
  void *handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
  if (handle == NULL) {
    const char *reason = dlerror();
    wgit_refuse(wgit_image_no_library, message, "cannot load ", reason != NULL ? reason : library);
    return false;
  }
  for (size_t index = 0; index < count; index++) {
    *symbols[index].function = dlsym(handle, symbols[index].name);
    if (*symbols[index].function == NULL) {
      snprintf(message, wgit_image_message_size, "%s has no function %s", library, symbols[index].name);
      return false;
    }
  }
  return true;
}

static enum wgit_image_status run(const uint8_t *bytes, size_t count, uint32_t *width, uint32_t *height, uint8_t *rgb,
                                  char *message) {
  static const uint8_t jpeg[] = {0xFF, 0xD8, 0xFF};
  static const uint8_t png[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
  if (count >= sizeof jpeg && memcmp(bytes, jpeg, sizeof jpeg) == 0)
    return wgit_jpeg(bytes, count, width, height, rgb, message);
  if (count >= sizeof png && memcmp(bytes, png, sizeof png) == 0)
    return wgit_png(bytes, count, width, height, rgb, message);
  return wgit_refuse(wgit_image_corrupt, message, "it begins neither as JPEG nor as PNG does", NULL);
}

enum wgit_image_status wgit_image_size(const uint8_t *bytes, size_t count, uint32_t *width, uint32_t *height,
                                       char *message) {
  return run(bytes, count, width, height, NULL, message);
}

enum wgit_image_status wgit_image_decode(const uint8_t *bytes, size_t count, uint32_t width, uint32_t height,
                                         uint8_t *rgb, char *message) {
  return run(bytes, count, &width, &height, rgb, message);
}
