/*
 * The front: what kubelet starts. It runs the driver's own sources on a runtime that starts in half a millisecond, and
 * goes on as the large runtime behind it, in the same file, where it has not what a call-out needs (hand-over.c).
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../quickjs/quickjs.h"
#include "begin.h"
#include "clock.h"
#include "crash.h"
#include "hand-over.h"
#include "heap.h"
#include "loop.h"
#include "parts.h"
#include "process.h"
#include "signals.h"

/* Where the node agent is asked (driver/agent/protocol.ts); without it a mount needs the large runtime in any case. */
#define AGENT_SOCKET "/run/keyvault-flexvol/agent/agent.sock"
/* Told from a command that a killed call-out left running: both have one thread (driver/volume/commands-on.ts). */
#define NAME "kv-front"
/* A call-out ends before looking for cycles pays off; one that waits for long does not grow without bound. */
#define GC_THRESHOLD (32u * 1024u * 1024u)
#define NO_MEMORY "Internal: there is not enough memory on this node to start the driver"

/* kubelet parses what a call-out prints as JSON, and logs its arguments, the Secret's values included, on another exit code. */
static _Noreturn void fail(const char *message) {
  printf("{\"status\":\"Failure\",\"message\":\"%s\"}\n", message);
  fflush(stdout);
  _exit(0);
}

static _Noreturn void go_on(void) {
  const int fault = -hand_over(NULL, 0);
  char message[256];
  snprintf(message, sizeof message,
           "Internal: the driver's executable cannot be loaded (%s); install it again: restart the installer's pod on this node",
           fault == ENOEXEC  ? "it is incomplete"
           : fault == ENOENT ? "the C library of the node is not there"
                             : strerror(fault));
  fail(message);
}

/* The installer is a program of the large runtime; its arguments are commands, and hold no Secret. */
static bool is_installer(void) { return getenv("BUN_BE_BUN") != NULL; }

static bool is_ours(int argc, char **argv) {
  if (is_installer()) return false;
  if (argc < 2 || strcmp(argv[1], "mount") != 0) return true;
  struct stat socket;
  return lstat(AGENT_SOCKET, &socket) == 0;
}

static void report(JSContext *context) {
  JSValue error = JS_GetException(context);
  JS_FreeValue(context, error);
  fail("Internal: the driver could not be started; install it again: restart the installer's pod on this node");
}

int main(int argc, char **argv, char **envp) {
  front_leave_no_core();
  const bool is_hidden = is_installer() || front_hide_arguments(argc, argv);
  front_open_standard_descriptors();
  if (!is_hidden) fail(NO_MEMORY);
  front_start_clock();
  hand_over_remember(argv, envp);
  front_answer_crashes(); /* for the hand-over too, which a disk can fail */
  if (!is_ours(argc, argv)) go_on();
  prctl(PR_SET_NAME, NAME);
  front_ignore_broken_pipes();
  front_set_process(argc, argv);
  JSRuntime *runtime = JS_NewRuntime2(&front_heap, NULL);
  JSContext *context = runtime != NULL ? JS_NewContext(runtime) : NULL;
  if (context == NULL) fail(NO_MEMORY);
  JS_SetGCThreshold(runtime, GC_THRESHOLD);
  front_track_rejections(runtime);
  load_parts(runtime);
  if (!run_first_part(context)) report(context);
  /* The program ends by itself, with its answer. */
  fail("Internal: the driver ended without an answer; kubelet will repeat the call-out");
}
