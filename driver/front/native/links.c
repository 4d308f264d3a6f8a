#include "links.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arguments.h"
#include "results.h"
#include "text.h"

/* readlink(2) cuts what does not fit and does not tell; no link's text is as long as PATH_MAX. */
JSValue front_link_text(JSContext *ctx, const char *path) {
  char target[PATH_MAX + 1];
  ssize_t length = readlink(path, target, sizeof target);
  if (length < 0) return front_result(ctx, length);
  if ((size_t)length == sizeof target) return JS_NewInt32(ctx, -ENAMETOOLONG);
  return front_text(ctx, target, (size_t)length);
}

JSValue front_read_link(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  (void)self;
  (void)argc;
  char *path;
  JSValue refused = front_take_path(ctx, argv[0], "path", &path);
  if (!JS_IsUndefined(refused)) return refused;
  JSValue text = front_link_text(ctx, path);
  js_free(ctx, path);
  return text;
}

static JSValue real_path_text(JSContext *ctx, const char *path) {
  char *real = realpath(path, NULL);
  if (real == NULL) return front_result(ctx, -1);
  JSValue text = front_text(ctx, real, strlen(real));
  free(real);
  return text;
}

JSValue front_real_path(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  (void)self;
  (void)argc;
  char *path;
  JSValue refused = front_take_path(ctx, argv[0], "path", &path);
  if (!JS_IsUndefined(refused)) return refused;
  JSValue text = real_path_text(ctx, path);
  js_free(ctx, path);
  return text;
}

JSValue front_symlink(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  (void)self;
  (void)argc;
  char *to, *path;
  JSValue refused = front_take_paths(ctx, argv[0], "to", argv[1], "path", &to, &path);
  if (!JS_IsUndefined(refused)) return refused;
  JSValue result = front_result(ctx, symlink(to, path));
  js_free(ctx, to);
  js_free(ctx, path);
  return result;
}
