/*
 * Signals are blocked but while poll() waits: none is lost between a check and the wait, and no other call is
 * interrupted. What is changed here is put back for the program that goes on after a hand-over.
 */
#ifndef FRONT_SIGNALS_H
#define FRONT_SIGNALS_H

#include <signal.h>
#include <stdbool.h>

#include "../quickjs/quickjs.h"

/* A write to a closed pipe or socket answers -EPIPE, and no signal comes. */
void front_ignore_broken_pipes(void);

/* Changes a signal's disposition and remembers the first one; -1 and errno. */
int front_handle_signal(int number, const struct sigaction *action);

/*
 * Puts back the dispositions and the mask that the process began with. A watched signal that came and that nobody took
 * comes once more, in the way it would have come had nobody watched.
 */
void front_reset_signals(void);

/* Whether a watched signal came and was not taken. */
bool front_signal_came(void);
/* What ppoll(2) has to block: the mask that the process began with, without what is watched. */
void front_waiting_mask(sigset_t *mask);

JSValue front_watch_signal(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv);
JSValue front_take_signal(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv);

#endif
