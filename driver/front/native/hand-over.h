/* Going on as the large runtime, which lies behind this program in the same file. */
#ifndef FRONT_HAND_OVER_H
#define FRONT_HAND_OVER_H

#include <stddef.h>

/* What the kernel gave main(); kept for the program that goes on. */
void hand_over_remember(char **argv, char **envp);

/*
 * Replaces this program by the one behind it, as execve(2) would, with the same arguments and environment.
 * added: more entries of the environment, each NAME=value, which must stay where they are in memory.
 * Returns -errno when that cannot be done, and then nothing has changed; -ENOEXEC when nothing usable, or a part of
 * it, lies behind this program, -ENOENT when the dynamic loader that it names is not there.
 */
int hand_over(char *const *added, size_t count);

#endif
