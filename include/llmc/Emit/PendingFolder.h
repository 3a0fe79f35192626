//===- PendingFolder.h - an output folder that appears whole or not at all --*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Half a model under the name asked for would be taken for one. The files are
// temporary ones beside the folder to come, with all that PendingFile promises, until
// all of them are complete.
//===----------------------------------------------------------------------===//
#ifndef LLMC_EMIT_PENDINGFOLDER_H
#define LLMC_EMIT_PENDINGFOLDER_H

#include "llmc/Emit/PendingFile.h"

#include <list>
#include <vector>

namespace llmc {

class PendingFolder {
public:
  /// Fails where there is anything of that name but an empty folder, or where nothing
  /// can be written beside it.
  static llvm::Expected<PendingFolder> create(llvm::StringRef finalPath);

  /// A file `name` ("config.json", "1_Pooling/config.json") to be written.
  llvm::Expected<PendingFile *> add(llvm::StringRef name);
  /// Brings the files into a folder, which takes the final name.
  llvm::Error commit();
  llvm::StringRef path() const { return finalPath; }

private:
  explicit PendingFolder(std::string finalPath)
      : finalPath(std::move(finalPath)) {}
  llvm::Error fill(const std::string &folder);

  struct Entry {
    std::string name;
    PendingFile file;
  };
  std::string finalPath;
  std::list<Entry> entries;
};

} // namespace llmc

#endif // LLMC_EMIT_PENDINGFOLDER_H
