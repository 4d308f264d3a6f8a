#include "files.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arguments.h"
#include "results.h"

JSValue front_unlink(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  (void)self;
  (void)argc;
  char *path;
  JSValue refused = front_take_path(ctx, argv[0], "path", &path);
  if (!JS_IsUndefined(refused)) return refused;
  JSValue result = front_result(ctx, unlink(path));
  js_free(ctx, path);
  return result;
}

JSValue front_rename(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  (void)self;
  (void)argc;
  char *from, *to;
  JSValue refused = front_take_paths(ctx, argv[0], "from", argv[1], "to", &from, &to);
  if (!JS_IsUndefined(refused)) return refused;
  JSValue result = front_result(ctx, rename(from, to));
  js_free(ctx, from);
  js_free(ctx, to);
  return result;
}

JSValue front_chmod(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  (void)self;
  (void)argc;
  mode_t mode;
  char *path;
  if (!front_take_mode(ctx, argv[1], &mode)) return JS_EXCEPTION;
  JSValue refused = front_take_path(ctx, argv[0], "path", &path);
  if (!JS_IsUndefined(refused)) return refused;
  JSValue result = front_result(ctx, chmod(path, mode));
  js_free(ctx, path);
  return result;
}

static JSValue change_owner(JSContext *ctx, JSValueConst *argv, int (*change)(const char *, uid_t, gid_t)) {
  uid_t uid;
  gid_t gid;
  char *path;
  if (!front_take_owner(ctx, argv[1], argv[2], &uid, &gid)) return JS_EXCEPTION;
  JSValue refused = front_take_path(ctx, argv[0], "path", &path);
  if (!JS_IsUndefined(refused)) return refused;
  JSValue result = front_result(ctx, change(path, uid, gid));
  js_free(ctx, path);
  return result;
}

JSValue front_chown(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  (void)self;
  (void)argc;
  return change_owner(ctx, argv, chown);
}

JSValue front_lchown(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  (void)self;
  (void)argc;
  return change_owner(ctx, argv, lchown);
}
