//===- Destination.h - where a command writes -------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_DRIVER_DESTINATION_H
#define LLMC_LIB_DRIVER_DESTINATION_H

#include "llmc/Emit/PendingFile.h"

#include <optional>

namespace llmc {

/// Where the result goes: a file, claimed before the work begins so that a bad
/// name costs no minute, or stdout.
class Destination {
public:
  /// `output` empty or "-": stdout. Fails where the file is the model itself.
  static llvm::Expected<Destination> open(llvm::StringRef output,
                                          llvm::StringRef model);
  llvm::Error write(llvm::StringRef contents);
  PendingFile &getFile() { return *file; }

private:
  std::optional<PendingFile> file; // none: stdout
};

} // namespace llmc

#endif // LLMC_LIB_DRIVER_DESTINATION_H
