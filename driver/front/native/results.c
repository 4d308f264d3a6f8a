#include "results.h"

#include <errno.h>

JSValue front_result(JSContext *ctx, int64_t result) {
  return result < 0 ? JS_NewInt32(ctx, -errno) : JS_NewInt64(ctx, result);
}

JSValue front_numbers(JSContext *ctx, const double *numbers, uint32_t count) {
  JSValue array = JS_NewArray(ctx);
  if (JS_IsException(array)) return array;
  for (uint32_t index = 0; index < count; index++) {
    JSValue number = JS_NewNumber(ctx, numbers[index]);
    if (JS_DefinePropertyValueUint32(ctx, array, index, number, JS_PROP_C_W_E) < 0) {
      JS_FreeValue(ctx, array);
      return JS_EXCEPTION;
    }
  }
  return array;
}
