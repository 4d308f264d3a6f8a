#include "directories.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arguments.h"
#include "results.h"
#include "text.h"

static bool is_itself_or_above(const char *name) { return strcmp(name, ".") == 0 || strcmp(name, "..") == 0; }

/* Names as JavaScript gets them: text, or a Uint8Array. */
typedef JSValue NewName(JSContext *ctx, const char *name, size_t length);

static JSValue name_as_bytes(JSContext *ctx, const char *name, size_t length) {
  return JS_NewUint8ArrayCopy(ctx, (const uint8_t *)name, length);
}

static bool add_name(JSContext *ctx, JSValueConst names, uint32_t index, JSValue name) {
  return !JS_IsException(name) && JS_DefinePropertyValueUint32(ctx, names, index, name, JS_PROP_C_W_E) >= 0;
}

/* 0; -errno; or 1 where an exception was thrown. */
static int add_names(JSContext *ctx, JSValueConst names, DIR *directory, NewName *new_name, uint32_t limit) {
  for (uint32_t index = 0; index < limit;) {
    errno = 0;
    const struct dirent *entry = readdir(directory);
    if (entry == NULL) return -errno;
    if (is_itself_or_above(entry->d_name)) continue;
    if (!add_name(ctx, names, index++, new_name(ctx, entry->d_name, strlen(entry->d_name)))) return 1;
  }
  return 0;
}

static JSValue names_in(JSContext *ctx, DIR *directory, NewName *new_name, uint32_t limit) {
  JSValue names = JS_NewArray(ctx);
  if (JS_IsException(names)) return names;
  int result = add_names(ctx, names, directory, new_name, limit);
  if (result == 0) return names;
  JS_FreeValue(ctx, names);
  return result < 0 ? JS_NewInt32(ctx, result) : JS_EXCEPTION;
}

static JSValue names_at(JSContext *ctx, JSValueConst value, NewName *new_name, uint32_t limit) {
  char *path;
  JSValue refused = front_take_path(ctx, value, "path", &path);
  if (!JS_IsUndefined(refused)) return refused;
  DIR *directory = opendir(path);
  JSValue answer = directory == NULL ? front_result(ctx, -1) : names_in(ctx, directory, new_name, limit);
  if (directory != NULL) closedir(directory);
  js_free(ctx, path);
  return answer;
}

JSValue front_read_directory(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  (void)self;
  (void)argc;
  return names_at(ctx, argv[0], front_text, UINT32_MAX);
}

JSValue front_read_names(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  (void)self;
  (void)argc;
  int64_t limit;
  if (!front_take_integer(ctx, argv[1], "limit", 0, INT32_MAX, &limit)) return JS_EXCEPTION;
  return names_at(ctx, argv[0], name_as_bytes, (uint32_t)limit);
}

JSValue front_make_directory(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  (void)self;
  (void)argc;
  mode_t mode;
  char *path;
  if (!front_take_mode(ctx, argv[1], &mode)) return JS_EXCEPTION;
  JSValue refused = front_take_path(ctx, argv[0], "path", &path);
  if (!JS_IsUndefined(refused)) return refused;
  JSValue result = front_result(ctx, mkdir(path, mode));
  js_free(ctx, path);
  return result;
}

JSValue front_remove_directory(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  (void)self;
  (void)argc;
  char *path;
  JSValue refused = front_take_path(ctx, argv[0], "path", &path);
  if (!JS_IsUndefined(refused)) return refused;
  JSValue result = front_result(ctx, rmdir(path));
  js_free(ctx, path);
  return result;
}
