//===- MeaningsExperts.cpp - mixtures of experts --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Meanings.h"
#include "Routing.h"

using namespace mlir;
using namespace mlir::onnx;

static void routeSizes(const Operands &in, MutableArrayRef<Sizes> results) {
  Sizes sizes = in.sizes(0);
  auto routing = Routing::of(in.op);
  if (sizes.empty() || !routing || !routing->fits(sizes.back()))
    return in.fail("cannot choose so many of so many experts");
  sizes.back() = routing->k;
  results[0] = results[1] = sizes;
}

static Scalar route(const Operands &in, unsigned result, Index at) {
  int64_t experts = in.sizes(0).back();
  if (!in.affords(2 * experts))
    return {};
  SmallVector<double> logits, bias;
  Sizes place(at);
  for (int64_t expert = 0; expert < experts; ++expert) {
    place.back() = expert;
    logits.push_back(in.read(0, place).number());
    if (in.has(1))
      bias.push_back(in.read(1, {expert}).number());
  }
  if (in.hasFailed())
    return {};
  ChosenExpert chosen =
      chooseExperts(*Routing::of(in.op), logits, bias)[at.back()];
  return result == 0 ? Scalar::of(chosen.weight) : Scalar::of(chosen.expert);
}

void mlir::onnx::addExpertMeanings(MeaningTable &table) {
  table["onnx.llmc.Route"] = {routeSizes, route};
  // Sizes alone: what they compute is written where they become a step's.
  for (StringRef name : {"onnx.microsoft.MoE", "onnx.microsoft.QMoE"})
    table[name] = {sizesOfFirst, nullptr};
}
