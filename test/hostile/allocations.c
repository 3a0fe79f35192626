/*===- allocations.c - one allocation of a program fails, or all from it on ===
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Loaded before the C library (LD_PRELOAD); from main on, allocations are
 * counted, a forked process going on where its parent was. LLMC_FAULT says what
 * becomes of them: "N" lets the Nth fail, "N-" every one from the Nth on, and
 * "list" writes to the file LLMC_FAULT_MARK the number of each allocation whose
 * callers, up to the fourth, are not those of one before. The file
 * LLMC_FAULT_MARK says that it came to the Nth, too. One thread is counted
 * rightly; addresses must be the same in every process (setarch -R).
 *===----------------------------------------------------------------------===*/
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { callers = 4, places = 1 << 18 };

static atomic_long count;
static long failing; /* 0: none */
static int listing, forGood;
static uint64_t seen[places];
static __thread int within; /* backtrace and main's first steps allocate */

static void mark(const char *text, size_t size) {
  const char *path = getenv("LLMC_FAULT_MARK");
  int file = path ? (int)syscall(SYS_openat, AT_FDCWD, path,
                                 O_CREAT | O_WRONLY | O_APPEND, 0600)
                  : -1;
  if (file < 0)
    return;
  (void)!write(file, text, size);
  close(file);
}

/* Whether nobody allocated from here before. */
static int isNewPlace(void) {
  void *stack[callers + 2];
  int depth = backtrace(stack, callers + 2);
  uint64_t hash = 1469598103934665603u;
  for (int frame = 2; frame < depth; ++frame)
    hash = (hash ^ (uintptr_t)stack[frame]) * 1099511628211u;
  for (uint64_t at = hash % places, tries = 0; tries < places;
       at = (at + 1) % places, ++tries) {
    if (seen[at] == hash)
      return 0;
    if (!seen[at]) {
      seen[at] = hash;
      return 1;
    }
  }
  return 0;
}

static int fails(void) {
  if (within || (!failing && !listing))
    return 0;
  long number = atomic_fetch_add(&count, 1) + 1;
  if (listing) {
    within = 1;
    char line[32];
    if (isNewPlace())
      mark(line, (size_t)snprintf(line, sizeof line, "%ld\n", number));
    within = 0;
    return 0;
  }
  if (number == failing)
    mark("", 0);
  return forGood ? number >= failing : number == failing;
}

/* Programs call these by their own names or, where they have allocators of their
   own, by those that the C library's have below. */
#define ALLOCATOR(name, parameters, arguments)                                 \
  void *__libc_##name parameters {                                             \
    static void *(*real)parameters;                                            \
    if (!real) /* which allocates nothing for a name that is there */          \
      real = (void *(*)parameters)dlsym(RTLD_NEXT, "__libc_" #name);           \
    if (!fails())                                                              \
      return real arguments;                                                   \
    errno = ENOMEM;                                                            \
    return NULL;                                                               \
  }                                                                            \
  void *name parameters { return __libc_##name arguments; }
ALLOCATOR(malloc, (size_t size), (size))
ALLOCATOR(calloc, (size_t number, size_t size), (number, size))
ALLOCATOR(realloc, (void *at, size_t size), (at, size))
ALLOCATOR(memalign, (size_t alignment, size_t size), (alignment, size))

void *aligned_alloc(size_t alignment, size_t size) {
  return memalign(alignment, size);
}
int posix_memalign(void **at, size_t alignment, size_t size) {
  void *memory = memalign(alignment, size);
  if (memory)
    *at = memory;
  return memory ? 0 : ENOMEM;
}

static int (*mainOfProgram)(int, char **, char **);

static int countFromHere(int argc, char **argv, char **environment) {
  const char *fault = getenv("LLMC_FAULT");
  char *end = NULL;
  if (fault && strcmp(fault, "list") == 0) {
    void *first[1];
    backtrace(first, 1); /* loads what it needs */
    listing = 1;
  } else if (fault) {
    failing = strtol(fault, &end, 10);
    forGood = *end == '-';
  }
  return mainOfProgram(argc, argv, environment);
}

typedef int StartMain(int (*)(int, char **, char **), int, char **,
                      void (*)(void), void (*)(void), void (*)(void), void *);
int __libc_start_main(int (*program)(int, char **, char **), int argc,
                      char **argv, void (*begin)(void), void (*end)(void),
                      void (*unload)(void), void *stack) {
  mainOfProgram = program;
  StartMain *real = (StartMain *)dlsym(RTLD_NEXT, "__libc_start_main");
  return real(countFromHere, argc, argv, begin, end, unload, stack);
}
