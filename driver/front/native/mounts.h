#ifndef FRONT_MOUNTS_H
#define FRONT_MOUNTS_H

#include "../quickjs/quickjs.h"

JSValue front_mount(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv);
JSValue front_umount(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv);

#endif
