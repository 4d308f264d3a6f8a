/* Open files, pipes and sockets by their descriptors; each is closed by an execve(2) (O_CLOEXEC). */
#ifndef FRONT_DESCRIPTORS_H
#define FRONT_DESCRIPTORS_H

#include "../quickjs/quickjs.h"

JSValue front_open(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv);
JSValue front_close(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv);
JSValue front_read(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv);
JSValue front_write(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv);
JSValue front_fchmod(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv);
JSValue front_fchown(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv);
JSValue front_ftruncate(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv);
JSValue front_clear_flags(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv);

#endif
