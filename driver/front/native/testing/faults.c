#include "faults.h"

#include <signal.h>
#include <stdint.h>
#include <unistd.h>

#include "../crash.h"
#include "../signals.h"
#include "starving-heap.h"

static JSValue send_signal(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  (void)self;
  (void)argc;
  int32_t number;
  if (JS_ToInt32(ctx, &number, argv[0]) < 0) return JS_EXCEPTION;
  return JS_NewInt32(ctx, kill(getpid(), number));
}

/* Of the first page nothing is ever mapped (vm.mmap_min_addr); the compiler must not know where it is written to. */
static JSValue touch_nothing(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  (void)ctx;
  (void)self;
  (void)argc;
  (void)argv;
  volatile uintptr_t nowhere = 8;
  *(volatile int *)nowhere = 1;
  return JS_UNDEFINED;
}

static volatile int deepest;

static int descend(int depth) {
  volatile char frame[4096];
  frame[0] = (char)depth;
  if (depth == deepest) return 0;
  return descend(depth + 1) + frame[0];
}

static JSValue recurse(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  (void)self;
  (void)argc;
  (void)argv;
  deepest = -1;
  return JS_NewInt32(ctx, descend(0));
}

static JSValue give_back(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  (void)ctx;
  (void)self;
  (void)argc;
  (void)argv;
  front_reset_signals();
  front_leave_crashes();
  return JS_UNDEFINED;
}

static JSValue starve(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  (void)self;
  int32_t count;
  if (JS_ToInt32(ctx, &count, argv[0]) < 0) return JS_EXCEPTION;
  starve_after(count);
  JSValue answer = JS_Call(ctx, argv[1], JS_UNDEFINED, argc - 2, argv + 2);
  const int ended = feed() ? 2 : 0;
  if (!JS_IsException(answer)) {
    JS_FreeValue(ctx, answer);
    return JS_NewInt32(ctx, ended);
  }
  JS_FreeValue(ctx, JS_GetException(ctx));
  return JS_NewInt32(ctx, ended | 1);
}

static const JSCFunctionListEntry calls[] = {
    JS_CFUNC_DEF("raise", 1, send_signal), JS_CFUNC_DEF("touchNothing", 0, touch_nothing),
    JS_CFUNC_DEF("recurse", 0, recurse),   JS_CFUNC_DEF("giveBack", 0, give_back),
    JS_CFUNC_DEF("starve", 2, starve),
};
#define CALL_COUNT ((int)(sizeof calls / sizeof *calls))

static int fill_module(JSContext *ctx, JSModuleDef *module) {
  return JS_SetModuleExportList(ctx, module, calls, CALL_COUNT);
}

JSModuleDef *init_faults(JSContext *ctx, const char *name) {
  JSModuleDef *module = JS_NewCModule(ctx, name, fill_module);
  return module != NULL && JS_AddModuleExportList(ctx, module, calls, CALL_COUNT) == 0 ? module : NULL;
}
