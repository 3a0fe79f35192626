//===- RuntimeObjects.cpp - what llmc carries for the final link ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The build names the files (lib/Emit/CMakeLists.txt); the assembler copies
// them.
//===----------------------------------------------------------------------===//
#include "RuntimeObjects.h"

using namespace llmc;

// Defines llmc_<name>_begin and llmc_<name>_end around the file's bytes.
#define EMBED(name, path)                                                      \
  asm(".section .rodata.llmc_" #name ",\"a\",@progbits\n"                      \
      ".balign 16\n"                                                           \
      ".globl llmc_" #name "_begin\n"                                          \
      "llmc_" #name "_begin:\n"                                                \
      ".incbin \"" path "\"\n"                                                 \
      ".globl llmc_" #name "_end\n"                                            \
      "llmc_" #name "_end:\n"                                                  \
      ".byte 0\n"                                                              \
      ".text\n");                                                              \
  extern "C" const char llmc_##name##_begin[], llmc_##name##_end[];            \
  static EmbeddedObject name() {                                               \
    return {#name ".o",                                                        \
            llvm::StringRef(llmc_##name##_begin,                               \
                            size_t(llmc_##name##_end - llmc_##name##_begin))}; \
  }

EMBED(crti, LLMC_CRTI)
EMBED(crtbeginS, LLMC_CRTBEGINS)
EMBED(crtendS, LLMC_CRTENDS)
EMBED(crtn, LLMC_CRTN)
EMBED(program, LLMC_PROGRAM)
EMBED(library, LLMC_LIBRARY)

llvm::ArrayRef<EmbeddedObject> llmc::programObjects() {
  static const EmbeddedObject objects[] = {crti(), crtbeginS(), program(),
                                           crtendS(), crtn()};
  return objects;
}

llvm::ArrayRef<EmbeddedObject> llmc::libraryObjects() {
  static const EmbeddedObject objects[] = {crti(), crtbeginS(), library(),
                                           crtendS(), crtn()};
  return objects;
}
