//===- Version.h - which llmc this is ---------------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef LLMC_DRIVER_VERSION_H
#define LLMC_DRIVER_VERSION_H

#include <string>

namespace llmc {

/// "0.1.0 (e023de6)": the release, and the commit where the build knew one;
/// "+" behind it: with changes that no commit has.
std::string getVersion();

/// What `llmc --version` prints: llmc, the LLVM that makes the code, and this
/// machine as `--cpu=native` sees it.
std::string describeVersion();

} // namespace llmc

#endif // LLMC_DRIVER_VERSION_H
