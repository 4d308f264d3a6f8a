/* The first steps of the process, before anything can fail, be read or be seen. */
#ifndef FRONT_BEGIN_H
#define FRONT_BEGIN_H

#include <stdbool.h>

/* From here on the kernel writes no core file of this process, the large runtime included (PR_SET_DUMPABLE). */
void front_leave_no_core(void);

/* Opens /dev/null for each closed one of the descriptors 0 to 2, so that no file opened later gets their numbers. */
void front_open_standard_descriptors(void);

/*
 * Hides what may hold a Secret from /proc/<pid>/cmdline, which every user can read: replaces the entries of argv by
 * copies, and overwrites the originals with zeros. The program's name, the call-out and a path in the third place stay:
 * another call-out finds by the path what a killed one left running (driver/volume/commands-on.ts).
 * Returns false when there is no memory for a copy.
 */
bool front_hide_arguments(int argc, char **argv);

#endif
