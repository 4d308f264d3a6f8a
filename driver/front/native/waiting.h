#ifndef FRONT_WAITING_H
#define FRONT_WAITING_H

#include "../quickjs/quickjs.h"

JSValue front_poll(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv);

#endif
