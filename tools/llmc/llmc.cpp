//===- llmc.cpp - the compiler's command line -----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Everything is in lib/Driver; docs/architecture.md follows a model through it.
//===----------------------------------------------------------------------===//
#include "llmc/Driver/Commands.h"

int main(int argc, char **argv) { return llmc::runCommandLine(argc, argv); }
