#include "starving-heap.h"

#include <stdlib.h>

#include "../heap.h"

#ifdef FRONT_LIBRARY_HEAP
static void *library_calloc(void *opaque, size_t count, size_t size) { return (void)opaque, calloc(count, size); }
static void *library_malloc(void *opaque, size_t size) { return (void)opaque, malloc(size); }
static void library_free(void *opaque, void *piece) { (void)opaque, free(piece); }
static void *library_realloc(void *opaque, void *piece, size_t size) { return (void)opaque, realloc(piece, size); }
static size_t nothing_more(const void *piece) { return (void)piece, 0; }
static const JSMallocFunctions heap = {library_calloc, library_malloc, library_free, library_realloc, nothing_more};
#define HEAP heap
#else
#define HEAP front_heap
#endif

static bool starving;
static bool starved;
static int left;

static bool is_there_more(void) {
  if (!starving) return true;
  if (left-- > 0) return true;
  left = 0;
  starved = true;
  return false;
}

static void *take_zeroed(void *opaque, size_t count, size_t size) {
  return is_there_more() ? HEAP.js_calloc(opaque, count, size) : NULL;
}

static void *take(void *opaque, size_t size) { return is_there_more() ? HEAP.js_malloc(opaque, size) : NULL; }
static void give_back(void *opaque, void *piece) { HEAP.js_free(opaque, piece); }

static void *resize(void *opaque, void *piece, size_t size) {
  return size == 0 || is_there_more() ? HEAP.js_realloc(opaque, piece, size) : NULL;
}

static size_t usable(const void *piece) { return HEAP.js_malloc_usable_size(piece); }

const JSMallocFunctions starving_heap = {take_zeroed, take, give_back, resize, usable};

void starve_after(int pieces) {
  starving = true;
  starved = false;
  left = pieces;
}

bool feed(void) {
  starving = false;
  return starved;
}
