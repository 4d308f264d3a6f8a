#ifndef FRONT_ERRNO_NAMES_H
#define FRONT_ERRNO_NAMES_H

#include "../quickjs/quickjs.h"

JSValue front_errno_name(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv);

#endif
