//===- WeightedStates.h - attention of parts to attention of all --*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A state is the result of some keys, their maximum and the sum of their exponentials.
// Of several states the result is the sum of theirs, each times exp(its maximum - the
// greatest one).
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_LOWER_NVPTX_WEIGHTEDSTATES_H
#define LLMC_LIB_LOWER_NVPTX_WEIGHTEDSTATES_H

#include "llmc/Lower/Cpu/TileBuilder.h"

namespace llmc {

class WeightedStates {
public:
  using Value = mlir::Value;

  /// f32 in memory: the state `i` of a head begins at `first` + `i` * `stride` behind
  /// where its states begin: result, maximum, sum. There are at most `most`.
  struct Place {
    Value memory, first;
    int64_t stride, most;
  };
  WeightedStates(TileBuilder &b, Place place, int64_t channels)
      : b(b), place(place), channels(channels) {}

  /// What has been seen before all states, a key without a value; or null.
  struct Sink {
    Value maximum, sum;
  };
  struct Sum {
    Value maximum, sum, result; // of some channels
  };
  /// The first `count` states of the head whose states begin at `head`, added up in
  /// their order; of `lanes` channels from `channel` on.
  Sum add(Value head, Value channel, int64_t lanes, Value count, Sink sink);

private:
  TileBuilder &b;
  Place place;
  int64_t channels;
};

} // namespace llmc

#endif // LLMC_LIB_LOWER_NVPTX_WEIGHTEDSTATES_H
