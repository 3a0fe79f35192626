//===- RuntimeObjects.h - what llmc carries for the final link --*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A program needs start files, the runtime, libstdc++ and libgcc. They are
// embedded in llmc, prelinked, so that compiling a model needs no compiler and
// no development package on the user's machine.
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_EMIT_RUNTIMEOBJECTS_H
#define LLMC_LIB_EMIT_RUNTIMEOBJECTS_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

namespace llmc {

/// One relocatable object, as bytes in llmc's own image.
struct EmbeddedObject {
  const char *name;
  llvm::StringRef bytes;
};

/// In link order: first start files, runtime (a program's has main and the
/// commands), last start files. The generated code may stand anywhere between.
llvm::ArrayRef<EmbeddedObject> programObjects();
llvm::ArrayRef<EmbeddedObject> libraryObjects();

} // namespace llmc

#endif // LLMC_LIB_EMIT_RUNTIMEOBJECTS_H
