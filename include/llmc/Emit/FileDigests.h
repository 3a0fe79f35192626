//===- FileDigests.h - which bytes a program was made of --------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The SHA-256 of every file of the model, as `sha256sum` prints it and the
// model's publisher lists it. 98 MB take 0.06 s of the 2.7 s of processor time
// of their compilation (0.13 s where the processor has no instructions for it;
// `openssl dgst -sha256` and `time llmc compile`, Zen 5). A thread of its own
// hides them behind code generation, and the pages that it reads are those that
// the packer wants next; a file larger than memory is read twice.
//===----------------------------------------------------------------------===//
#ifndef LLMC_EMIT_FILEDIGESTS_H
#define LLMC_EMIT_FILEDIGESTS_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace llmc {

struct FileDigest {
  std::string name; // without its folder
  uint64_t bytes = 0;
  std::string sha256; // 64 hexadecimal digits
};

/// Begins to read when it is made; stops early when it is destroyed.
class FileDigests {
public:
  explicit FileDigests(llvm::ArrayRef<std::string> paths);
  ~FileDigests();
  FileDigests(const FileDigests &) = delete;

  /// Waits for the end. Fails where a file can no longer be read.
  llvm::Expected<std::vector<FileDigest>> take();

private:
  void readAll();

  std::vector<std::string> paths;
  std::vector<FileDigest> digests;
  std::string problem;
  std::atomic<bool> stop = false;
  std::thread reader;
};

} // namespace llmc

#endif // LLMC_EMIT_FILEDIGESTS_H
