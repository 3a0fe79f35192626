//===- Version.cpp - which llmc this is -----------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The commit is read when ninja runs, not when CMake does (cmake/Commit.cmake):
// a build folder outlives many commits.
//===----------------------------------------------------------------------===//
#include "llmc/Driver/Version.h"

#include "llmc/Driver/Options.h"
#include "llmc_commit.h"

#include "llvm/Config/llvm-config.h"
#include "llvm/TargetParser/Host.h"

using namespace llmc;

std::string llmc::getVersion() {
  llvm::StringRef commit = LLMC_COMMIT;
  return LLMC_VERSION + (commit.empty() ? "" : " (" + commit.str() + ")");
}

std::string llmc::describeVersion() {
  std::string host = llvm::sys::getHostCPUName().str();
  auto native = getIsas("native");
  host += native ? ", runs " + native->front() : ", below every variant";
  llvm::consumeError(native.takeError());
  return "llmc " + getVersion() + "\nLLVM " LLVM_VERSION_STRING "\nhost " +
         host;
}
