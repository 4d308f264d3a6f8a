#include "clock.h"

#include <time.h>

static struct timespec began;

/* clock_gettime(2) cannot fail for this clock. */
static struct timespec monotonic(void) {
  struct timespec time = {0, 0};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time;
}

void front_start_clock(void) { began = monotonic(); }

JSValue front_now(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  (void)self;
  (void)argc;
  (void)argv;
  struct timespec time = monotonic();
  double seconds = (double)(time.tv_sec - began.tv_sec);
  double nanoseconds = (double)(time.tv_nsec - began.tv_nsec);
  return JS_NewFloat64(ctx, seconds * 1e3 + nanoseconds / 1e6);
}
