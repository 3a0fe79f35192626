//===- ShrinkSpec.h - how a model is to become smaller, as text -*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   SPEC   = KEY "=" VALUE { "," KEY "=" VALUE }
//   AMOUNT = a percentage ("20%") or a number of units
//
// channels=20%, heads=1,by=magnitude, layers=2, without=20/21. Each layer loses as much
// as any other, so that what is left is a plain model of the same architecture.
//===----------------------------------------------------------------------===//
#ifndef LLMC_OPTIMIZE_SHRINKSPEC_H
#define LLMC_OPTIMIZE_SHRINKSPEC_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"

#include <string>
#include <vector>

namespace llmc {

/// How many units go: a share of them, or a number.
struct ShrinkAmount {
  double share = 0;
  int64_t count = 0;

  bool isAsked() const { return share > 0 || count > 0; }
};

struct ShrinkSpec {
  ShrinkAmount channels;        // of the feed-forward part of each layer
  ShrinkAmount heads;           // of keys and values, with their queries
  int64_t layers = 0;           // that llmc chooses (Driver), if any
  std::vector<int64_t> without; // layers that go, in order
  std::string method = "wanda"; // of Weights/Selecting.h
  int64_t multiple = 32;        // of channels that are left
};

/// Fails, saying what is known, on what is no spec.
llvm::Expected<ShrinkSpec> parseShrinkSpec(llvm::StringRef text);

/// `text` with layers that were chosen in place of its `layers=N`.
std::string spellLayers(llvm::StringRef text, llvm::ArrayRef<int64_t> chosen);

/// Whether units are chosen by what needs statistics.
bool needsStatistics(const ShrinkSpec &spec);

/// Of `all` units those that are left, rounded to the nearest multiple.
int64_t countLeft(const ShrinkAmount &amount, int64_t all, int64_t multiple);

} // namespace llmc

#endif // LLMC_OPTIMIZE_SHRINKSPEC_H
