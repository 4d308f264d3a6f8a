#include "whole-files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arguments.h"
#include "results.h"

/* Most files are shorter, and /proc does not say how long its are; there is one thread, which reads one file at a time. */
static uint8_t first[64 * 1024];

struct content {
  uint8_t *bytes;
  size_t length;
  size_t capacity;
};

/* More than QuickJS has room for in one buffer is no file for us. */
static bool grow(struct content *content, size_t capacity) {
  if (capacity > INT_MAX) {
    errno = EFBIG;
    return false;
  }
  uint8_t *bytes = realloc(content->bytes == first ? NULL : content->bytes, capacity);
  if (bytes == NULL) return false;
  if (content->bytes == first) memcpy(bytes, first, content->length);
  content->bytes = bytes;
  content->capacity = capacity;
  return true;
}

/* One byte more than the file is said to have, so that its end is seen without growing; /proc says 0 of all. */
static bool make_room(struct content *content, int descriptor) {
  struct stat stats;
  if (fstat(descriptor, &stats) < 0) return false;
  size_t expected = stats.st_size > 0 ? (size_t)stats.st_size + 1 : 0;
  return expected <= content->capacity || grow(content, expected);
}

static bool read_to_end(struct content *content, int descriptor) {
  for (;;) {
    if (content->length == content->capacity && !grow(content, content->capacity * 2)) return false;
    ssize_t count = read(descriptor, content->bytes + content->length, content->capacity - content->length);
    if (count == 0) return true;
    if (count < 0 && errno != EINTR) return false;
    if (count > 0) content->length += (size_t)count;
  }
}

/* 0, or -errno. */
static int read_whole(struct content *content, const char *path) {
  int descriptor = open(path, O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return -errno;
  int result = make_room(content, descriptor) && read_to_end(content, descriptor) ? 0 : -errno;
  close(descriptor);
  return result;
}

JSValue front_read_file(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  (void)self;
  (void)argc;
  char *path;
  JSValue refused = front_take_path(ctx, argv[0], "path", &path);
  if (!JS_IsUndefined(refused)) return refused;
  struct content content = {first, 0, sizeof first};
  int result = read_whole(&content, path);
  js_free(ctx, path);
  JSValue answer = result < 0 ? JS_NewInt32(ctx, result) : JS_NewUint8ArrayCopy(ctx, content.bytes, content.length);
  if (content.bytes != first) free(content.bytes);
  return answer;
}
