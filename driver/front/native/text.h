/* UTF-8, as the WHATWG's Encoding Standard has it: https://encoding.spec.whatwg.org/#utf-8. */
#ifndef FRONT_TEXT_H
#define FRONT_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "../quickjs/quickjs.h"

/* The JavaScript text of bytes of the kernel's, with U+FFFD for whatever is no UTF-8. */
JSValue front_text(JSContext *ctx, const char *bytes, size_t length);

/* QuickJS writes a lone surrogate as three bytes (ED A0..BF ..); U+FFFD has three as well. */
void front_replace_surrogates(uint8_t *bytes, size_t length);

JSValue front_encode_utf8(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv);
JSValue front_decode_utf8(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv);

#endif
