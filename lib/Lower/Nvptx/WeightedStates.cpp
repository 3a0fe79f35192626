//===- WeightedStates.cpp - attention of parts to attention of all ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "WeightedStates.h"

using namespace mlir;

namespace llmc {

WeightedStates::Sum WeightedStates::add(Value head, Value channel,
                                        int64_t lanes, Value count, Sink sink) {
  assert(place.most > 0 && channels % lanes == 0 && "states of whole vectors");
  // What is loaded does not depend on one another: so many at once are under way.
  int64_t together = std::min<int64_t>(place.most, 8);
  Value begin = b.addIndex(head, place.first);
  // Beyond the last one it is that.
  Value last = b.addIndex(count, -1);
  auto placeOf = [&](Value i) {
    return b.addIndex(
        begin, b.mulIndex(arith::MinUIOp::create(b, i, last), place.stride));
  };
  constexpr double lowest = -3.0e38;
  Value start = sink.maximum ? sink.maximum : b.f32(lowest);
  Value maximum =
      b.loop(b.index(0), count, together, start,
             [&](Value first, ValueRange most) -> SmallVector<Value> {
               SmallVector<Value> theirs;
               for (int64_t j = 0; j < together; ++j)
                 theirs.push_back(b.load(
                     place.memory,
                     b.addIndex(placeOf(b.addIndex(first, j)), channels)));
               Value greatest = most[0];
               for (Value other : theirs)
                 greatest = b.max(greatest, other);
               return {greatest};
             })[0];
  Value seen =
      sink.sum ? b.mul(sink.sum, b.exp(b.sub(start, maximum))) : b.f32(0);
  SmallVector<Value> sums = b.loop(
      b.index(0), count, together, {seen, b.constant(b.f32s(lanes), 0)},
      [&](Value first, ValueRange carried) {
        SmallVector<Value> next(carried), results, weights, theirs;
        for (int64_t j = 0; j < together; ++j) {
          Value i = b.addIndex(first, j);
          Value exists = b.compare(arith::CmpIPredicate::ult, i, count);
          Value at = placeOf(i);
          Value result = vector::LoadOp::create(
              b, b.f32s(lanes), place.memory, b.addIndex(at, channel),
              /*nontemporal=*/false, llvm::MaybeAlign(4 * lanes));
          results.push_back(
              b.select(exists, result, b.constant(b.f32s(lanes), 0)));
          Value behind = b.addIndex(at, channels);
          Value weight = b.exp(b.sub(b.load(place.memory, behind), maximum));
          weights.push_back(b.select(exists, weight, b.f32(0)));
          theirs.push_back(b.load(place.memory, b.addIndex(behind, 1)));
        }
        for (int64_t j = 0; j < together; ++j) {
          next[0] = b.fma(theirs[j], weights[j], next[0]);
          next[1] = b.fma(results[j], b.broadcast(weights[j], lanes), next[1]);
        }
        return next;
      });
  return {maximum, sums[0], sums[1]};
}

} // namespace llmc
