/* The memory of the runtime. */
#ifndef FRONT_HEAP_H
#define FRONT_HEAP_H

#include "../quickjs/quickjs.h"

/*
 * Hands out memory as a call-out uses it: many small pieces in a short time, all of which end with the process. A piece
 * that is given back is used again for another of about its size; nothing goes back to the kernel but large pieces.
 * The C library's own allocator (musl) asks the kernel for a page at a time, and took a sixth of a mount.
 */
extern const JSMallocFunctions front_heap;

#endif
