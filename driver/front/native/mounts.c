#include "mounts.h"

#include <limits.h>
#include <sys/mount.h>

#include "arguments.h"
#include "results.h"

/* Apart from front_mount so that each has two texts to free. */
static JSValue mount_type(JSContext *ctx, const char *source, const char *target, unsigned long flags,
                          JSValueConst type_value, JSValueConst data_value) {
  char *type, *data;
  JSValue refused = front_take_paths(ctx, type_value, "type", data_value, "data", &type, &data);
  if (!JS_IsUndefined(refused)) return refused;
  JSValue result = front_result(ctx, mount(source, target, type, flags, data));
  js_free(ctx, type);
  js_free(ctx, data);
  return result;
}

JSValue front_mount(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  (void)self;
  (void)argc;
  int64_t flags;
  char *source, *target;
  if (!front_take_integer(ctx, argv[3], "flags", 0, UINT32_MAX, &flags)) return JS_EXCEPTION;
  JSValue refused = front_take_paths(ctx, argv[0], "source", argv[1], "target", &source, &target);
  if (!JS_IsUndefined(refused)) return refused;
  JSValue result = mount_type(ctx, source, target, (unsigned long)flags, argv[2], argv[4]);
  js_free(ctx, source);
  js_free(ctx, target);
  return result;
}

JSValue front_umount(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  (void)self;
  (void)argc;
  int64_t flags;
  char *target;
  if (!front_take_integer(ctx, argv[1], "flags", 0, INT_MAX, &flags)) return JS_EXCEPTION;
  JSValue refused = front_take_path(ctx, argv[0], "target", &target);
  if (!JS_IsUndefined(refused)) return refused;
  JSValue result = front_result(ctx, umount2(target, (int)flags));
  js_free(ctx, target);
  return result;
}
