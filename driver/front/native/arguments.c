#include "arguments.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "text.h"

/* QuickJS counts a text's bytes in an int, three of them for each UTF-16 unit at most. */
#define LONGEST_TEXT (INT_MAX / 4)

bool front_take_integer(JSContext *ctx, JSValueConst value, const char *name, int64_t least, int64_t most,
                        int64_t *taken) {
  double number;
  if (!JS_IsNumber(value)) {
    JS_ThrowTypeError(ctx, "%s is not a number", name);
    return false;
  }
  if (JS_ToFloat64(ctx, &number, value) < 0) return false;
  if (!(number >= (double)least && number <= (double)most) || number != (double)(int64_t)number) {
    JS_ThrowRangeError(ctx, "%s is not an integer of its range", name);
    return false;
  }
  *taken = (int64_t)number;
  return true;
}

bool front_take_descriptor(JSContext *ctx, JSValueConst value, int *descriptor) {
  int64_t number;
  if (!front_take_integer(ctx, value, "descriptor", 0, INT_MAX, &number)) return false;
  *descriptor = (int)number;
  return true;
}

bool front_take_mode(JSContext *ctx, JSValueConst value, mode_t *mode) {
  int64_t number;
  if (!front_take_integer(ctx, value, "mode", 0, 07777, &number)) return false;
  *mode = (mode_t)number;
  return true;
}

bool front_take_owner(JSContext *ctx, JSValueConst user, JSValueConst group, uid_t *uid, gid_t *gid) {
  int64_t user_number, group_number;
  if (!front_take_integer(ctx, user, "uid", -1, UINT32_MAX - 1, &user_number) ||
      !front_take_integer(ctx, group, "gid", -1, UINT32_MAX - 1, &group_number))
    return false;
  *uid = (uid_t)user_number;
  *gid = (gid_t)group_number;
  return true;
}

static bool is_text_of_our_size(JSContext *ctx, JSValueConst value, const char *name) {
  int64_t units;
  if (!JS_IsString(value)) {
    JS_ThrowTypeError(ctx, "%s is not a string", name);
    return false;
  }
  if (JS_GetLength(ctx, value, &units) < 0) return false;
  if (units > LONGEST_TEXT) {
    JS_ThrowRangeError(ctx, "%s is too long", name);
    return false;
  }
  return true;
}

char *front_take_text(JSContext *ctx, JSValueConst value, const char *name, size_t *length) {
  if (!is_text_of_our_size(ctx, value, name)) return NULL;
  size_t size;
  const char *bytes = JS_ToCStringLen(ctx, &size, value);
  if (bytes == NULL) return NULL;
  char *copy = js_malloc(ctx, size + 1);
  if (copy != NULL) {
    memcpy(copy, bytes, size);
    copy[size] = '\0';
    front_replace_surrogates((uint8_t *)copy, size);
    *length = size;
  }
  JS_FreeCString(ctx, bytes);
  return copy;
}

/* A path of bytes, where a name need not be UTF-8. */
static char *take_path_bytes(JSContext *ctx, JSValueConst value, size_t *length) {
  const uint8_t *bytes = front_take_bytes(ctx, value, length);
  if (bytes == NULL) return NULL;
  char *copy = js_malloc(ctx, *length + 1);
  if (copy == NULL) return NULL;
  memcpy(copy, bytes, *length);
  copy[*length] = '\0';
  return copy;
}

JSValue front_take_path(JSContext *ctx, JSValueConst value, const char *name, char **path) {
  size_t length;
  char *text = JS_GetTypedArrayType(value) == JS_TYPED_ARRAY_UINT8 ? take_path_bytes(ctx, value, &length)
                                                                  : front_take_text(ctx, value, name, &length);
  if (text == NULL) return JS_EXCEPTION;
  if (strlen(text) != length) {
    js_free(ctx, text);
    return JS_NewInt32(ctx, -EINVAL);
  }
  *path = text;
  return JS_UNDEFINED;
}

JSValue front_take_paths(JSContext *ctx, JSValueConst first, const char *first_name, JSValueConst second,
                         const char *second_name, char **first_path, char **second_path) {
  JSValue refused = front_take_path(ctx, first, first_name, first_path);
  if (!JS_IsUndefined(refused)) return refused;
  refused = front_take_path(ctx, second, second_name, second_path);
  if (!JS_IsUndefined(refused)) js_free(ctx, *first_path);
  return refused;
}

/*
 * The view's bounds are held against its buffer: QuickJS leaves the length of a view that follows a resizable buffer as
 * it was when the view was made.
 */
static uint8_t *bytes_of_view(JSContext *ctx, JSValueConst buffer, size_t offset, size_t *length) {
  size_t size;
  uint8_t *bytes = JS_GetArrayBuffer(ctx, &size, buffer);
  if (bytes == NULL) return NULL;
  if (offset > size) {
    JS_ThrowTypeError(ctx, "bytes is out of bounds");
    return NULL;
  }
  if (*length > size - offset) *length = size - offset;
  return bytes + offset;
}

static uint8_t *take_view(JSContext *ctx, JSValueConst value, bool to_write, size_t *length) {
  size_t offset;
  uint8_t *bytes = NULL;
  if (JS_GetTypedArrayType(value) != JS_TYPED_ARRAY_UINT8) {
    JS_ThrowTypeError(ctx, "bytes is not a Uint8Array");
    return NULL;
  }
  JSValue buffer = JS_GetTypedArrayBuffer(ctx, value, &offset, length, NULL);
  if (JS_IsException(buffer)) return NULL;
  if (to_write && JS_IsImmutableArrayBuffer(buffer) == 1)
    JS_ThrowTypeError(ctx, "bytes cannot be written to");
  else
    bytes = bytes_of_view(ctx, buffer, offset, length);
  JS_FreeValue(ctx, buffer); /* the view holds it too */
  return bytes;
}

const uint8_t *front_take_bytes(JSContext *ctx, JSValueConst value, size_t *length) {
  return take_view(ctx, value, false, length);
}

uint8_t *front_take_writable_bytes(JSContext *ctx, JSValueConst value, size_t *length) {
  return take_view(ctx, value, true, length);
}

bool front_take_range(JSContext *ctx, JSValueConst offset, JSValueConst length, size_t *start, size_t *count) {
  int64_t first, number;
  if (!front_take_integer(ctx, offset, "offset", 0, INT_MAX, &first) ||
      !front_take_integer(ctx, length, "length", 0, INT_MAX, &number))
    return false;
  *start = (size_t)first;
  *count = (size_t)number;
  return true;
}

bool front_range_fits(JSContext *ctx, size_t size, size_t start, size_t count) {
  if (start <= size && count <= size - start) return true;
  JS_ThrowRangeError(ctx, "offset and length lie outside of bytes");
  return false;
}
