#ifndef FRONT_DIRECTORIES_H
#define FRONT_DIRECTORIES_H

#include "../quickjs/quickjs.h"

JSValue front_read_directory(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv);
JSValue front_read_names(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv);
JSValue front_make_directory(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv);
JSValue front_remove_directory(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv);

#endif
