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

static bool add_name(JSContext *ctx, JSValueConst names, uint32_t index, const char *name) {
  JSValue text = front_text(ctx, name, strlen(name));
  return !JS_IsException(text) && JS_DefinePropertyValueUint32(ctx, names, index, text, JS_PROP_C_W_E) >= 0;
}

/* 0; -errno; or 1 where an exception was thrown. */
static int add_names(JSContext *ctx, JSValueConst names, DIR *directory) {
  for (uint32_t index = 0;;) {
    errno = 0;
    const struct dirent *entry = readdir(directory);
    if (entry == NULL) return -errno;
    if (is_itself_or_above(entry->d_name)) continue;
    if (!add_name(ctx, names, index++, entry->d_name)) return 1;
  }
}

static JSValue names_in(JSContext *ctx, DIR *directory) {
  JSValue names = JS_NewArray(ctx);
  if (JS_IsException(names)) return names;
  int result = add_names(ctx, names, directory);
  if (result == 0) return names;
  JS_FreeValue(ctx, names);
  return result < 0 ? JS_NewInt32(ctx, result) : JS_EXCEPTION;
}

JSValue front_read_directory(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  (void)self;
  (void)argc;
  char *path;
  JSValue refused = front_take_path(ctx, argv[0], "path", &path);
  if (!JS_IsUndefined(refused)) return refused;
  DIR *directory = opendir(path);
  JSValue answer = directory == NULL ? front_result(ctx, -1) : names_in(ctx, directory);
  if (directory != NULL) closedir(directory);
  js_free(ctx, path);
  return answer;
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
