//===- BudgetAllocation.h - one choice each, within a budget ----*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The multiple-choice knapsack: of each row of a table one entry, the divergences
// summed and the bytes summed.
//===----------------------------------------------------------------------===//
#ifndef LLMC_OPTIMIZE_BUDGETALLOCATION_H
#define LLMC_OPTIMIZE_BUDGETALLOCATION_H

#include "llvm/ADT/ArrayRef.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace llmc {

/// What an entry costs: bytes, and nats that the output is further away.
struct AllocationEntry {
  int64_t bytes = 0;
  double divergence = 0;
};

/// Rows have at least one entry each, of bytes and divergences that are not negative.
using AllocationTable = std::vector<std::vector<AllocationEntry>>;

struct BudgetAllocation {
  std::vector<size_t> chosen; // of each row
  int64_t bytes = 0;          // summed
  double divergence = 0;      // summed
};

/// The least divergence within `bytes`; none if the fewest bytes are more. A larger
/// budget never has a larger divergence.
std::optional<BudgetAllocation> allocateBytes(const AllocationTable &table,
                                              int64_t bytes);

/// The fewest bytes of at most that divergence; none if the least is larger.
std::optional<BudgetAllocation> allocateDivergence(const AllocationTable &table,
                                                   double divergence);

/// What can be reached at all: the fewest bytes, and the least divergence.
BudgetAllocation findSmallest(const AllocationTable &table);
BudgetAllocation findNearest(const AllocationTable &table);

} // namespace llmc

#endif // LLMC_OPTIMIZE_BUDGETALLOCATION_H
