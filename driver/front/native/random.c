#include "random.h"

#include <errno.h>
#include <sys/random.h>

#include "arguments.h"
#include "results.h"

/* The kernel gives large amounts in parts. */
static int fill(uint8_t *bytes, size_t length) {
  size_t filled = 0;
  while (filled < length) {
    ssize_t count = getrandom(bytes + filled, length - filled, 0);
    if (count < 0 && errno != EINTR) return -1;
    if (count > 0) filled += (size_t)count;
  }
  return 0;
}

JSValue front_random(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  (void)self;
  (void)argc;
  size_t length;
  uint8_t *bytes = front_take_writable_bytes(ctx, argv[0], &length);
  if (bytes == NULL) return JS_EXCEPTION;
  return front_result(ctx, fill(bytes, length));
}
