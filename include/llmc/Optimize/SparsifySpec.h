//===- SparsifySpec.h - how weights are to be pruned, as text ---*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   SPEC   = CHOICE { ";" PATTERN ":" CHOICE }
//   CHOICE = "keep" | HOW [ "-" METHOD ] { "," KEY "=" VALUE }
//   HOW    = percent of zeros | KEPT ":" OF
//
// 50-wanda, 2:4-sparsegpt, 30, 70-wanda,allocate=owl, 8:16-wanda,block=16x1. Patterns are those of
// SpecOverrides.h.
//===----------------------------------------------------------------------===//
#ifndef LLMC_OPTIMIZE_SPARSIFYSPEC_H
#define LLMC_OPTIMIZE_SPARSIFYSPEC_H

#include "llmc/Optimize/SpecOverrides.h"
#include "llmc/Weights/Pruning.h"

#include <string>
#include <vector>

namespace llmc {

/// What becomes of a weight.
struct SparsifyChoice {
  bool isKept = false;
  std::string method = "magnitude";     // of Weights/Pruning.h
  double share = 0;                     // of zeros, where `of` is 0
  int64_t keep = 0, of = 0;             // so many of each so many
  int64_t blockRows = 1, blockCols = 1; // that go or stay together
  SparsityAllocation allocation;        // of a share

  bool hasBlocks() const { return blockRows * blockCols > 1; }
};

struct SparsifySpec {
  SparsifyChoice
      linears; // tables and logits are kept unless a pattern names them
  std::vector<SpecOverride<SparsifyChoice>> overrides;
};

/// Fails, saying what is known, on what is no spec.
llvm::Expected<SparsifySpec> parseSparsifySpec(llvm::StringRef text);

/// Whether a weight may be pruned by what needs statistics.
bool needsStatistics(const SparsifySpec &spec);

} // namespace llmc

#endif // LLMC_OPTIMIZE_SPARSIFYSPEC_H
