/* Promises that are rejected and that nobody handles yet, in the order of their rejection. */
#ifndef FRONT_REJECTIONS_H
#define FRONT_REJECTIONS_H

#include <stdbool.h>

#include "../quickjs/quickjs.h"

/* A JSHostPromiseRejectionTracker. */
void front_note_rejection(JSContext *ctx, JSValueConst promise, JSValueConst reason, bool handled, void *opaque);
/* Takes the reason of the first one: 1, 0 for none, -1 for an exception where one was lost for want of memory. */
int front_take_rejection(JSContext *ctx, JSValue *reason);
void front_forget_rejections(JSContext *ctx);

#endif
