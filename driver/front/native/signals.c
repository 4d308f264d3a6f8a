#include "signals.h"

#include <errno.h>
#include <time.h>
#include <unistd.h>

#include "arguments.h"
#include "results.h"

/* The kernel's, of each architecture that we build for (signal(7)). */
#define LAST_SIGNAL 64

static volatile sig_atomic_t came[LAST_SIGNAL + 1];
static bool changed[LAST_SIGNAL + 1];
static struct sigaction before[LAST_SIGNAL + 1];

static bool watching;
static sigset_t watched;
static sigset_t mask_before;

static void note(int number) { came[number] = 1; }

int front_handle_signal(int number, const struct sigaction *action) {
  struct sigaction previous;
  if (sigaction(number, action, &previous) < 0) return -1;
  if (!changed[number]) before[number] = previous;
  changed[number] = true;
  return 0;
}

void front_ignore_broken_pipes(void) {
  struct sigaction ignore = {.sa_handler = SIG_IGN};
  sigemptyset(&ignore.sa_mask);
  front_handle_signal(SIGPIPE, &ignore);
}

/* A signal that comes between the handler and the mask is noted as one that came during poll() is. */
static int watch(int number) {
  struct sigaction action = {.sa_handler = note, .sa_flags = SA_RESTART};
  sigset_t one;
  sigfillset(&action.sa_mask);
  if (front_handle_signal(number, &action) < 0) return -1;
  if (!watching) {
    sigprocmask(SIG_BLOCK, NULL, &mask_before);
    sigemptyset(&watched);
    watching = true;
  }
  sigaddset(&watched, number);
  sigemptyset(&one);
  sigaddset(&one, number);
  return sigprocmask(SIG_BLOCK, &one, NULL);
}

/* What crash.c answers, what cannot be caught, and SIGPIPE, which is ignored. */
static bool is_watchable(int number) {
  switch (number) {
    case SIGSEGV:
    case SIGBUS:
    case SIGILL:
    case SIGFPE:
    case SIGABRT:
    case SIGPIPE:
    case SIGKILL:
    case SIGSTOP:
      return false;
    default:
      return true;
  }
}

JSValue front_watch_signal(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  (void)self;
  (void)argc;
  int64_t number;
  if (!front_take_integer(ctx, argv[0], "number", 1, LAST_SIGNAL, &number)) return JS_EXCEPTION;
  if (!is_watchable((int)number)) return JS_NewInt32(ctx, -EINVAL);
  return front_result(ctx, watch((int)number));
}

/* One that the handler noted during poll(); 0 for none. */
static int noted_signal(void) {
  for (int number = 1; number <= LAST_SIGNAL; number++) {
    if (came[number]) return number;
  }
  return 0;
}

/* One that came while it was blocked; 0 for none. */
static int take_pending(void) {
  const struct timespec at_once = {0, 0};
  int number = watching ? sigtimedwait(&watched, NULL, &at_once) : 0;
  return number > 0 ? number : 0;
}

JSValue front_take_signal(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  (void)self;
  (void)argc;
  (void)argv;
  int number = noted_signal();
  if (number == 0) return JS_NewInt32(ctx, take_pending());
  came[number] = 0;
  return JS_NewInt32(ctx, number);
}

bool front_signal_came(void) { return noted_signal() != 0; }

void front_waiting_mask(sigset_t *mask) {
  if (watching)
    *mask = mask_before;
  else
    sigprocmask(SIG_BLOCK, NULL, mask);
  for (int number = 1; watching && number <= LAST_SIGNAL; number++) {
    if (sigismember(&watched, number) == 1) sigdelset(mask, number);
  }
}

static void repeat_untaken(void) {
  for (int number = 1; number <= LAST_SIGNAL; number++) {
    if (came[number]) kill(getpid(), number);
    came[number] = 0;
  }
}

void front_reset_signals(void) {
  for (int number = 1; number <= LAST_SIGNAL; number++) {
    if (changed[number]) sigaction(number, &before[number], NULL);
    changed[number] = false;
  }
  repeat_untaken();
  if (watching) sigprocmask(SIG_SETMASK, &mask_before, NULL);
  watching = false;
}
