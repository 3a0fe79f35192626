//===- TileRoute.cpp - experts are chosen -----------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   for row in this worker's share
//     scores of all experts, vectors                  what the weights come from
//     choice = scores + bias; groups that lose: -inf
//     k times the greatest that is left               a few hundred comparisons
//     weights of the chosen
//===----------------------------------------------------------------------===//
#include "Tilers.h"

using namespace mlir;
using namespace mlir::llm;

namespace llmc {

namespace {

/// Numbers in memory, and of each whether it is taken.
struct Candidates {
  Value numbers, taken; // [N] f32; [N] bytes, 0 or 1
};

class RouteTiler {
public:
  RouteTiler(TileBuilder &b, const KernelArgs &args, RouteOp op)
      : b(b), args(args), op(op), logits(args.get(op.getLogits())),
        experts(getMatrixShape(op.getLogits().getType())[1]),
        lanes(getLanes(experts)) {}

  void run() {
    scores = b.allocate(experts, b.getF32Type());
    choice = allocateCandidates(experts);
    if (op.getGroups() > 1)
      groups = allocateCandidates(op.getGroups());
    auto [begin, end] = b.share(b.dim(args.results[0], 0));
    b.loop(begin, end, 1, [&](Value row) { route(row); });
  }

private:
  Candidates allocateCandidates(int64_t count) {
    return {b.allocate(count, b.getF32Type()),
            b.allocate(count, b.getI8Type())};
  }

  void route(Value row) {
    storeScores(row);
    storeChoice();
    if (op.getGroups() > 1)
      dropGroups();
    SmallVector<Value> chosen, taken;
    for (int64_t j = 0; j < static_cast<int64_t>(op.getK()); ++j) {
      chosen.push_back(takeGreatest(choice, b.index(0), experts));
      taken.push_back(b.load(scores, chosen.back()));
    }
    storeResults(row, chosen, weigh(taken));
  }

  //===--- scores -----------------------------------------------------------===//

  void forEachTile(llvm::function_ref<void(Value)> body) {
    b.loop(b.index(0), b.index(experts), lanes, body);
  }

  void storeScores(Value row) {
    if (op.getScore() == RouteScore::Softmax)
      return storeSoftmax(row);
    forEachTile([&](Value i) {
      Value x = b.loadF32s(logits, {row, i}, lanes);
      b.storeVector(score(x), scores, i);
    });
  }

  Value score(Value x) {
    switch (op.getScore()) {
    case RouteScore::Identity:
      return x;
    case RouteScore::Sigmoid:
      return applyAct(b, ActFn::Sigmoid, x);
    case RouteScore::SqrtSoftplus:
      return math::SqrtOp::create(b, applyAct(b, ActFn::Softplus, x));
    case RouteScore::Softmax:
      break;
    }
    llvm_unreachable("a softmax needs the whole row");
  }

  void storeSoftmax(Value row) {
    Value least = b.constant(b.f32s(lanes), -INFINITY);
    auto most = b.loop(b.index(0), b.index(experts), lanes, least,
                       [&](Value i, ValueRange carried) -> SmallVector<Value> {
                         Value x = b.loadF32s(logits, {row, i}, lanes);
                         return {b.max(carried[0], x)};
                       });
    Value maximum = b.broadcast(b.maxLanes(most[0]), lanes);
    Value zero = b.constant(b.f32s(lanes), 0);
    auto total = b.loop(b.index(0), b.index(experts), lanes, zero,
                        [&](Value i, ValueRange carried) -> SmallVector<Value> {
                          Value x = b.loadF32s(logits, {row, i}, lanes);
                          Value p = b.exp(b.sub(x, maximum));
                          b.storeVector(p, scores, i);
                          return {b.add(carried[0], p)};
                        });
    Value sum = b.broadcast(b.sumLanes(total[0]), lanes);
    forEachTile([&](Value i) {
      b.storeVector(b.div(b.loadF32s(scores, i, lanes), sum), scores, i);
    });
  }

  void storeChoice() {
    Value bias = op.getSelectBias() ? args.get(op.getSelectBias()) : Value();
    forEachTile([&](Value i) {
      Value x = b.loadF32s(scores, i, lanes);
      if (bias)
        x = b.add(x, b.loadF32s(bias, i, lanes));
      b.storeVector(x, choice.numbers, i);
    });
    release(choice, experts);
  }

  //===--- the greatest -----------------------------------------------------===//

  void release(const Candidates &list, int64_t count) {
    b.loop(b.index(0), b.index(count), 1, [&](Value i) {
      b.store(b.constant(b.getI8Type(), 0), list.taken, i);
    });
  }

  /// Takes the greatest of `count` candidates from `first` on that is left, of
  /// equal ones the first. Where nothing is greater (NaN) it is the first left.
  Value takeGreatest(const Candidates &list, Value first, int64_t count) {
    Value none = b.constant(b.getI1Type(), 0);
    auto best = b.loop(
        first, b.addIndex(first, count), 1, {first, b.f32(0), none},
        [&](Value i, ValueRange carried) -> SmallVector<Value> {
          Value x = b.load(list.numbers, i);
          Value isLeft =
              b.compare(arith::CmpIPredicate::eq, b.load(list.taken, i),
                        b.constant(b.getI8Type(), 0));
          Value isGreater = b.compare(arith::CmpFPredicate::OGT, x, carried[1]);
          Value isBetter = b.both(
              isLeft, arith::OrIOp::create(b, isGreater, b.negate(carried[2])));
          return {b.select(isBetter, i, carried[0]),
                  b.select(isBetter, x, carried[1]),
                  arith::OrIOp::create(b, carried[2], isLeft)};
        });
    b.store(b.constant(b.getI8Type(), 1), list.taken, best[0]);
    return best[0];
  }

  /// The experts outside of the best groups become the least.
  void dropGroups() {
    int64_t size = experts / op.getGroups();
    int64_t counted = op.getGroupScore() == GroupScore::Top2Sum ? 2 : 1;
    b.loop(b.index(0), b.index(op.getGroups()), 1, [&](Value group) {
      Value total = b.f32(0);
      for (int64_t j = 0; j < counted; ++j)
        total = b.add(
            total, b.load(choice.numbers,
                          takeGreatest(choice, b.mulIndex(group, size), size)));
      b.store(total, groups.numbers, group);
    });
    release(choice, experts);
    release(groups, op.getGroups());
    for (int64_t j = 0; j < static_cast<int64_t>(op.getTopGroups()); ++j)
      takeGreatest(groups, b.index(0), op.getGroups());
    b.loop(b.index(0), b.index(experts), 1, [&](Value i) {
      Value isKept = b.compare(arith::CmpIPredicate::ne,
                               b.load(groups.taken, b.divIndex(i, size)),
                               b.constant(b.getI8Type(), 0));
      b.store(b.select(isKept, b.load(choice.numbers, i), b.f32(-INFINITY)),
              choice.numbers, i);
    });
  }

  //===--- weights ------------------------------------------------------------===//

  SmallVector<Value> weigh(SmallVector<Value> taken) {
    if (op.getWeighting() == RouteWeights::Softmax) {
      Value most = taken[0]; // the greatest came first, and there is no bias
      if (op.getSelectBias())
        for (Value x : taken)
          most = b.max(most, x);
      for (Value &x : taken)
        x = b.exp(b.sub(x, most));
    }
    if (op.getWeighting() != RouteWeights::Raw) {
      bool hasEps = op.getWeighting() == RouteWeights::Sum;
      Value total = b.f32(hasEps ? op.getEps().convertToDouble() : 0);
      for (Value x : taken)
        total = b.add(total, x);
      for (Value &x : taken)
        x = b.div(x, total);
    }
    double scale = op.getScale().convertToDouble();
    for (Value &x : taken)
      if (scale != 1)
        x = b.mul(x, b.f32(scale));
    return taken;
  }

  /// The kernel yields what is read of the two.
  void storeResults(Value row, ArrayRef<Value> chosen,
                    ArrayRef<Value> weights) {
    for (auto [value, result] :
         llvm::zip(args.getYield().getValues(), args.results))
      for (size_t j = 0; j < chosen.size(); ++j) {
        Value number = weights[j];
        if (value == op.getIndices())
          number = arith::IndexCastOp::create(b, b.getI32Type(), chosen[j]);
        b.store(number, result, {row, b.index(j)});
      }
  }

  TileBuilder &b;
  const KernelArgs &args;
  RouteOp op;
  Value logits, scores;
  Candidates choice, groups;
  int64_t experts, lanes;
};

struct TileRoute : CpuTilerOpInterface::ExternalModel<TileRoute, RouteOp> {
  void tile(Operation *op, TileBuilder &b, const KernelArgs &args) const {
    RouteTiler(b, args, cast<RouteOp>(op)).run();
  }
};

} // namespace

void attachRouteTiler(MLIRContext *context) {
  RouteOp::attachInterface<TileRoute>(*context);
}

} // namespace llmc
