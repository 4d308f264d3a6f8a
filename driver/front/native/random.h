#ifndef FRONT_RANDOM_H
#define FRONT_RANDOM_H

#include "../quickjs/quickjs.h"

JSValue front_random(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv);

#endif
