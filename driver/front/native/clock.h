#ifndef FRONT_CLOCK_H
#define FRONT_CLOCK_H

#include "../quickjs/quickjs.h"

/* Where now() begins to count: as early in main() as can be. */
void front_start_clock(void);

JSValue front_now(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv);

#endif
