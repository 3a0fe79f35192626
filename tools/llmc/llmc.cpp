//===- llmc.cpp - the compiler's command line -----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Everything is in lib/Driver; docs/architecture.md follows a model through it.
//===----------------------------------------------------------------------===//
#include "llmc/Driver/Commands.h"

#include <cstddef>
#include <sys/mman.h>
#include <unistd.h>

/// Libraries make tables before main, and abort where they get no memory
/// (`ulimit -v`). Runs before them, and so calls the kernel only.
static void needMemory(int, char **, char **) {
  constexpr size_t bytes = size_t(8) << 20;
  void *room =
      mmap(nullptr, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (room == MAP_FAILED) {
    constexpr char text[] = "llmc: error: out of memory: give it more address "
                            "space (ulimit -v)\n";
    (void)!write(STDERR_FILENO, text, sizeof text - 1);
    _exit(1);
  }
  munmap(room, bytes);
}
__attribute__((section(".preinit_array"),
               used)) static void (*const beforeLibraries)(int, char **,
                                                           char **) =
    needMemory;

int main(int argc, char **argv) { return llmc::runCommandLine(argc, argv); }
