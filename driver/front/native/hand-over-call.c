/* The hand-over as JavaScript calls it: with texts NAME=value for the environment. */
#include <string.h>

#include "hand-over.h"
#include "system-calls.h"

/* A call-out tells itself a few things. */
#define MAX_ADDED 8

static void free_all(JSContext *ctx, char **texts, size_t count) {
  for (size_t index = 0; index < count; index++) JS_FreeCString(ctx, texts[index]);
}

/* Takes the value. NULL: an exception; a text in the environment ends at its first NUL. */
static char *text_of(JSContext *ctx, JSValue value) {
  if (JS_IsException(value)) return NULL;
  size_t length;
  const char *text = JS_ToCStringLen(ctx, &length, value);
  JS_FreeValue(ctx, value);
  if (text == NULL || strlen(text) == length) return (char *)(uintptr_t)text;
  JS_FreeCString(ctx, text);
  JS_ThrowRangeError(ctx, "a text has NUL in it");
  return NULL;
}

JSValue front_hand_over(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  (void)self;
  int64_t length;
  if (argc < 1 || JS_GetLength(ctx, argv[0], &length) < 0) return JS_ThrowTypeError(ctx, "expected a list of texts");
  if (length < 0 || length > MAX_ADDED) return JS_ThrowRangeError(ctx, "too many texts");
  char *added[MAX_ADDED];
  for (size_t index = 0; index < (size_t)length; index++) {
    added[index] = text_of(ctx, JS_GetPropertyUint32(ctx, argv[0], (uint32_t)index));
    if (added[index] != NULL) continue;
    free_all(ctx, added, index);
    return JS_EXCEPTION;
  }
  const int fault = hand_over(added, (size_t)length);
  free_all(ctx, added, (size_t)length);
  return JS_NewInt32(ctx, fault);
}
