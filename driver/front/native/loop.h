/* The event loop, and promises that were rejected and that nobody handles. */
#ifndef FRONT_LOOP_H
#define FRONT_LOOP_H

#include "../quickjs/quickjs.h"

/* Has the runtime tell of rejected promises. */
void front_track_rejections(JSRuntime *runtime);
/* Lets go of all values that are held here, before the context goes. */
void front_free_loop(JSContext *ctx);

JSValue front_run_loop(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv);
JSValue front_on_unhandled_rejection(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv);

#endif
