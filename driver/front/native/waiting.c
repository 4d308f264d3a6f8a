#include "waiting.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <poll.h>
#include <stdbool.h>
#include <time.h>

#include "arguments.h"
#include "results.h"
#include "signals.h"

/* More than a process may have open where nobody raised its limits. */
#define MOST_DESCRIPTORS (1 << 20)

/* 30 years and more; the kernel takes it, and no arithmetic overflows. */
#define LONGEST_WAIT 1e12

static bool take_element(JSContext *ctx, JSValueConst array, uint32_t index, const char *name, int64_t most,
                         int64_t *taken) {
  JSValue value = JS_GetPropertyUint32(ctx, array, index);
  bool fine = !JS_IsException(value) && front_take_integer(ctx, value, name, 0, most, taken);
  JS_FreeValue(ctx, value);
  return fine;
}

static bool take_entries(JSContext *ctx, JSValueConst descriptors, JSValueConst events, struct pollfd *entries,
                         uint32_t count) {
  for (uint32_t index = 0; index < count; index++) {
    int64_t descriptor, wanted;
    if (!take_element(ctx, descriptors, index, "descriptor", INT_MAX, &descriptor) ||
        !take_element(ctx, events, index, "event", SHRT_MAX, &wanted))
      return false;
    entries[index] = (struct pollfd){.fd = (int)descriptor, .events = (short)wanted, .revents = 0};
  }
  return true;
}

/* NULL is for ever. */
static struct timespec *wait_of(double milliseconds, struct timespec *time) {
  if (milliseconds < 0 || milliseconds == INFINITY) return NULL;
  double limited = milliseconds > LONGEST_WAIT ? LONGEST_WAIT : milliseconds;
  double rest = fmod(limited, 1e3);
  time->tv_sec = (time_t)((limited - rest) / 1e3);
  time->tv_nsec = (long)(rest * 1e6);
  return time;
}

/* How many are ready, or -errno. */
static int wait_for(struct pollfd *entries, uint32_t count, double milliseconds) {
  struct timespec time;
  sigset_t mask;
  if (front_signal_came()) return -EINTR;
  front_waiting_mask(&mask);
  int ready = ppoll(entries, count, wait_of(milliseconds, &time), &mask);
  return ready < 0 ? -errno : ready;
}

static bool give_results(JSContext *ctx, JSValueConst revents, const struct pollfd *entries, uint32_t count) {
  for (uint32_t index = 0; index < count; index++) {
    if (JS_SetPropertyUint32(ctx, revents, index, JS_NewInt32(ctx, entries[index].revents)) < 0) return false;
  }
  return true;
}

static JSValue poll_entries(JSContext *ctx, JSValueConst *argv, struct pollfd *entries, uint32_t count,
                            double milliseconds) {
  if (!take_entries(ctx, argv[0], argv[1], entries, count)) return JS_EXCEPTION;
  int ready = wait_for(entries, count, milliseconds);
  return give_results(ctx, argv[3], entries, count) ? JS_NewInt32(ctx, ready) : JS_EXCEPTION;
}

static bool take_count(JSContext *ctx, JSValueConst *argv, uint32_t *count) {
  int64_t descriptors, events;
  if (!JS_IsArray(argv[0]) || !JS_IsArray(argv[1]) || !JS_IsArray(argv[3])) {
    JS_ThrowTypeError(ctx, "descriptors, events and revents are not all arrays");
    return false;
  }
  if (JS_GetLength(ctx, argv[0], &descriptors) < 0 || JS_GetLength(ctx, argv[1], &events) < 0) return false;
  if (descriptors != events || descriptors < 0 || descriptors > MOST_DESCRIPTORS) {
    JS_ThrowRangeError(ctx, "descriptors and events are too many, or not as many as each other");
    return false;
  }
  *count = (uint32_t)descriptors;
  return true;
}

static bool take_wait(JSContext *ctx, JSValueConst value, double *milliseconds) {
  if (!JS_IsNumber(value)) {
    JS_ThrowTypeError(ctx, "milliseconds is not a number");
    return false;
  }
  if (JS_ToFloat64(ctx, milliseconds, value) < 0) return false;
  if (isnan(*milliseconds)) {
    JS_ThrowRangeError(ctx, "milliseconds is not a number");
    return false;
  }
  return true;
}

JSValue front_poll(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  (void)self;
  (void)argc;
  uint32_t count;
  double milliseconds;
  if (!take_wait(ctx, argv[2], &milliseconds) || !take_count(ctx, argv, &count)) return JS_EXCEPTION;
  struct pollfd *entries = js_calloc(ctx, count + 1, sizeof *entries);
  if (entries == NULL) return JS_EXCEPTION;
  JSValue result = poll_entries(ctx, argv, entries, count, milliseconds);
  js_free(ctx, entries);
  return result;
}
