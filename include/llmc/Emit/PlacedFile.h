//===- PlacedFile.h - a file of a known size, written in any order -*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Its bytes are reserved on the disk first: who has no room for the result hears so
// before the work that it takes.
//===----------------------------------------------------------------------===//
#ifndef LLMC_EMIT_PLACEDFILE_H
#define LLMC_EMIT_PLACEDFILE_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <string>

namespace llmc {

class PlacedFile {
public:
  /// Writes to the file at `path`, which exists; errors call it `name`.
  static llvm::Expected<PlacedFile> open(llvm::StringRef path,
                                         llvm::StringRef name, uint64_t bytes);
  PlacedFile(PlacedFile &&other) noexcept;
  PlacedFile &operator=(PlacedFile &&) = delete;
  ~PlacedFile();

  llvm::Error write(uint64_t offset, llvm::ArrayRef<uint8_t> bytes);

private:
  PlacedFile(int descriptor, std::string name)
      : descriptor(descriptor), name(std::move(name)) {}

  int descriptor;
  std::string name;
};

} // namespace llmc

#endif // LLMC_EMIT_PLACEDFILE_H
