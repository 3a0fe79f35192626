//===- SweepTable.h - the builds of a sweep, side by side -------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_LIB_DRIVER_SWEEPTABLE_H
#define LLMC_LIB_DRIVER_SWEEPTABLE_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/JSON.h"

#include <string>

namespace llmc {

/// A build's figures by the names of `app eval --json` and `app info --json`, beside
/// "build", what was asked for, and "compile_seconds". Compared ones have "kl_mean".
using SweepRow = llvm::json::Object;

/// Markdown: names and rule; then a row. Builds' names take `width` letters.
std::string writeTableHead(size_t width, bool hasSpeed);
std::string writeTableRow(const SweepRow &row, size_t width, bool hasSpeed);

/// Sizes against divergences, of rows that have one above 0, as SVG. Empty where no
/// row has.
std::string drawSweep(llvm::ArrayRef<SweepRow> rows);

} // namespace llmc

#endif // LLMC_LIB_DRIVER_SWEEPTABLE_H
