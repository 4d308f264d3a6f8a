#include "crash.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include "signals.h"

/* What a signal's frame needs at most, with all registers of the architecture (getauxval(AT_MINSIGSTKSZ)), and more. */
#define STACK_SIZE (64 * 1024)

/* The stack of the fault may be used up. */
static uint8_t stack[STACK_SIZE] __attribute__((aligned(16)));

static const int faults[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};

struct text {
  const char *bytes;
  size_t length;
};

#define TEXT(literal) ((struct text){literal, sizeof(literal) - 1})
#define BEGINNING "{\"status\":\"Failure\",\"message\":\"the driver ended unexpectedly (signal "
#define END "); kubelet will repeat the call-out\"}\n"
#define NUMBERED(number) TEXT(BEGINNING #number END)
#define ANSWER(name) NUMBERED(name)

/* Literals only: a handler may call little that is safe (signal-safety(7)). */
static struct text answer_to(int number) {
  switch (number) {
    case SIGSEGV:
      return ANSWER(SIGSEGV);
    case SIGBUS:
      return ANSWER(SIGBUS);
    case SIGILL:
      return ANSWER(SIGILL);
    case SIGFPE:
      return ANSWER(SIGFPE);
    default:
      return ANSWER(SIGABRT);
  }
}

static void answer_and_end(int number) {
  struct text answer = answer_to(number);
  size_t written = 0;
  while (written < answer.length) {
    ssize_t count = write(STDOUT_FILENO, answer.bytes + written, answer.length - written);
    if (count < 0 && errno != EINTR) break;
    if (count > 0) written += (size_t)count;
  }
  _exit(0);
}

void front_answer_crashes(void) {
  const stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
  struct sigaction action = {.sa_handler = answer_and_end, .sa_flags = SA_ONSTACK};
  sigfillset(&action.sa_mask);
  sigaltstack(&alternate, NULL);
  for (size_t index = 0; index < sizeof faults / sizeof *faults; index++) front_handle_signal(faults[index], &action);
}

void front_leave_crashes(void) {
  const stack_t none = {.ss_flags = SS_DISABLE};
  sigaltstack(&none, NULL);
}
