/*
 * Drives the runtime's memory (heap.c) as no call-out does: heap-pieces <seed>. It tells on stdout what is wrong, a line
 * each, and exits with 1 then.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "../heap.h"

/* What max_align_t asks for on both architectures. */
#define ALIGNMENT 16u
/* Beyond the last class of size. */
#define EACH_SIZE 70000u
#define PIECES 2000u
#define ROUNDS 400000u
#define END 256u

typedef struct {
  uint8_t *bytes;
  size_t size;
  uint8_t mark;
} Piece;

static uint64_t state;
static int faults;

static void check(bool holds, const char *what, size_t size) {
  if (holds) return;
  if (faults++ < 20) printf("%s (%zu bytes)\n", what, size);
}

/* xorshift64*, of the seed alone. */
static size_t below(size_t limit) {
  state ^= state >> 12;
  state ^= state << 25;
  state ^= state >> 27;
  return (size_t)((state * UINT64_C(2685821657736338717)) >> 33) % limit;
}

static bool is_all(const uint8_t *bytes, size_t length, uint8_t mark) {
  return length == 0 || (bytes[0] == mark && memcmp(bytes, bytes + 1, length - 1) == 0);
}

/* Of a long piece its ends, which others would meet first. */
static bool is_marked(const uint8_t *bytes, size_t length, uint8_t mark) {
  if (length <= 2 * END) return is_all(bytes, length, mark);
  return is_all(bytes, END, mark) && is_all(bytes + length - END, END, mark);
}

static void write_mark(uint8_t *bytes, size_t length, uint8_t mark) {
  memset(bytes, mark, length <= 2 * END ? length : END);
  if (length > 2 * END) memset(bytes + length - END, mark, END);
}

/* To the last byte that is said to be usable: QuickJS writes there (JS_ConcatString2). */
static void mark(Piece *piece) {
  const size_t usable = front_heap.js_malloc_usable_size(piece->bytes);
  check(usable >= piece->size, "less is usable than was asked for", piece->size);
  check((uintptr_t)piece->bytes % ALIGNMENT == 0, "a piece is not aligned", piece->size);
  piece->mark = (uint8_t)below(256);
  write_mark(piece->bytes, usable, piece->mark);
}

static void check_marked(const Piece *piece, size_t length) {
  check(is_marked(piece->bytes, length, piece->mark), "a piece was written to by another's owner", piece->size);
}

static Piece taken(size_t size) {
  Piece piece = {front_heap.js_malloc(NULL, size), size, 0};
  check(piece.bytes != NULL, "no memory", size);
  if (piece.bytes == NULL) abort();
  mark(&piece);
  return piece;
}

static Piece taken_zeroed(size_t size) {
  const size_t count = size % 8 == 0 ? 8 : 1;
  Piece piece = {front_heap.js_calloc(NULL, count, size / count), size, 0};
  check(piece.bytes != NULL, "no zeroed memory", size);
  if (piece.bytes == NULL) abort();
  check(is_all(piece.bytes, size, 0), "what should be zeros is not", size);
  mark(&piece);
  return piece;
}

static void resize(Piece *piece, size_t size) {
  const size_t had = front_heap.js_malloc_usable_size(piece->bytes), kept = size < had ? size : had;
  check_marked(piece, had);
  uint8_t *bytes = front_heap.js_realloc(NULL, piece->bytes, size);
  check((bytes != NULL) == (size != 0), "resizing answers NULL where it must not, or the other way round", size);
  *piece = (Piece){bytes, size, piece->mark};
  if (bytes == NULL) return;
  check(is_all(bytes, kept < END ? kept : END, piece->mark), "a piece was not copied", size);
  if (kept == had && kept > END)
    check(is_all(bytes + kept - END, END, piece->mark), "a piece was not copied to its end", size);
  mark(piece);
}

static void give_back(Piece *piece) {
  if (piece->bytes != NULL) check_marked(piece, front_heap.js_malloc_usable_size(piece->bytes));
  front_heap.js_free(NULL, piece->bytes);
  *piece = (Piece){NULL, 0, 0};
}

static void try_each_size(void) {
  for (size_t size = 0; size <= EACH_SIZE; size++) {
    Piece one = taken(size), other = taken_zeroed(size);
    resize(&one, size + 1);
    resize(&other, size > 1 ? size - 1 : 1);
    resize(&other, size / 3 + 1);
    give_back(&one);
    give_back(&other);
  }
}

/* Mostly small ones; at times around a limit, at times large. */
static size_t some_size(void) {
  switch (below(16)) {
    case 0:
      return ((size_t)1 << below(18)) + below(33) - (below(2) == 0 ? 1 : 0);
    case 1:
      return below(200000);
    case 2:
      return below(20000);
    default:
      return below(400);
  }
}

static void try_at_random(void) {
  static Piece pieces[PIECES];
  for (size_t round = 0; round < ROUNDS; round++) {
    Piece *piece = &pieces[below(PIECES)];
    if (piece->bytes == NULL)
      *piece = below(3) == 0 ? taken_zeroed(some_size()) : taken(some_size());
    else if (below(2) == 0)
      resize(piece, some_size());
    else
      give_back(piece);
  }
  for (size_t index = 0; index < PIECES; index++) give_back(&pieces[index]);
}

static void try_large_ones(void) {
  Piece piece = taken(40u << 20);
  resize(&piece, 100u << 20);
  resize(&piece, 65u << 10);
  resize(&piece, 3);
  resize(&piece, 200000);
  resize(&piece, 0);
  Piece zeroed = taken_zeroed(20u << 20);
  give_back(&zeroed);
  zeroed = taken_zeroed(20u << 20);
  give_back(&zeroed);
}

static void try_impossible_ones(void) {
  const size_t impossible[] = {SIZE_MAX,      SIZE_MAX - 7, SIZE_MAX - 8,     SIZE_MAX - 15,     SIZE_MAX - 16,
                               SIZE_MAX - 32, SIZE_MAX / 2, SIZE_MAX / 2 + 1, SIZE_MAX / 2 - 15, SIZE_MAX / 2 - 16};
  for (size_t index = 0; index < sizeof impossible / sizeof *impossible; index++) {
    const size_t size = impossible[index];
    check(front_heap.js_malloc(NULL, size) == NULL, "more than there is was given", size);
    check(front_heap.js_calloc(NULL, 1, size) == NULL, "more zeros than there are were given", size);
    check(front_heap.js_calloc(NULL, size, 3) == NULL, "a product that is too large was given", size);
    Piece small = taken(100), big = taken(100000);
    check(front_heap.js_realloc(NULL, small.bytes, size) == NULL, "a small piece became larger than there is", size);
    check(front_heap.js_realloc(NULL, big.bytes, size) == NULL, "a large piece became larger than there is", size);
    give_back(&small);
    give_back(&big);
  }
}

static void try_nothing(void) {
  front_heap.js_free(NULL, NULL);
  check(front_heap.js_malloc_usable_size(NULL) == 0, "nothing has usable bytes", 0);
  check(front_heap.js_realloc(NULL, taken(50).bytes, 0) == NULL, "resizing to nothing answers a piece", 50);
  Piece piece = {front_heap.js_realloc(NULL, NULL, 50), 50, 0};
  mark(&piece);
  uint8_t *before = piece.bytes;
  give_back(&piece);
  piece = taken(50);
  check(piece.bytes == before, "what was given back is not used again", 50);
  give_back(&piece);
}

#ifndef __SANITIZE_ADDRESS__
/* With no more memory what there is stays as it is, and is used again. */
static void try_without_memory(size_t size) {
  static Piece pieces[100000];
  struct rlimit before, little;
  size_t count = 0;
  getrlimit(RLIMIT_AS, &before);
  little = (struct rlimit){64u << 20, before.rlim_max};
  if (setrlimit(RLIMIT_AS, &little) < 0) check(false, "memory cannot be limited", size);
  for (; count < sizeof pieces / sizeof *pieces; count++) {
    pieces[count] = (Piece){front_heap.js_malloc(NULL, size), size, 0};
    if (pieces[count].bytes == NULL) break;
    mark(&pieces[count]);
  }
  check(count > 100 && count < sizeof pieces / sizeof *pieces, "memory does not end", size);
  check(front_heap.js_calloc(NULL, 1, size) == NULL, "zeros without memory", size);
  check(front_heap.js_realloc(NULL, pieces[0].bytes, size + size / 4) == NULL, "a piece grew without memory", size);
  for (size_t index = 0; index < 3; index++) resize(&pieces[index], size / 2 - 100); /* for one there may be room */
  for (size_t index = 0; index < count; index++) give_back(&pieces[index]);
  Piece again = taken(size);
  give_back(&again);
  setrlimit(RLIMIT_AS, &before);
}
#else
static void try_without_memory(size_t size) { (void)size; }

const char *__asan_default_options(void);
const char *__asan_default_options(void) { return "allocator_may_return_null=1"; }
#endif

int main(int argc, char **argv) {
  state = argc > 1 ? strtoull(argv[1], NULL, 10) : 0;
  if (state == 0) return fprintf(stderr, "heap-pieces <seed>\n"), 2;
  try_without_memory(40000); /* first: nothing that was given back helps out */
  try_nothing();
  try_each_size();
  try_at_random();
  try_large_ones();
  try_impossible_ones();
  printf("%d faults\n", faults);
  return faults == 0 ? 0 : 1;
}
