#include "text.h"

#include <limits.h>
#include <stdbool.h>
#include <string.h>

#include "arguments.h"

static const uint8_t replacement[] = {0xEF, 0xBF, 0xBD};

/* How a text's bytes fall into characters and into what is none. */
struct sequence {
  bool valid;
  size_t length;
};

static size_t continuations_after(uint8_t lead) {
  if (lead >= 0xC2 && lead <= 0xDF) return 1;
  if (lead >= 0xE0 && lead <= 0xEF) return 2;
  return lead >= 0xF0 && lead <= 0xF4 ? 3 : 0;
}

/* The second byte excludes overlong forms, surrogates, and what lies above U+10FFFF. */
static bool may_be_second(uint8_t lead, uint8_t byte) {
  uint8_t least = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  uint8_t most = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  return byte >= least && byte <= most;
}

/* The sequence at the beginning of `length` bytes, 1 at least; one that is not valid is a maximal subpart. */
static struct sequence next_sequence(const uint8_t *bytes, size_t length) {
  if (bytes[0] < 0x80) return (struct sequence){true, 1};
  size_t wanted = continuations_after(bytes[0]);
  size_t index = 1;
  while (index <= wanted && index < length) {
    bool fits = index == 1 ? may_be_second(bytes[0], bytes[1]) : (bytes[index] & 0xC0) == 0x80;
    if (!fits) break;
    index++;
  }
  return (struct sequence){wanted > 0 && index == wanted + 1, index};
}

static size_t valid_length(const uint8_t *bytes, size_t length) {
  size_t index = 0;
  while (index < length) {
    struct sequence next = next_sequence(bytes + index, length - index);
    if (!next.valid) break;
    index += next.length;
  }
  return index;
}

/* `repaired` has room for three bytes for each byte: a subpart has one at least. */
static size_t repair(const uint8_t *bytes, size_t length, uint8_t *repaired) {
  size_t written = 0;
  for (size_t index = 0; index < length;) {
    struct sequence next = next_sequence(bytes + index, length - index);
    const uint8_t *from = next.valid ? bytes + index : replacement;
    size_t count = next.valid ? next.length : sizeof replacement;
    memcpy(repaired + written, from, count);
    written += count;
    index += next.length;
  }
  return written;
}

static JSValue repaired_text(JSContext *ctx, const uint8_t *bytes, size_t length) {
  if (length > INT_MAX / sizeof replacement) return JS_ThrowRangeError(ctx, "bytes are too many for a text");
  uint8_t *repaired = js_malloc(ctx, length * sizeof replacement);
  if (repaired == NULL) return JS_EXCEPTION;
  size_t written = repair(bytes, length, repaired);
  JSValue text = JS_NewStringLen(ctx, (const char *)repaired, written);
  js_free(ctx, repaired);
  return text;
}

JSValue front_text(JSContext *ctx, const char *bytes, size_t length) {
  const uint8_t *octets = (const uint8_t *)bytes;
  if (valid_length(octets, length) == length) return JS_NewStringLen(ctx, bytes, length);
  return repaired_text(ctx, octets, length);
}

void front_replace_surrogates(uint8_t *bytes, size_t length) {
  for (size_t index = 0; index + sizeof replacement <= length; index++) {
    if (bytes[index] == 0xED && bytes[index + 1] >= 0xA0) memcpy(bytes + index, replacement, sizeof replacement);
  }
}

JSValue front_encode_utf8(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  (void)self;
  (void)argc;
  size_t length;
  char *text = front_take_text(ctx, argv[0], "text", &length);
  if (text == NULL) return JS_EXCEPTION;
  JSValue bytes = JS_NewUint8ArrayCopy(ctx, (const uint8_t *)text, length);
  js_free(ctx, text);
  return bytes;
}

JSValue front_decode_utf8(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  (void)self;
  (void)argc;
  size_t length;
  if (!JS_IsBool(argv[1])) return JS_ThrowTypeError(ctx, "fatal is not a boolean");
  const uint8_t *bytes = front_take_bytes(ctx, argv[0], &length);
  if (bytes == NULL) return JS_EXCEPTION;
  if (JS_ToBool(ctx, argv[1]) && valid_length(bytes, length) < length) return JS_UNDEFINED;
  return front_text(ctx, (const char *)bytes, length);
}
