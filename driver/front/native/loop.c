#include "loop.h"

#include <stdbool.h>

#include "rejections.h"

static bool has_handler;
static JSValue handler;
static bool running;

void front_track_rejections(JSRuntime *runtime) {
  JS_SetHostPromiseRejectionTracker(runtime, front_note_rejection, NULL);
}

static void forget_handler(JSContext *ctx) {
  if (has_handler) JS_FreeValue(ctx, handler);
  has_handler = false;
}

void front_free_loop(JSContext *ctx) {
  front_forget_rejections(ctx);
  forget_handler(ctx);
}

JSValue front_on_unhandled_rejection(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  (void)self;
  (void)argc;
  if (!JS_IsFunction(ctx, argv[0])) return JS_ThrowTypeError(ctx, "handler is not a function");
  forget_handler(ctx);
  handler = JS_DupValue(ctx, argv[0]);
  has_handler = true;
  return JS_UNDEFINED;
}

/* Takes the reason. False where it, or what the handler threw, is thrown on. */
static bool report(JSContext *ctx, JSValue reason) {
  if (!has_handler) {
    JS_Throw(ctx, reason);
    return false;
  }
  JSValue called = JS_DupValue(ctx, handler);
  JSValue answer = JS_Call(ctx, called, JS_UNDEFINED, 1, (JSValueConst *)&reason);
  JS_FreeValue(ctx, called);
  JS_FreeValue(ctx, reason);
  bool fine = !JS_IsException(answer);
  JS_FreeValue(ctx, answer);
  return fine;
}

static bool run_jobs(JSContext *ctx) {
  for (;;) {
    JSContext *of_job;
    int done = JS_ExecutePendingJob(JS_GetRuntime(ctx), &of_job);
    if (done == 0) return true;
    if (done < 0 && !report(ctx, JS_GetException(of_job))) return false;
  }
}

/* How many there were; -1 for an exception that ends the loop. */
static int report_rejections(JSContext *ctx) {
  for (int count = 0;; count++) {
    JSValue reason;
    const int taken = front_take_rejection(ctx, &reason);
    if (taken == 0) return count;
    if (taken < 0 || !report(ctx, reason)) return -1;
  }
}

/* A handler may leave jobs, and jobs rejections. */
static bool settle(JSContext *ctx) {
  for (;;) {
    if (!run_jobs(ctx)) return false;
    const int reported = report_rejections(ctx);
    if (reported <= 0) return reported == 0;
  }
}

/* Whether another turn follows: 1, 0, or -1 for an exception that ends the loop. */
static int take_turn(JSContext *ctx, JSValueConst turn) {
  JSValue answer = JS_Call(ctx, turn, JS_UNDEFINED, 0, NULL);
  if (JS_IsException(answer)) return report(ctx, JS_GetException(ctx)) ? 1 : -1;
  int another = JS_ToBool(ctx, answer);
  JS_FreeValue(ctx, answer);
  return another;
}

JSValue front_run_loop(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  (void)self;
  (void)argc;
  if (!JS_IsFunction(ctx, argv[0])) return JS_ThrowTypeError(ctx, "turn is not a function");
  if (running) return JS_ThrowTypeError(ctx, "the loop is running");
  running = true;
  int another = 1;
  while (another > 0) another = settle(ctx) ? take_turn(ctx, argv[0]) : -1;
  running = false;
  return another < 0 ? JS_EXCEPTION : JS_UNDEFINED;
}
