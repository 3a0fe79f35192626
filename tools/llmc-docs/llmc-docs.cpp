//===- llmc-docs.cpp - writes the manual pages and completions of llmc ----===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// usage: llmc-docs FOLDER. Part of the build; it is not installed.
//===----------------------------------------------------------------------===//
#include "llmc/Driver/Commands.h"

#include <cstdio>

int main(int argc, char **argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: llmc-docs FOLDER\n");
    return 2;
  }
  return llmc::writeCommandDocs(argv[1]);
}
