//===- Functions.cpp - names that older C libraries do not have -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Headers of newer C libraries turn old calls into new names. Each name here is
// the old function again; what nothing refers to is dropped by the linker.
//===----------------------------------------------------------------------===//
#include <cstdarg>
#include <cstddef>

#define LLMRT_FLOOR extern "C" __attribute__((visibility("hidden")))

// libstdc++ leaves out atomic instructions while this is not zero (glibc 2.32).
// Programs start threads at once, so it always is.
LLMRT_FLOOR char __libc_single_threaded = 0;

//===----------------------------------------------------------------------===//
// stat and its kin, functions of their own since glibc 2.33
//===----------------------------------------------------------------------===//

struct stat;
struct stat64;
extern "C" {
int __xstat(int, const char *, struct stat *);
int __lxstat(int, const char *, struct stat *);
int __fxstat(int, int, struct stat *);
int __fxstatat(int, int, const char *, struct stat *, int);
int __xstat64(int, const char *, struct stat64 *);
int __lxstat64(int, const char *, struct stat64 *);
int __fxstat64(int, int, struct stat64 *);
}

constexpr int statVersion = 1; // of x86-64: the kernel's own struct

LLMRT_FLOOR int stat(const char *path, struct stat *to) {
  return __xstat(statVersion, path, to);
}
LLMRT_FLOOR int lstat(const char *path, struct stat *to) {
  return __lxstat(statVersion, path, to);
}
LLMRT_FLOOR int fstat(int descriptor, struct stat *to) {
  return __fxstat(statVersion, descriptor, to);
}
LLMRT_FLOOR int fstatat(int folder, const char *path, struct stat *to,
                        int flags) {
  return __fxstatat(statVersion, folder, path, to, flags);
}
LLMRT_FLOOR int stat64(const char *path, struct stat64 *to) {
  return __xstat64(statVersion, path, to);
}
LLMRT_FLOOR int lstat64(const char *path, struct stat64 *to) {
  return __lxstat64(statVersion, path, to);
}
LLMRT_FLOOR int fstat64(int descriptor, struct stat64 *to) {
  return __fxstat64(statVersion, descriptor, to);
}

//===----------------------------------------------------------------------===//
// Numbers in text, which C23 reads otherwise (0b1) since glibc 2.38
//===----------------------------------------------------------------------===//

extern "C" {
long strtol(const char *, char **, int);
unsigned long strtoul(const char *, char **, int);
long long strtoll(const char *, char **, int);
unsigned long long strtoull(const char *, char **, int);
int __isoc99_vsscanf(const char *, const char *, va_list);
}

LLMRT_FLOOR long __isoc23_strtol(const char *text, char **end, int base) {
  return strtol(text, end, base);
}
LLMRT_FLOOR unsigned long __isoc23_strtoul(const char *text, char **end,
                                           int base) {
  return strtoul(text, end, base);
}
LLMRT_FLOOR long long __isoc23_strtoll(const char *text, char **end, int base) {
  return strtoll(text, end, base);
}
LLMRT_FLOOR unsigned long long __isoc23_strtoull(const char *text, char **end,
                                                 int base) {
  return strtoull(text, end, base);
}
LLMRT_FLOOR int __isoc23_sscanf(const char *text, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  int count = __isoc99_vsscanf(text, format, arguments);
  va_end(arguments);
  return count;
}
