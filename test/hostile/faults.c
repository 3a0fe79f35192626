/*===- faults.c - one call on a model's file fails, or its file shrinks -----===
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Loaded before the C library (LD_PRELOAD). LLMC_FAULT=CALL:N:WHAT lets the Nth
 * CALL (open, stat, access, read, map) on a file below the folder
 * LLMC_FAULT_UNDER fail with the number WHAT of errno, come short of what was
 * asked (WHAT short), or find the file half as long as before (WHAT shrink).
 * The file LLMC_FAULT_MARK says that it came to that.
 *===----------------------------------------------------------------------===*/
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static atomic_long calls;

static int isBelow(const char *path) {
  const char *folder = getenv("LLMC_FAULT_UNDER");
  return folder && path && strncmp(path, folder, strlen(folder)) == 0;
}

/* The file of a descriptor; empty if it has none. */
static const char *pathOf(int descriptor, char *path) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  ssize_t size = readlink(link, path, PATH_MAX - 1);
  path[size > 0 ? size : 0] = 0;
  return path;
}

/* What this call is to suffer, or null. Its file shrinks here. */
static const char *faultOf(const char *call, const char *path) {
  const char *fault = getenv("LLMC_FAULT");
  size_t length = strlen(call);
  if (!fault || strncmp(fault, call, length) != 0 || fault[length] != ':' ||
      !isBelow(path))
    return NULL;
  char *what;
  if (atomic_fetch_add(&calls, 1) + 1 != strtol(fault + length + 1, &what, 10))
    return NULL;
  const char *mark = getenv("LLMC_FAULT_MARK");
  if (mark)
    close((int)syscall(SYS_openat, AT_FDCWD, mark, O_CREAT | O_WRONLY, 0600));
  if (strcmp(++what, "shrink") != 0)
    return what;
  struct stat now;
  if (syscall(SYS_newfstatat, AT_FDCWD, path, &now, 0) == 0)
    (void)!truncate(path, now.st_size / 2);
  return NULL;
}

#define REAL(name)                                                             \
  static __typeof__(&name) real;                                               \
  if (!real)                                                                   \
    real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

int open(const char *path, int flags, ...) {
  REAL(open);
  va_list more;
  va_start(more, flags);
  mode_t mode = flags & O_CREAT ? va_arg(more, mode_t) : 0;
  va_end(more);
  const char *fault = faultOf("open", path);
  if (!fault)
    return real(path, flags, mode);
  errno = atoi(fault);
  return -1;
}

#define BY_PATH(name, call, parameters, arguments)                             \
  int name parameters {                                                        \
    REAL(name);                                                                \
    const char *fault = faultOf(call, path);                                   \
    if (!fault)                                                                \
      return real arguments;                                                   \
    errno = atoi(fault);                                                       \
    return -1;                                                                 \
  }
BY_PATH(access, "access", (const char *path, int mode), (path, mode))
BY_PATH(stat, "stat", (const char *path, struct stat *result), (path, result))
BY_PATH(stat64, "stat", (const char *path, struct stat64 *result),
        (path, result))

#define BY_DESCRIPTOR(name, parameters, arguments)                             \
  int name parameters {                                                        \
    REAL(name);                                                                \
    char path[PATH_MAX];                                                       \
    const char *fault = faultOf("stat", pathOf(descriptor, path));             \
    if (!fault)                                                                \
      return real arguments;                                                   \
    errno = atoi(fault);                                                       \
    return -1;                                                                 \
  }
BY_DESCRIPTOR(fstat, (int descriptor, struct stat *result),
              (descriptor, result))
BY_DESCRIPTOR(fstat64, (int descriptor, struct stat64 *result),
              (descriptor, result))

/* A read that fails, or gives one byte where more were asked. */
static int cutRead(int descriptor, size_t *size) {
  char path[PATH_MAX];
  const char *fault = faultOf("read", pathOf(descriptor, path));
  if (fault && strcmp(fault, "short") == 0)
    *size = *size ? 1 : 0;
  else if (fault)
    errno = atoi(fault);
  return fault && strcmp(fault, "short") != 0;
}

ssize_t read(int descriptor, void *bytes, size_t size) {
  REAL(read);
  return cutRead(descriptor, &size) ? -1 : real(descriptor, bytes, size);
}
ssize_t pread(int descriptor, void *bytes, size_t size, off_t offset) {
  REAL(pread);
  return cutRead(descriptor, &size) ? -1
                                    : real(descriptor, bytes, size, offset);
}

void *mmap(void *at, size_t size, int protection, int flags, int descriptor,
           off_t offset) {
  REAL(mmap);
  char path[PATH_MAX];
  const char *fault =
      descriptor < 0 ? NULL : faultOf("map", pathOf(descriptor, path));
  if (!fault)
    return real(at, size, protection, flags, descriptor, offset);
  errno = atoi(fault);
  return MAP_FAILED;
}
