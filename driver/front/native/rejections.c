#include "rejections.h"

#include <stdlib.h>

struct rejection {
  JSValue promise;
  JSValue reason;
  struct rejection *next;
};

static struct rejection *first;
static bool lost;

static struct rejection **end_of_list(void) {
  struct rejection **place = &first;
  while (*place != NULL) place = &(*place)->next;
  return place;
}

static struct rejection **place_of(JSValueConst promise) {
  struct rejection **place = &first;
  while (*place != NULL && JS_VALUE_GET_PTR((*place)->promise) != JS_VALUE_GET_PTR(promise)) place = &(*place)->next;
  return place;
}

/* Answers the reason. */
static JSValue take_out(JSContext *ctx, struct rejection **place) {
  struct rejection *taken = *place;
  JSValue reason = taken->reason;
  *place = taken->next;
  JS_FreeValue(ctx, taken->promise);
  free(taken);
  return reason;
}

static void add(JSContext *ctx, JSValueConst promise, JSValueConst reason) {
  struct rejection *rejection = malloc(sizeof *rejection);
  if (rejection == NULL) {
    lost = true;
    return;
  }
  rejection->promise = JS_DupValue(ctx, promise);
  rejection->reason = JS_DupValue(ctx, reason);
  rejection->next = NULL;
  *end_of_list() = rejection;
}

void front_note_rejection(JSContext *ctx, JSValueConst promise, JSValueConst reason, bool handled, void *opaque) {
  (void)opaque;
  struct rejection **place = place_of(promise);
  if (!handled && *place == NULL) add(ctx, promise, reason);
  if (handled && *place != NULL) JS_FreeValue(ctx, take_out(ctx, place));
}

int front_take_rejection(JSContext *ctx, JSValue *reason) {
  if (lost) {
    lost = false;
    JS_ThrowOutOfMemory(ctx);
    return -1;
  }
  if (first == NULL) return 0;
  *reason = take_out(ctx, &first);
  return 1;
}

void front_forget_rejections(JSContext *ctx) {
  while (first != NULL) JS_FreeValue(ctx, take_out(ctx, &first));
}
