//===- ChildProgram.h - what another program says ---------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_LIB_DRIVER_CHILDPROGRAM_H
#define LLMC_LIB_DRIVER_CHILDPROGRAM_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/JSON.h"

#include <string>

namespace llmc {

/// Runs the program `command` names first, waits, and returns what it wrote to
/// stdout. It ends when this process does. Fails where it
/// cannot be started or is killed, and with the last line that it wrote to stderr where
/// it ends with another code than 0.
llvm::Expected<std::string> runProgram(llvm::ArrayRef<std::string> command);

/// What it writes is a JSON object. Fails as well where it is none.
llvm::Expected<llvm::json::Object>
askProgram(llvm::ArrayRef<std::string> command);

} // namespace llmc

#endif // LLMC_LIB_DRIVER_CHILDPROGRAM_H
