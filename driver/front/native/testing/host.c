/*
 * Evaluates an ES module of a file, which has `front:system`, as the front does with its parts, and `front:faults`:
 * front-test <file> [argument...]. It exits with 1, and tells on stderr what was thrown; with 13 where a top-level await
 * never ends.
 */
#include <stdio.h>
#include <stdlib.h>

#include "../begin.h"
#include "../clock.h"
#include "../crash.h"
#include "../hand-over.h"
#include "../loop.h"
#include "../process.h"
#include "../signals.h"
#include "../system-calls.h"
#include "modules.h"
#include "starving-heap.h"

#ifdef __SANITIZE_ADDRESS__
/* Signals are what is tested, and memory that ends. */
const char *__asan_default_options(void);
const char *__asan_default_options(void) {
  return "handle_segv=0:handle_sigbus=0:handle_sigill=0:handle_sigfpe=0:handle_abort=0:allow_user_segv_handler=1:"
         "allocator_may_return_null=1:detect_stack_use_after_return=0";
}
#endif

static void print(JSContext *ctx, JSValueConst value) {
  const char *text = JS_ToCString(ctx, value);
  fprintf(stderr, "%s\n", text != NULL ? text : "?");
  JS_FreeCString(ctx, text);
}

/* Takes the error. */
static int tell(JSContext *ctx, JSValue error) {
  print(ctx, error);
  if (JS_IsError(error)) {
    JSValue stack = JS_GetPropertyStr(ctx, error, "stack");
    print(ctx, stack);
    JS_FreeValue(ctx, stack);
  }
  JS_FreeValue(ctx, error);
  return 1;
}

static int run_jobs(JSContext *ctx) {
  int code = 0;
  for (;;) {
    JSContext *of_job;
    const int done = JS_ExecutePendingJob(JS_GetRuntime(ctx), &of_job);
    if (done == 0) return code;
    if (done < 0) code = tell(of_job, JS_GetException(of_job));
  }
}

static int end_of(JSContext *ctx, JSValueConst evaluation) {
  switch (JS_PromiseState(ctx, evaluation)) {
    case JS_PROMISE_REJECTED:
      return tell(ctx, JS_PromiseResult(ctx, evaluation));
    case JS_PROMISE_PENDING:
      fprintf(stderr, "the module's top-level await never ends\n");
      return 13;
    default:
      return 0;
  }
}

static int run(JSContext *ctx, const char *path) {
  JSValue module = compile_file(ctx, path);
  if (JS_IsException(module)) return tell(ctx, JS_GetException(ctx));
  JSValue evaluation = JS_EvalFunction(ctx, module);
  if (JS_IsException(evaluation)) return tell(ctx, JS_GetException(ctx));
  const int of_jobs = run_jobs(ctx);
  const int of_module = end_of(ctx, evaluation);
  JS_FreeValue(ctx, evaluation);
  return of_module != 0 ? of_module : of_jobs;
}

int main(int argc, char **argv, char **envp) {
  if (argc < 2) return fprintf(stderr, "front-test <file> [argument...]\n"), 2;
  front_leave_no_core();
  if (!front_hide_arguments(argc, argv)) return fprintf(stderr, "no memory\n"), 1;
  front_open_standard_descriptors();
  front_start_clock();
  hand_over_remember(argv, envp);
  front_answer_crashes();
  front_ignore_broken_pipes();
  front_set_process(argc - 1, argv + 1);
  JSRuntime *runtime = JS_NewRuntime2(&starving_heap, NULL);
  JSContext *context = runtime != NULL ? JS_NewContext(runtime) : NULL;
  if (context == NULL) return fprintf(stderr, "no memory\n"), 1;
  front_track_rejections(runtime);
  load_files(runtime);
  const int code = run(context, argv[1]);
  front_free_system(context);
  JS_FreeContext(context);
  JS_FreeRuntime(runtime);
  return code;
}
