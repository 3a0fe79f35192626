//===- PlaceWeights.cpp - every weight of a function gets its place -------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Buffers of a function are planned later, when there are any; weights have to have
// their places before it is bound to the section.
//===----------------------------------------------------------------------===//
#include "Planning.h"
#include "llmc/Schedule/Passes.h"
#include "llmc/Support/Explain.h"

namespace llmc {
#define GEN_PASS_DEF_PLACEWEIGHTS
#include "llmc/Schedule/Passes.h.inc"

namespace {

struct PlaceWeights : impl::PlaceWeightsBase<PlaceWeights> {
  void runOnOperation() override {
    int64_t bytes = planWeights(getOperation());
    applied(getOperation(), getArgument(),
            [&] { return std::to_string(bytes) + " bytes of weights"; });
  }
};

} // namespace
} // namespace llmc
