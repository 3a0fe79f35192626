//===- Magnitude.cpp - the smallest weights go ----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// All weights of a matrix are compared (arXiv:1506.02626).
//===----------------------------------------------------------------------===//
#include "Pruning.h"

#include "llvm/ADT/SmallVector.h"

#include <cmath>
#include <memory>

using namespace llvm;
using namespace llmc;

std::string llmc::pruneByMagnitude(const PruningInput &input,
                                   MutableArrayRef<float> values) {
  std::vector<float> sizes;
  for (float value : values)
    sizes.push_back(std::abs(value));
  if (input.pattern.hasBlocks()) {
    pruneRows(input.pattern, input.cols, sizes, values);
    return "";
  }
  SmallVector<bool> isPruned(values.size(), false);
  choosePruned(input.pattern, sizes, isPruned);
  for (auto [value, pruned] : zip_equal(values, isPruned))
    if (pruned)
      value = 0;
  return "";
}
