/*
 * The runtime's memory (heap.c), which can be made to end. With FRONT_LIBRARY_HEAP it is the C library's, of which
 * AddressSanitizer watches each piece.
 */
#ifndef FRONT_TESTING_STARVING_HEAP_H
#define FRONT_TESTING_STARVING_HEAP_H

#include <stdbool.h>

#include "../../quickjs/quickjs.h"

extern const JSMallocFunctions starving_heap;

/* From now on there is memory for so many pieces. */
void starve_after(int pieces);
/* From now on there is memory; whether there was none. */
bool feed(void);

#endif
