#include "descriptors.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arguments.h"
#include "results.h"

/* The largest integer that a number of JavaScript's holds together with all below it. */
#define LARGEST_LENGTH ((INT64_C(1) << 53) - 1)

JSValue front_open(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  (void)self;
  (void)argc;
  int64_t flags;
  mode_t mode;
  char *path;
  if (!front_take_integer(ctx, argv[1], "flags", 0, INT_MAX, &flags) || !front_take_mode(ctx, argv[2], &mode))
    return JS_EXCEPTION;
  JSValue refused = front_take_path(ctx, argv[0], "path", &path);
  if (!JS_IsUndefined(refused)) return refused;
  JSValue result = front_result(ctx, open(path, (int)flags | O_CLOEXEC, mode));
  js_free(ctx, path);
  return result;
}

JSValue front_close(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  (void)self;
  (void)argc;
  int descriptor;
  if (!front_take_descriptor(ctx, argv[0], &descriptor)) return JS_EXCEPTION;
  return front_result(ctx, close(descriptor));
}

JSValue front_read(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  (void)self;
  (void)argc;
  int descriptor;
  size_t size, start, count;
  if (!front_take_descriptor(ctx, argv[0], &descriptor) || !front_take_range(ctx, argv[2], argv[3], &start, &count))
    return JS_EXCEPTION;
  uint8_t *bytes = front_take_writable_bytes(ctx, argv[1], &size);
  if (bytes == NULL || !front_range_fits(ctx, size, start, count)) return JS_EXCEPTION;
  return front_result(ctx, read(descriptor, bytes + start, count));
}

/* The process ignores SIGPIPE: see signals.c. */
JSValue front_write(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  (void)self;
  (void)argc;
  int descriptor;
  size_t size, start, count;
  if (!front_take_descriptor(ctx, argv[0], &descriptor) || !front_take_range(ctx, argv[2], argv[3], &start, &count))
    return JS_EXCEPTION;
  const uint8_t *bytes = front_take_bytes(ctx, argv[1], &size);
  if (bytes == NULL || !front_range_fits(ctx, size, start, count)) return JS_EXCEPTION;
  return front_result(ctx, write(descriptor, bytes + start, count));
}

JSValue front_fchmod(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  (void)self;
  (void)argc;
  int descriptor;
  mode_t mode;
  if (!front_take_descriptor(ctx, argv[0], &descriptor) || !front_take_mode(ctx, argv[1], &mode)) return JS_EXCEPTION;
  return front_result(ctx, fchmod(descriptor, mode));
}

JSValue front_fchown(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  (void)self;
  (void)argc;
  int descriptor;
  uid_t uid;
  gid_t gid;
  if (!front_take_descriptor(ctx, argv[0], &descriptor) || !front_take_owner(ctx, argv[1], argv[2], &uid, &gid))
    return JS_EXCEPTION;
  return front_result(ctx, fchown(descriptor, uid, gid));
}

/* The kernel reads an int, though the request is numbered for a long (fs/ioctl.c, ioctl_setflags). */
JSValue front_clear_flags(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  (void)self;
  (void)argc;
  int descriptor;
  int flags = 0;
  if (!front_take_descriptor(ctx, argv[0], &descriptor)) return JS_EXCEPTION;
  return front_result(ctx, ioctl(descriptor, FS_IOC_SETFLAGS, &flags));
}

JSValue front_ftruncate(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  (void)self;
  (void)argc;
  int descriptor;
  int64_t length;
  if (!front_take_descriptor(ctx, argv[0], &descriptor) ||
      !front_take_integer(ctx, argv[1], "length", 0, LARGEST_LENGTH, &length))
    return JS_EXCEPTION;
  return front_result(ctx, ftruncate(descriptor, length));
}
