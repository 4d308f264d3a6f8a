#include "system-calls.h"

#include <fcntl.h>
#include <stdbool.h>
#include <unistd.h>

#include "clock.h"
#include "descriptors.h"
#include "directories.h"
#include "errno-names.h"
#include "files.h"
#include "links.h"
#include "loop.h"
#include "mounts.h"
#include "process.h"
#include "random.h"
#include "signals.h"
#include "sockets.h"
#include "stats.h"
#include "text.h"
#include "waiting.h"
#include "whole-files.h"

/* QuickJS hands over as many arguments as are said here, undefined for those that were not given. */
static const JSCFunctionListEntry calls[] = {
    JS_CFUNC_DEF("executable", 0, front_executable),
    JS_CFUNC_DEF("effectiveUser", 0, front_effective_user),
    JS_CFUNC_DEF("umask", 1, front_umask),
    JS_CFUNC_DEF("processors", 0, front_processors),
    JS_CFUNC_DEF("setName", 1, front_set_name),
    JS_CFUNC_DEF("exit", 1, front_exit),
    JS_CFUNC_DEF("now", 0, front_now),
    JS_CFUNC_DEF("random", 1, front_random),
    JS_CFUNC_DEF("errnoName", 1, front_errno_name),

    JS_CFUNC_DEF("open", 3, front_open),
    JS_CFUNC_DEF("close", 1, front_close),
    JS_CFUNC_DEF("read", 4, front_read),
    JS_CFUNC_DEF("write", 4, front_write),
    JS_CFUNC_DEF("readFile", 1, front_read_file),

    JS_CFUNC_DEF("stat", 1, front_stat),
    JS_CFUNC_DEF("lstat", 1, front_lstat),
    JS_CFUNC_DEF("fstat", 1, front_fstat),
    JS_CFUNC_DEF("statfs", 1, front_statfs),
    JS_CFUNC_DEF("readDirectory", 1, front_read_directory),
    JS_CFUNC_DEF("readNames", 2, front_read_names),
    JS_CFUNC_DEF("readLink", 1, front_read_link),
    JS_CFUNC_DEF("realPath", 1, front_real_path),

    JS_CFUNC_DEF("makeDirectory", 2, front_make_directory),
    JS_CFUNC_DEF("removeDirectory", 1, front_remove_directory),
    JS_CFUNC_DEF("unlink", 1, front_unlink),
    JS_CFUNC_DEF("rename", 2, front_rename),
    JS_CFUNC_DEF("symlink", 2, front_symlink),
    JS_CFUNC_DEF("chmod", 2, front_chmod),
    JS_CFUNC_DEF("fchmod", 2, front_fchmod),
    JS_CFUNC_DEF("chown", 3, front_chown),
    JS_CFUNC_DEF("lchown", 3, front_lchown),
    JS_CFUNC_DEF("fchown", 3, front_fchown),
    JS_CFUNC_DEF("clearFlags", 1, front_clear_flags),
    JS_CFUNC_DEF("ftruncate", 2, front_ftruncate),

    JS_CFUNC_DEF("mount", 5, front_mount),
    JS_CFUNC_DEF("umount", 2, front_umount),

    JS_CFUNC_DEF("connect", 1, front_connect),
    JS_CFUNC_DEF("socketError", 1, front_socket_error),
    JS_CFUNC_DEF("poll", 4, front_poll),
    JS_CFUNC_DEF("watchSignal", 1, front_watch_signal),
    JS_CFUNC_DEF("takeSignal", 0, front_take_signal),

    JS_CFUNC_DEF("encodeUtf8", 1, front_encode_utf8),
    JS_CFUNC_DEF("decodeUtf8", 2, front_decode_utf8),

    JS_CFUNC_DEF("runLoop", 1, front_run_loop),
    JS_CFUNC_DEF("onUnhandledRejection", 1, front_on_unhandled_rejection),

    JS_CFUNC_DEF("handOver", 1, front_hand_over),
};
#define CALL_COUNT ((int)(sizeof calls / sizeof *calls))

#define FLAG(name) JS_PROP_INT32_DEF(#name, name, JS_PROP_ENUMERABLE)
static const JSCFunctionListEntry open_flags[] = {
    FLAG(O_RDONLY), FLAG(O_WRONLY), FLAG(O_RDWR),     FLAG(O_CREAT),     FLAG(O_EXCL),
    FLAG(O_TRUNC),  FLAG(O_APPEND), FLAG(O_NONBLOCK), FLAG(O_DIRECTORY), FLAG(O_NOFOLLOW),
};
#define FLAG_COUNT ((int)(sizeof open_flags / sizeof *open_flags))

static JSValue new_open_flags(JSContext *ctx) {
  JSValue flags = JS_NewObject(ctx);
  if (JS_IsException(flags) || JS_SetPropertyFunctionList(ctx, flags, open_flags, FLAG_COUNT) == 0) return flags;
  JS_FreeValue(ctx, flags);
  return JS_EXCEPTION;
}

static const char *const values[] = {"args", "environment", "pid", "openFlags"};
#define VALUE_COUNT (sizeof values / sizeof *values)

/* Takes the value. */
static bool export_frozen(JSContext *ctx, JSModuleDef *module, const char *name, JSValue value) {
  if (JS_IsException(value)) return false;
  if (JS_IsObject(value) && JS_FreezeObject(ctx, value) < 0) {
    JS_FreeValue(ctx, value);
    return false;
  }
  return JS_SetModuleExport(ctx, module, name, value) == 0;
}

static int fill_module(JSContext *ctx, JSModuleDef *module) {
  bool filled = JS_SetModuleExportList(ctx, module, calls, CALL_COUNT) == 0 &&
                export_frozen(ctx, module, "args", front_arguments(ctx)) &&
                export_frozen(ctx, module, "environment", front_environment(ctx)) &&
                export_frozen(ctx, module, "pid", JS_NewInt32(ctx, getpid())) &&
                export_frozen(ctx, module, "openFlags", new_open_flags(ctx));
  return filled ? 0 : -1;
}

static bool declare_exports(JSContext *ctx, JSModuleDef *module) {
  for (size_t index = 0; index < VALUE_COUNT; index++) {
    if (JS_AddModuleExport(ctx, module, values[index]) < 0) return false;
  }
  return JS_AddModuleExportList(ctx, module, calls, CALL_COUNT) == 0;
}

JSModuleDef *front_init_system(JSContext *ctx, const char *name) {
  JSModuleDef *module = JS_NewCModule(ctx, name, fill_module);
  return module != NULL && declare_exports(ctx, module) ? module : NULL;
}

void front_free_system(JSContext *ctx) { front_free_loop(ctx); }
