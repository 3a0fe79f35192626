//===- ProgramCache.h - programs that are kept ------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_LIB_DRIVER_PROGRAMCACHE_H
#define LLMC_LIB_DRIVER_PROGRAMCACHE_H

#include "llmc/Driver/Options.h"

namespace llmc {

/// Where the program of this model and these options stands, in a folder that has a
/// name made of both and is its owner's alone.
llvm::Expected<std::string> getCachedPath(const std::string &model,
                                          const CompileOptions &options);

/// Compiles it there, unless it is there, whole and ours. Returns whether it did.
llvm::Expected<bool> cacheProgram(const std::string &path,
                                  const std::string &model,
                                  const CompileOptions &options, bool quiet);

} // namespace llmc

#endif // LLMC_LIB_DRIVER_PROGRAMCACHE_H
