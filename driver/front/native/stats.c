#include "stats.h"

#include <sys/stat.h>
#include <sys/statfs.h>

#include "arguments.h"
#include "results.h"

static double milliseconds(struct timespec time) { return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6; }

static JSValue stats_or_error(JSContext *ctx, int result, const struct stat *stats) {
  if (result < 0) return front_result(ctx, result);
  const double numbers[] = {
      stats->st_mode,          (double)stats->st_uid,        (double)stats->st_gid,
      (double)stats->st_size,  (double)stats->st_dev,        (double)stats->st_ino,
      (double)stats->st_nlink, milliseconds(stats->st_mtim), milliseconds(stats->st_ctim),
  };
  return front_numbers(ctx, numbers, sizeof numbers / sizeof *numbers);
}

static JSValue stats_of_path(JSContext *ctx, JSValueConst value, int (*look)(const char *, struct stat *)) {
  char *path;
  JSValue refused = front_take_path(ctx, value, "path", &path);
  if (!JS_IsUndefined(refused)) return refused;
  struct stat stats;
  JSValue answer = stats_or_error(ctx, look(path, &stats), &stats);
  js_free(ctx, path);
  return answer;
}

JSValue front_stat(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  (void)self;
  (void)argc;
  return stats_of_path(ctx, argv[0], stat);
}

JSValue front_lstat(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  (void)self;
  (void)argc;
  return stats_of_path(ctx, argv[0], lstat);
}

JSValue front_fstat(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  (void)self;
  (void)argc;
  int descriptor;
  struct stat stats;
  if (!front_take_descriptor(ctx, argv[0], &descriptor)) return JS_EXCEPTION;
  return stats_or_error(ctx, fstat(descriptor, &stats), &stats);
}

static JSValue file_system_or_error(JSContext *ctx, int result, const struct statfs *system) {
  if (result < 0) return front_result(ctx, result);
  const double numbers[] = {
      (double)system->f_type,   (double)system->f_bsize, (double)system->f_blocks, (double)system->f_bfree,
      (double)system->f_bavail, (double)system->f_files, (double)system->f_ffree,
  };
  return front_numbers(ctx, numbers, sizeof numbers / sizeof *numbers);
}

JSValue front_statfs(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  (void)self;
  (void)argc;
  char *path;
  JSValue refused = front_take_path(ctx, argv[0], "path", &path);
  if (!JS_IsUndefined(refused)) return refused;
  struct statfs system;
  JSValue answer = file_system_or_error(ctx, statfs(path, &system), &system);
  js_free(ctx, path);
  return answer;
}
