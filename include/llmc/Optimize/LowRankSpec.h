//===- LowRankSpec.h - which products become two, as text -------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   SPEC   = CHOICE { ";" PATTERN ":" CHOICE }
//   CHOICE = "keep" | METHOD { "," KEY "=" VALUE } | KEY "=" VALUE { "," … }
//
// lord,ratio=0.8, rank=320. Patterns are those of SpecOverrides.h; what their choice
// does not say is as in the first one.
//===----------------------------------------------------------------------===//
#ifndef LLMC_OPTIMIZE_LOWRANKSPEC_H
#define LLMC_OPTIMIZE_LOWRANKSPEC_H

#include "llmc/Optimize/SpecOverrides.h"

#include <string>
#include <vector>

namespace llmc {

/// Rows of a panel: a rank that is no multiple is padded.
inline constexpr int64_t rankStep = 16;

/// What becomes of a weight.
struct LowRankChoice {
  bool isKept = false;
  std::string method = "svd"; // of Weights/Factoring.h
  int64_t rank = 0;           // a multiple of rankStep; 0: by the ratio
  double ratio = 0.8;         // of numbers that are left

  /// Of factors of a matrix of that shape; 0: it has too few numbers for any.
  int64_t getRank(int64_t rows, int64_t cols) const;
};

struct LowRankSpec {
  LowRankChoice
      linears; // tables and logits are kept unless a pattern names them
  std::vector<SpecOverride<LowRankChoice>> overrides;
};

/// Fails, saying what is known, on what is no spec.
llvm::Expected<LowRankSpec> parseLowRankSpec(llvm::StringRef text);

/// Whether a weight may be factored by what needs statistics.
bool needsStatistics(const LowRankSpec &spec);

} // namespace llmc

#endif // LLMC_OPTIMIZE_LOWRANKSPEC_H
