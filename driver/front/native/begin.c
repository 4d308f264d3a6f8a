#include "begin.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

/* The program's name and the call-out, which hold no Secret. */
#define HARMLESS_ARGUMENTS 2

void front_leave_no_core(void) { prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }

/* open(2) takes the lowest free number. A directory serves where /dev/null is missing: it cannot be written to. */
void front_open_standard_descriptors(void) {
  for (int descriptor = STDIN_FILENO; descriptor <= STDERR_FILENO; descriptor++) {
    if (fcntl(descriptor, F_GETFD) >= 0 || errno != EBADF) continue;
    if (open("/dev/null", O_RDWR) < 0) (void)open("/", O_RDONLY | O_DIRECTORY);
  }
}

bool front_hide_arguments(int argc, char **argv) {
  for (int index = HARMLESS_ARGUMENTS; index < argc; index++) {
    if (index == HARMLESS_ARGUMENTS && argv[index][0] == '/') continue;
    char *copy = strdup(argv[index]);
    if (copy == NULL) return false;
    memset(argv[index], 0, strlen(argv[index]));
    argv[index] = copy;
  }
  return true;
}
