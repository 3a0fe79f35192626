//===- PendingFile.h - an output file that appears whole or not at all --*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Compiling takes a while and writes a hundred megabytes; a full disk, an error
// or Ctrl-C on the way must not leave half a program under the name asked for.
//===----------------------------------------------------------------------===//
#ifndef LLMC_EMIT_PENDINGFILE_H
#define LLMC_EMIT_PENDINGFILE_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <string>

namespace llmc {

/// ": make room there" and the like: what to do about a failed write to `path`;
/// empty where nothing is known.
std::string adviseWrite(llvm::StringRef path, std::error_code code);

/// "cannot write 'path': No space left on device: make room there, ...".
llvm::Error cannotWrite(llvm::StringRef path, std::error_code code);

/// Flushes a file, or a folder's entries, to disk.
std::error_code flushToDisk(const std::string &path);

/// A temporary file beside its final name. It is removed on destruction and on
/// signals, unless `commit` renamed it; after SIGKILL by the next one for this
/// name.
class PendingFile {
public:
  /// Fails if the final name is a directory or device, or its folder cannot be
  /// written.
  static llvm::Expected<PendingFile> create(llvm::StringRef finalPath);
  /// The same for a file that `moveTo` brings elsewhere in the end: only its
  /// temporary one is named after `finalPath`, which may be a folder.
  static llvm::Expected<PendingFile> createBeside(llvm::StringRef finalPath);
  PendingFile(PendingFile &&other) noexcept;
  PendingFile &operator=(PendingFile &&) = delete;
  ~PendingFile();

  /// Where to write until then; the file exists and may be replaced.
  llvm::StringRef path() const { return temporary; }
  /// Where a tool may write that makes its output itself, as linkers do.
  std::string besidePath() const;
  /// Puts what was written there in the place of the contents.
  llvm::Error adopt();
  /// Replaces the contents.
  llvm::Error write(llvm::StringRef contents);
  /// Flushes to disk and renames to the final name.
  llvm::Error commit();
  /// The same to another one on the same file system, whose folder is not flushed.
  llvm::Error moveTo(llvm::StringRef path);

private:
  PendingFile(std::string finalPath, std::string temporary, int lock);

  std::string finalPath;
  std::string temporary; // empty once renamed
  int lock;              // a descriptor of the file; says that we are alive
};

} // namespace llmc

#endif // LLMC_EMIT_PENDINGFILE_H
