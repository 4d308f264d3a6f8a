/*
 * The loader of the large runtime: what the kernel does at execve(2) (fs/binfmt_elf.c), for an ELF file that begins in the
 * middle of another. A file can hold two programs so, /proc/self/exe stays that file, and nothing is copied.
 *
 *   (1) find where the second program begins: behind this one's section headers, at the next 64 KiB
 *   (2) map its segments where it wants them, and those of the dynamic loader it names where there is room
 *   (3) give back what this program has of the process: signals, descriptors that an execve would close, its name
 *   (4) lay out arguments, environment and auxiliary vector once more (System V ABI, "Initial Stack and Register State")
 *   (5) jump to the dynamic loader
 *
 * Until (3) everything can be undone. Of this program its own pages stay mapped, unused.
 */
#include "hand-over.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crash.h"
#include "signals.h"

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif

/* The largest page of a kernel in use (arm64): a segment can only begin at a page, in memory and in the file. */
#define ALIGNMENT 65536u
#define MAX_HEADERS 32
/* Addresses of programs, and their sizes, are less on both architectures: sums of them do not overflow. */
#define MAX_ADDRESS ((uint64_t)1 << 52)
/* Descriptors are looked at up to here; this program opens few. */
#define MAX_DESCRIPTORS 256

#if defined(__x86_64__)
#define MACHINE EM_X86_64
#elif defined(__aarch64__)
#define MACHINE EM_AARCH64
#else
#error "no hand-over for this architecture"
#endif

/* An ELF file that is open, and where its headers say it belongs. */
typedef struct {
  int descriptor;
  uint64_t offset; /* where in the file it begins */
  Elf64_Ehdr header;
  Elf64_Phdr segments[MAX_HEADERS];
  uintptr_t bias; /* what is added to its addresses */
  uintptr_t lowest, highest; /* its addresses, whole pages */
} Program;

static char **kept_argv;
static char **kept_envp;

void hand_over_remember(char **argv, char **envp) {
  kept_argv = argv;
  kept_envp = envp;
}

static uintptr_t page_size(void) { return (uintptr_t)sysconf(_SC_PAGESIZE); }
static uintptr_t page_down(uintptr_t address) { return address & ~(page_size() - 1); }
static uintptr_t page_up(uintptr_t address) { return page_down(address + page_size() - 1); }

static int read_fully(int descriptor, void *into, size_t length, uint64_t offset) {
  for (size_t done = 0; done < length;) {
    const ssize_t count = pread(descriptor, (char *)into + done, length - done, (off_t)(offset + done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return -errno;
    if (count == 0) return -ENOEXEC;
    done += (size_t)count;
  }
  return 0;
}

/* Reads the headers at program->offset, and checks that they are of a program of this machine. */
static int read_headers(Program *program) {
  Elf64_Ehdr *header = &program->header;
  const int fault = read_fully(program->descriptor, header, sizeof *header, program->offset);
  if (fault < 0) return fault;
  const bool usable = memcmp(header->e_ident, ELFMAG, SELFMAG) == 0 && header->e_ident[EI_CLASS] == ELFCLASS64 &&
                      header->e_machine == MACHINE && (header->e_type == ET_EXEC || header->e_type == ET_DYN) &&
                      header->e_phentsize == sizeof(Elf64_Phdr) && header->e_phnum > 0 &&
                      header->e_phnum <= MAX_HEADERS;
  if (!usable) return -ENOEXEC;
  return read_fully(program->descriptor, program->segments, header->e_phnum * sizeof(Elf64_Phdr),
                    program->offset + header->e_phoff);
}

/* (1) */
static int find_second(Program *program) {
  program->offset = 0;
  const int fault = read_headers(program);
  if (fault < 0) return fault;
  const Elf64_Ehdr *own = &program->header;
  if (own->e_shnum == 0) return -ENOEXEC; /* what would be found is this program, again and again */
  const uint64_t end = own->e_shoff + (uint64_t)own->e_shnum * own->e_shentsize;
  program->offset = (end + ALIGNMENT - 1) & ~(uint64_t)(ALIGNMENT - 1);
  return read_headers(program);
}

/* What is behind the end of a file can be mapped as well, and ends who touches it: a file may have been copied in part. */
static bool is_there(const Program *program, const Elf64_Phdr *segment, uint64_t size) {
  return segment->p_offset <= MAX_ADDRESS && segment->p_filesz <= MAX_ADDRESS &&
         program->offset + segment->p_offset + segment->p_filesz <= size;
}

static int measure(Program *program) {
  struct stat file;
  if (fstat(program->descriptor, &file) < 0) return -errno;
  program->lowest = UINTPTR_MAX;
  program->highest = 0;
  for (int index = 0; index < program->header.e_phnum; index++) {
    const Elf64_Phdr *segment = &program->segments[index];
    if (segment->p_type != PT_LOAD) continue;
    if (segment->p_vaddr > MAX_ADDRESS || segment->p_memsz > MAX_ADDRESS || segment->p_filesz > segment->p_memsz ||
        !is_there(program, segment, (uint64_t)file.st_size))
      return -ENOEXEC;
    if (page_down(segment->p_vaddr) < program->lowest) program->lowest = page_down(segment->p_vaddr);
    if (page_up(segment->p_vaddr + segment->p_memsz) > program->highest)
      program->highest = page_up(segment->p_vaddr + segment->p_memsz);
  }
  return program->lowest < program->highest ? 0 : -ENOEXEC;
}

static int protection(const Elf64_Phdr *segment) {
  return (segment->p_flags & PF_R ? PROT_READ : 0) | (segment->p_flags & PF_W ? PROT_WRITE : 0) |
         (segment->p_flags & PF_X ? PROT_EXEC : 0);
}

static bool map_at(uintptr_t from, uintptr_t to, int access, int flags, int descriptor, uint64_t offset) {
  return mmap((void *)from, to - from, access, MAP_PRIVATE | MAP_FIXED | flags, descriptor, (off_t)offset) != MAP_FAILED;
}

/* The file's part of a segment, then what is beyond it in memory, which begins as zeros. */
static int map_segment(const Program *program, const Elf64_Phdr *segment) {
  const uintptr_t start = program->bias + segment->p_vaddr;
  const uintptr_t file_end = start + segment->p_filesz;
  const uintptr_t end = start + segment->p_memsz;
  const uintptr_t lead = start - page_down(start);
  const int access = protection(segment);
  if (segment->p_filesz > 0 && !map_at(page_down(start), page_up(file_end), access, 0, program->descriptor,
                                       program->offset + segment->p_offset - lead))
    return -errno;
  if (end <= file_end) return 0;
  const uintptr_t zeros = segment->p_filesz > 0 ? page_up(file_end) : page_down(start);
  if (zeros < page_up(end) && !map_at(zeros, page_up(end), access, MAP_ANONYMOUS, -1, 0)) return -errno;
  if (segment->p_filesz > 0 && access & PROT_WRITE) memset((void *)file_end, 0, page_up(file_end) - file_end);
  return 0;
}

/* (2) The whole range is taken first, so that nothing that is mapped already can be hit. */
static int map_program(Program *program) {
  const int fault = measure(program);
  if (fault < 0) return fault;
  const bool fixed = program->header.e_type == ET_EXEC;
  const size_t span = program->highest - program->lowest;
  void *place = mmap(fixed ? (void *)program->lowest : NULL, span, PROT_NONE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | (fixed ? MAP_FIXED_NOREPLACE : 0), -1, 0);
  if (place == MAP_FAILED) return -errno;
  if (fixed && (uintptr_t)place != program->lowest) { /* a kernel before 4.17, which takes it for a wish */
    munmap(place, span);
    return -EEXIST;
  }
  program->bias = (uintptr_t)place - program->lowest;
  for (int index = 0; index < program->header.e_phnum; index++) {
    const Elf64_Phdr *segment = &program->segments[index];
    if (segment->p_type != PT_LOAD) continue;
    const int failed = map_segment(program, segment);
    if (failed < 0) {
      munmap(place, span);
      return failed;
    }
  }
  return 0;
}

static void unmap_program(const Program *program) {
  munmap((void *)(program->bias + program->lowest), program->highest - program->lowest);
}

/* Opens the dynamic loader that a program names (PT_INTERP); -ENOEXEC for one that names none. */
static int open_loader(const Program *program, Program *loader) {
  char path[PATH_MAX];
  for (int index = 0; index < program->header.e_phnum; index++) {
    const Elf64_Phdr *segment = &program->segments[index];
    if (segment->p_type != PT_INTERP) continue;
    if (segment->p_filesz < 2 || segment->p_filesz > sizeof path) return -ENOEXEC;
    const int fault = read_fully(program->descriptor, path, segment->p_filesz, program->offset + segment->p_offset);
    if (fault < 0) return fault;
    if (path[segment->p_filesz - 1] != '\0') return -ENOEXEC;
    loader->offset = 0;
    loader->descriptor = open(path, O_RDONLY | O_CLOEXEC);
    return loader->descriptor < 0 ? -errno : 0;
  }
  return -ENOEXEC;
}

static int map_loader(const Program *program, Program *loader) {
  int fault = open_loader(program, loader);
  if (fault < 0) return fault;
  fault = read_headers(loader);
  if (fault == 0) fault = loader->header.e_type == ET_DYN ? map_program(loader) : -ENOEXEC;
  close(loader->descriptor);
  return fault;
}

static int map_both(Program *program, Program *loader) {
  program->descriptor = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  if (program->descriptor < 0) return -errno;
  int fault = find_second(program);
  if (fault == 0) fault = map_program(program);
  if (fault == 0) {
    fault = map_loader(program, loader);
    if (fault < 0) unmap_program(program);
  }
  close(program->descriptor);
  return fault;
}

/* Where the linker put this program: its headers, what is only read, and its code, as the file has them. */
extern const char __ehdr_start[], etext[];

/* What was touched of this program's file is no longer counted as this process's memory; what is run yet comes back. */
static void forget_own_pages(void) {
  const uintptr_t from = (uintptr_t)__ehdr_start, to = page_down((uintptr_t)etext);
  madvise((void *)from, to - from, MADV_DONTNEED);
}

/* (3) */
static void give_back(void) {
  front_reset_signals();
  front_leave_crashes();
  for (int descriptor = 3; descriptor < MAX_DESCRIPTORS; descriptor++) {
    const int flags = fcntl(descriptor, F_GETFD);
    if (flags >= 0 && flags & FD_CLOEXEC) close(descriptor);
  }
  /* As execve(2) named it. */
  const char *path = (const char *)getauxval(AT_EXECFN);
  const char *slash = path != NULL ? strrchr(path, '/') : NULL;
  if (path != NULL) prctl(PR_SET_NAME, slash != NULL ? slash + 1 : path);
  forget_own_pages();
}

static size_t count_of(char *const *texts) {
  size_t count = 0;
  while (texts[count] != NULL) count++;
  return count;
}

static const Elf64_auxv_t *kept_auxiliary(void) {
  return (const Elf64_auxv_t *)(kept_envp + count_of(kept_envp) + 1);
}

static size_t count_of_auxiliary(const Elf64_auxv_t *entries) {
  size_t count = 0;
  while (entries[count].a_type != AT_NULL) count++;
  return count + 1;
}

/* Where a program's own headers are in memory: in the segment that has them (fs/binfmt_elf.c). */
static uintptr_t headers_of(const Program *program) {
  const uint64_t at = program->header.e_phoff;
  for (int index = 0; index < program->header.e_phnum; index++) {
    const Elf64_Phdr *segment = &program->segments[index];
    if (segment->p_type == PT_LOAD && segment->p_offset <= at && at - segment->p_offset < segment->p_filesz)
      return program->bias + segment->p_vaddr + (at - segment->p_offset);
  }
  return 0;
}

/* What an entry of the kernel's says of this program, as it is of the next one. */
static uint64_t adapted(const Elf64_auxv_t *entry, const Program *program, const Program *loader) {
  switch (entry->a_type) {
    case AT_PHDR:
      return headers_of(program);
    case AT_PHENT:
      return sizeof(Elf64_Phdr);
    case AT_PHNUM:
      return program->header.e_phnum;
    case AT_BASE:
      return loader->bias;
    case AT_ENTRY:
      return program->bias + program->header.e_entry;
    default:
      return entry->a_un.a_val;
  }
}

/*
 * (5) No argument in registers: a function for the program's end to call, which the kernel does not give either. What is
 * jumped to is in a register that is not cleared before.
 */
static _Noreturn void jump(void *stack, uintptr_t entry) {
#if defined(__x86_64__)
  __asm__ volatile("mov %0, %%rsp\n\txor %%edx, %%edx\n\txor %%ebp, %%ebp\n\tjmp *%1"
                   :
                   : "a"(stack), "c"(entry)
                   : "rdx", "memory");
#else
  register void *top __asm__("x9") = stack;
  register uintptr_t to __asm__("x10") = entry;
  __asm__ volatile("mov sp, %0\n\tmov x0, #0\n\tmov x29, #0\n\tmov x30, #0\n\tbr %1"
                   :
                   : "r"(top), "r"(to)
                   : "x0", "memory");
#endif
  __builtin_unreachable();
}

/* (4) Texts stay where the kernel put them; only the pointers to them are laid out anew, below all that is in use. */
static _Noreturn void start(const Program *program, const Program *loader, char *const *added, size_t added_count) {
  const Elf64_auxv_t *auxiliary = kept_auxiliary();
  const size_t arguments = count_of(kept_argv), variables = count_of(kept_envp);
  const size_t entries = count_of_auxiliary(auxiliary);
  const size_t words = 1 + arguments + 1 + variables + added_count + 1 + entries * 2;
  uintptr_t *block = __builtin_alloca_with_align((words + 2) * sizeof(uintptr_t), 128);
  uintptr_t *next = block;
  *next++ = arguments;
  for (size_t index = 0; index < arguments; index++) *next++ = (uintptr_t)kept_argv[index];
  *next++ = 0;
  for (size_t index = 0; index < variables; index++) *next++ = (uintptr_t)kept_envp[index];
  for (size_t index = 0; index < added_count; index++) *next++ = (uintptr_t)added[index];
  *next++ = 0;
  for (size_t index = 0; index < entries; index++) {
    *next++ = auxiliary[index].a_type;
    *next++ = adapted(&auxiliary[index], program, loader);
  }
  jump(block, loader->bias + loader->header.e_entry);
}

int hand_over(char *const *added, size_t count) {
  Program program, loader;
  const int fault = map_both(&program, &loader);
  if (fault < 0) return fault;
  give_back();
  start(&program, &loader, added, count);
}
