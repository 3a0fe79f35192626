//===- SparsifySpec.h - how weights are to be pruned, as text ---*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   SPEC   = CHOICE { ";" PATTERN ":" CHOICE }
//   CHOICE = "keep" | HOW [ "-" METHOD ]         50-wanda, 2:4-sparsegpt, 30
//   HOW    = percent of zeros | KEPT ":" OF
//
// PATTERN is a weight's name with * and ?, and ends at its first colon. The last one
// that matches decides.
//===----------------------------------------------------------------------===//
#ifndef LLMC_OPTIMIZE_SPARSIFYSPEC_H
#define LLMC_OPTIMIZE_SPARSIFYSPEC_H

#include "llvm/Support/Error.h"
#include "llvm/Support/GlobPattern.h"

#include <string>
#include <vector>

namespace llmc {

/// What becomes of a weight.
struct SparsifyChoice {
  bool isKept = false;
  std::string method = "magnitude"; // of Weights/Pruning.h
  double share = 0;                 // of zeros, where `of` is 0
  int64_t keep = 0, of = 0;         // so many of each so many
};

struct SparsifySpec {
  SparsifyChoice
      linears; // tables and logits are kept unless a pattern names them

  struct Override {
    std::string text; // of the pattern
    llvm::GlobPattern pattern;
    SparsifyChoice choice;
  };
  std::vector<Override> overrides;
};

/// Fails, saying what is known, on what is no spec.
llvm::Expected<SparsifySpec> parseSparsifySpec(llvm::StringRef text);

/// Whether a weight may be pruned by what needs statistics.
bool needsStatistics(const SparsifySpec &spec);

} // namespace llmc

#endif // LLMC_OPTIMIZE_SPARSIFYSPEC_H
