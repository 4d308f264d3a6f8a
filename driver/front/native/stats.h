/* What the kernel tells of files and of file systems. */
#ifndef FRONT_STATS_H
#define FRONT_STATS_H

#include "../quickjs/quickjs.h"

JSValue front_stat(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv);
JSValue front_lstat(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv);
JSValue front_fstat(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv);
JSValue front_statfs(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv);

#endif
