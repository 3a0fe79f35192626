//===- KeptRows.h - rows that earlier sweeps measured -----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_LIB_DRIVER_KEPTROWS_H
#define LLMC_LIB_DRIVER_KEPTROWS_H

#include "SweepTable.h"

#include "llvm/Support/Error.h"

namespace llmc {

/// Rows that earlier sweeps measured, a line of JSON each. A last line that is cut off
/// is one that was being written when the sweep was killed.
class KeptRows {
public:
  static llvm::Expected<KeptRows> open(const std::string &path);
  /// Null if there is none.
  const SweepRow *find(llvm::StringRef key) const;
  llvm::Error add(const SweepRow &row);

private:
  std::string path; // empty: nothing is kept
  std::vector<SweepRow> rows;
};

} // namespace llmc

#endif // LLMC_LIB_DRIVER_KEPTROWS_H
