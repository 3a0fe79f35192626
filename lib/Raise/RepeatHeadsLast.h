//===- RepeatHeadsLast.h - heads are turned, then repeated ------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_LIB_RAISE_REPEATHEADSLAST_H
#define LLMC_LIB_RAISE_REPEATHEADSLAST_H

#include "Graph.h"

namespace llmc {

/// Heads [B, S, K, 1, D] expanded along the 1 (Falcon's keys, each for its group of
/// queries) are named as [B, S, K, D] before, and what rotates the repeated ones
/// rotates those: an attention then finds K heads, and a cache holds K.
/// Whether there were any: the graph knows nothing of what is new.
bool repeatHeadsLast(const Graph &graph);

} // namespace llmc

#endif // LLMC_LIB_RAISE_REPEATHEADSLAST_H
