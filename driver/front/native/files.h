/* Files by their paths: names, modes and owners. */
#ifndef FRONT_FILES_H
#define FRONT_FILES_H

#include "../quickjs/quickjs.h"

JSValue front_unlink(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv);
JSValue front_rename(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv);
JSValue front_chmod(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv);
JSValue front_chown(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv);
JSValue front_lchown(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv);

#endif
