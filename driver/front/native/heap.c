#include "heap.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/*
 * A block is a header and the piece behind it. Sizes of blocks: in steps of 16 bytes to 512, then 4 sizes for each power of
 * two. All are whole steps, and so is what a chunk begins with, so that each piece is aligned as the C library's are.
 * What is larger than the last size is the C library's.
 */
#define STEP 16u
#define SMALL_CLASSES 32u
#define SMALL_POWER 9u /* of two: the last of the small classes */
#define LARGEST (64u * 1024u)
#define CLASSES (SMALL_CLASSES + 4u * 7u)
/* What is taken from the kernel at once, its pages with it: a fault for each would take longer. */
#define CHUNK (512u * 1024u)

/* Before each piece. */
typedef struct {
  uint32_t class; /* CLASSES: the C library's */
  uint32_t usable; /* bytes of the piece; what is the C library's may have more than fits here */
} Header;

/* A block of the C library's. */
typedef struct {
  size_t usable;
  Header header;
} Large;

/* A piece that was given back, in its own memory. */
typedef struct Free {
  struct Free *next;
} Free;

_Static_assert(sizeof(Header) + sizeof(Free) == STEP, "the smallest block has room for what is given back");
_Static_assert(sizeof(Large) == STEP, "a large piece is aligned as its block is");

static Free *given_back[CLASSES];
static uint8_t *chunk;
static size_t left; /* of the chunk, at its end */

/* The smallest class whose blocks have so many bytes, of which there are at most LARGEST. */
static uint32_t class_of(size_t block) {
  if (block <= (1u << SMALL_POWER)) return (uint32_t)((block - 1) / STEP);
  const uint32_t power =
      63u - (uint32_t)__builtin_clzll((unsigned long long)(block - 1)); /* 2^power < block <= 2^(power+1) */
  const size_t base = (size_t)1 << power;
  return SMALL_CLASSES + (power - SMALL_POWER) * 4u + (uint32_t)((block - 1 - base) / (base / 4));
}

static uint32_t block_of(uint32_t class) {
  if (class < SMALL_CLASSES) return (class + 1) * STEP;
  const uint32_t base = 1u << (SMALL_POWER + (class - SMALL_CLASSES) / 4u);
  return base + base / 4u * ((class - SMALL_CLASSES) % 4u + 1u);
}

static Header *header_of(const void *piece) { return (Header *)(uintptr_t)piece - 1; }
static Large *large_of(const void *piece) { return (Large *)(uintptr_t)piece - 1; }
static bool is_large(const void *piece) { return header_of(piece)->class == CLASSES; }

static size_t usable(const void *piece) {
  if (piece == NULL) return 0;
  return is_large(piece) ? large_of(piece)->usable : header_of(piece)->usable;
}

/* What is left of the last one is left: less than the largest block. */
static bool take_chunk(void) {
  void *taken = mmap(NULL, CHUNK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
  if (taken == MAP_FAILED) return false;
  left = CHUNK - (STEP - sizeof(Header));
  chunk = (uint8_t *)taken + CHUNK;
  return true;
}

static void *from_chunk(uint32_t class) {
  const uint32_t block = block_of(class);
  if (left < block && !take_chunk()) return NULL;
  Header *header = (Header *)(void *)(chunk - left);
  left -= block;
  *header = (Header){class, block - (uint32_t)sizeof *header};
  return header + 1;
}

/* Takes what the C library answered. */
static void *large(Large *block, size_t size) {
  if (block == NULL) return NULL;
  *block = (Large){size, {CLASSES, 0}};
  return block + 1;
}

static bool has_block(size_t size) { return size <= PTRDIFF_MAX - sizeof(Large); }
static bool is_for_library(size_t size) { return size > LARGEST - sizeof(Header); }

static void *take(void *opaque, size_t size) {
  (void)opaque;
  if (is_for_library(size)) return has_block(size) ? large(malloc(sizeof(Large) + size), size) : NULL;
  const uint32_t class = class_of(sizeof(Header) + size);
  Free *piece = given_back[class];
  if (piece == NULL) return from_chunk(class);
  given_back[class] = piece->next;
  return piece;
}

static void give_back(void *opaque, void *piece) {
  (void)opaque;
  if (piece == NULL) return;
  if (is_large(piece)) {
    free(large_of(piece));
    return;
  }
  Free *freed = piece;
  freed->next = given_back[header_of(piece)->class];
  given_back[header_of(piece)->class] = freed;
}

/* The kernel's memory is zeros, which the C library knows. */
static void *take_zeroed(void *opaque, size_t count, size_t size) {
  size_t whole;
  if (__builtin_mul_overflow(count, size, &whole)) return NULL;
  if (is_for_library(whole)) return has_block(whole) ? large(calloc(1, sizeof(Large) + whole), whole) : NULL;
  void *piece = take(opaque, whole);
  return piece != NULL ? memset(piece, 0, whole) : NULL;
}

static void *move(void *opaque, void *piece, size_t size) {
  const size_t had = usable(piece);
  void *moved = take(opaque, size);
  if (moved == NULL) return size <= had ? piece : NULL; /* who asks for less must not be refused */
  memcpy(moved, piece, had < size ? had : size);
  give_back(opaque, piece);
  return moved;
}

static void *resize(void *opaque, void *piece, size_t size) {
  if (piece == NULL) return take(opaque, size);
  if (size == 0) {
    give_back(opaque, piece);
    return NULL;
  }
  const size_t had = usable(piece);
  if (size <= had && size > had / 2) return piece;
  if (!is_large(piece) || !is_for_library(size)) return move(opaque, piece, size);
  return has_block(size) ? large(realloc(large_of(piece), sizeof(Large) + size), size) : NULL;
}

const JSMallocFunctions front_heap = {take_zeroed, take, give_back, resize, usable};
