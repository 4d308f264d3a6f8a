/* The module `front:system`, which system.d.ts describes. */
#ifndef FRONT_SYSTEM_CALLS_H
#define FRONT_SYSTEM_CALLS_H

#include "../quickjs/quickjs.h"

/*
 * Makes the module, once, for one context. Before it come front_set_process (process.h), front_start_clock (clock.h),
 * front_ignore_broken_pipes (signals.h) and front_track_rejections (loop.h). NULL: an exception.
 */
JSModuleDef *front_init_system(JSContext *ctx, const char *name);
/* Lets go of what the module holds of the context, for who frees the context rather than exit. */
void front_free_system(JSContext *ctx);

/* The hand-over as JavaScript calls it. */
JSValue front_hand_over(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv);

#endif
