//===- Files.h - model files in memory --------------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef LLMC_WEIGHTS_FILES_H
#define LLMC_WEIGHTS_FILES_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBuffer.h"

#include <memory>

namespace llmc {

/// Maps a regular file. Fails on anything else (folders, pipes, devices).
llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>>
openFile(llvm::StringRef path);

/// The path of the file that is mapped at `address`, or null. Async-signal-safe:
/// reading a file that someone cuts meanwhile is a SIGBUS.
const char *findMappedFile(const void *address);

/// Fails if a file that was mapped is another one now than it was: what was read
/// of it may be half of each.
llvm::Error checkMappedFilesUnchanged();

llvm::ArrayRef<uint8_t> bytesOf(const llvm::MemoryBuffer &buffer);

} // namespace llmc

#endif // LLMC_WEIGHTS_FILES_H
