/*
 * What JavaScript hands to a system call. Misuse throws a TypeError or a RangeError. Nothing is converted, so that no
 * JavaScript runs between the check of a buffer and its use.
 */
#ifndef FRONT_ARGUMENTS_H
#define FRONT_ARGUMENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "../quickjs/quickjs.h"

/* All that answer bool: false where an exception was thrown. */
bool front_take_integer(JSContext *ctx, JSValueConst value, const char *name, int64_t least, int64_t most,
                        int64_t *taken);
bool front_take_descriptor(JSContext *ctx, JSValueConst value, int *descriptor);
bool front_take_mode(JSContext *ctx, JSValueConst value, mode_t *mode);
/* -1 leaves the owner as it is, as chown(2) has it. */
bool front_take_owner(JSContext *ctx, JSValueConst user, JSValueConst group, uid_t *uid, gid_t *gid);

/* A copy of a text in UTF-8, with a NUL behind its `length` bytes; free it with js_free. NULL: an exception. */
char *front_take_text(JSContext *ctx, JSValueConst value, const char *name, size_t *length);

/*
 * The same for what the kernel reads up to a NUL, and for bytes of a Uint8Array, as a name need not be UTF-8. Answers
 * JS_UNDEFINED and sets `path`; anything else is what the caller has to answer in its turn: an exception, or -EINVAL for a
 * NUL within.
 */
JSValue front_take_path(JSContext *ctx, JSValueConst value, const char *name, char **path);
JSValue front_take_paths(JSContext *ctx, JSValueConst first, const char *first_name, JSValueConst second,
                         const char *second_name, char **first_path, char **second_path);

/* The bytes of a Uint8Array, valid until JavaScript runs again. NULL: an exception. */
const uint8_t *front_take_bytes(JSContext *ctx, JSValueConst value, size_t *length);
uint8_t *front_take_writable_bytes(JSContext *ctx, JSValueConst value, size_t *length);
/* A part of a view: its numbers, and whether it lies within the `size` bytes of the view. */
bool front_take_range(JSContext *ctx, JSValueConst offset, JSValueConst length, size_t *start, size_t *count);
bool front_range_fits(JSContext *ctx, size_t size, size_t start, size_t count);

#endif
