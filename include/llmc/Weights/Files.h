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

/// A regular file in memory: mapped, or a copy of a small one. Fails on anything
/// else (folders, pipes, devices).
llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>>
openFile(llvm::StringRef path);

/// Whether there is such a file. That nobody can tell (a network that fails, a
/// folder that may not be entered) is an error: a model without its tokenizer, or
/// with other weights, would be made of it.
llvm::Expected<bool> fileExists(llvm::StringRef path);

/// The path of the file that is mapped at `address`, or null. Async-signal-safe:
/// reading a file that someone cuts meanwhile is a SIGBUS.
const char *findMappedFile(const void *address);

/// Looks after the files that are opened as long as it lives.
class FileWatch {
public:
  FileWatch();
  /// Fails if one of them is another one now than it was: what was read of it may
  /// be half of each, and zeros where a copy came to the end too early.
  llvm::Error check() const;

private:
  const void *before; // what was opened earlier
};

llvm::ArrayRef<uint8_t> bytesOf(const llvm::MemoryBuffer &buffer);

} // namespace llmc

#endif // LLMC_WEIGHTS_FILES_H
