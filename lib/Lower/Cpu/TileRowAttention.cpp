//===- TileRowAttention.cpp - attention to the rows of the batch ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Encoders keep no cache: keys and values are rows of the same batch, and a row
// sees those of its own sequence, before and behind it.
//
//   for (row, head) in this worker's share
//     for 16 keys of the row's sequence at a time
//       their scores, one after the other            lanes are channels of the key
//       masks, online softmax                        lanes are keys
//       result += probabilities * values             lanes are channels of the value
//===----------------------------------------------------------------------===//
#include "Tilers.h"

using namespace mlir;
using namespace mlir::llm;

namespace llmc {

namespace {

constexpr int64_t keysTogether = 16;
constexpr double lowest =
    -3.0e38; // below every score; finite, so differences are numbers

class RowAttentionTiler {
public:
  RowAttentionTiler(TileBuilder &b, const KernelArgs &args, AttentionOp op)
      : b(b), args(args), op(op), query(args.get(op.getQuery())),
        key(args.get(op.getKey())), value(args.get(op.getValue())),
        result(args.results[0]), heads(getMatrixShape(op.getType())[1]),
        keyHeads(getMatrixShape(op.getKey().getType())[1]),
        keyDim(getMatrixShape(op.getKey().getType())[2]),
        valueDim(getMatrixShape(op.getType())[2]), width(getLanes(valueDim)) {
    assert(heads % keyHeads == 0 && "(C1) of llm.attention");
  }

  void run() {
    scores = b.allocate(keysTogether, b.getF32Type());
    auto [begin, end] = b.share(b.mulIndex(b.dim(result, 0), heads));
    b.loop(begin, end, 1, [&](Value item) {
      row = b.divIndex(item, heads);
      head = b.remIndex(item, heads);
      keyHead = b.divIndex(head, heads / keyHeads);
      position = b.load(args.batch.positions, row);
      attend();
    });
  }

private:
  void attend() {
    auto [first, last] = findSequence();
    Value end = last;
    SmallVector<Value> start = startState();
    auto done = b.loop(
        first, end, keysTogether, start, [&](Value base, ValueRange state) {
          Value left = arith::SubIOp::create(b, end, base);
          Value count = arith::MinUIOp::create(b, left, b.index(keysTogether));
          SmallVector<Value> next(state);
          soften(base, count, next);
          accumulate(base, count, next);
          return next;
        });
    Value inverse = b.broadcast(b.div(b.f32(1), done[1]), width);
    for (int64_t c = 0; c < valueDim / width; ++c)
      b.storeVector(b.mul(done[2 + c], inverse), result,
                    {row, head, b.index(c * width)});
  }

  /// The rows of the row's sequence: they are neighbours.
  std::pair<Value, Value> findSequence() {
    Value mine = b.load(args.batch.sequences, row);
    Value zero = b.index(0), one = b.index(1);
    auto found = b.loop(
        zero, b.dim(result, 0), 1, {zero, zero},
        [&](Value other, ValueRange counts) -> SmallVector<Value> {
          Value isOurs = b.compare(arith::CmpIPredicate::eq,
                                   b.load(args.batch.sequences, other), mine);
          Value isBefore = b.compare(arith::CmpIPredicate::ult, other, row);
          Value skipped = b.both(isBefore, b.negate(isOurs));
          return {b.addIndex(counts[0], b.select(skipped, one, zero)),
                  b.addIndex(counts[1], b.select(isOurs, one, zero))};
        });
    return {found[0], b.addIndex(found[0], found[1])};
  }

  /// Carried: the maximum, the sum, the result. A sink is a key without a value,
  /// which was seen before all others.
  SmallVector<Value> startState() {
    Value sink =
        op.getSinks() ? b.load(args.get(op.getSinks()), head) : Value();
    SmallVector<Value> start = {sink ? sink : b.f32(lowest),
                                b.f32(sink ? 1 : 0)};
    start.append(valueDim / width, b.constant(b.f32s(width), 0));
    return start;
  }

  //===--- 16 keys ------------------------------------------------------------===//

  /// Online softmax: new maximum, rescaled sum and result; `scores` become
  /// probabilities.
  void soften(Value base, Value count, MutableArrayRef<Value> state) {
    storeProducts(base, count);
    Value exist = vector::CreateMaskOp::create(
        b, VectorType::get(keysTogether, b.getI1Type()), count);
    Value theirs = loadPositions(base, exist);
    Value mine = b.broadcast(position, keysTogether);
    Value score =
        bias(b.loadF32s(scores, b.index(0), keysTogether), theirs, mine);
    Value allowed = exist;
    if (Value inside = isAllowed(theirs, mine))
      allowed = b.both(allowed, inside);
    score = b.select(allowed, score, b.constant(b.f32s(keysTogether), lowest));
    Value maximum = b.max(state[0], b.maxLanes(score));
    Value shrink = b.exp(b.broadcast(b.sub(state[0], maximum), keysTogether));
    Value factor = vector::ExtractOp::create(b, shrink, ArrayRef<int64_t>{0});
    Value p = b.exp(b.sub(score, b.broadcast(maximum, keysTogether)));
    p = b.select(allowed, p, b.constant(b.f32s(keysTogether), 0));
    b.storeVector(p, scores, b.index(0));
    state[0] = maximum;
    state[1] = b.fma(state[1], factor, b.sumLanes(p));
    for (Value &sum : state.drop_front(2))
      sum = b.mul(sum, b.broadcast(factor, width));
  }

  /// q . k of each of the keys.
  void storeProducts(Value base, Value count) {
    int64_t lanes = getLanes(keyDim);
    b.loop(b.index(0), count, 1, [&](Value i) {
      Value other = b.addIndex(base, i);
      auto sums = b.loop(
          b.index(0), b.index(keyDim), lanes, b.constant(b.f32s(lanes), 0),
          [&](Value d, ValueRange sum) -> SmallVector<Value> {
            Value q = b.loadF32s(query, {row, head, d}, lanes);
            Value k = b.loadF32s(key, {other, keyHead, d}, lanes);
            return {b.fma(q, k, sum[0])};
          });
      b.store(b.sumLanes(sums[0]), scores, i);
    });
  }

  Value loadPositions(Value base, Value exist) {
    Value none = b.constant(b.i32s(keysTogether), 0);
    return vector::MaskedLoadOp::create(
        b, b.i32s(keysTogether), args.batch.positions, base, exist, none);
  }

  /// Scale, cap and slope of raw products.
  Value bias(Value score, Value theirs, Value mine) {
    auto constant = [&](const llvm::APFloat &x) {
      return b.constant(b.f32s(keysTogether), x.convertToDouble());
    };
    score = b.mul(score, constant(op.getScale()));
    if (!op.getSoftcap().isZero()) {
      Value cap = constant(op.getSoftcap());
      score = b.mul(math::TanhOp::create(b, b.div(score, cap)), cap);
    }
    if (!op.getSlopes())
      return score;
    Value slope = b.load(args.get(op.getSlopes()), head);
    Value distance = arith::SubIOp::create(b, theirs, mine);
    Value ahead = arith::SIToFPOp::create(b, b.f32s(keysTogether), distance);
    return b.fma(b.broadcast(slope, keysTogether), ahead, score);
  }

  /// Whether the limits of the op let `mine` see `theirs`, numbers or vectors of
  /// them; null without limits.
  Value isAllowed(Value theirs, Value mine) {
    Type type = mine.getType();
    Value allowed;
    auto restrict = [&](Value condition) {
      allowed = allowed ? b.both(allowed, condition) : condition;
    };
    auto limit = [&](Value from, Value to, int64_t most) {
      if (most >= 0)
        restrict(b.compare(arith::CmpIPredicate::sle,
                           arith::SubIOp::create(b, from, to),
                           b.constant(type, most)));
    };
    limit(mine, theirs, op.getLeft());
    limit(theirs, mine, op.getRight());
    if (op.getChunk()) {
      Value size = b.constant(type, op.getChunk());
      restrict(b.compare(arith::CmpIPredicate::eq,
                         arith::DivSIOp::create(b, mine, size),
                         arith::DivSIOp::create(b, theirs, size)));
    }
    return allowed;
  }

  /// result += p * value of each of the keys. Zero times a value that is not seen
  /// is not zero if that value is NaN.
  void accumulate(Value base, Value count, MutableArrayRef<Value> state) {
    auto sums =
        b.loop(b.index(0), count, 1, ValueRange(state.drop_front(2)),
               [&](Value i, ValueRange carried) {
                 Value other = b.addIndex(base, i);
                 Value weight = b.broadcast(b.load(scores, i), width);
                 Value visible =
                     isAllowed(b.load(args.batch.positions, other), position);
                 SmallVector<Value> next(carried);
                 for (auto [c, sum] : llvm::enumerate(next)) {
                   Value at[] = {other, keyHead, b.index(c * width)};
                   Value v = b.loadF32s(value, at, width);
                   if (visible)
                     v = b.select(visible, v, b.constant(b.f32s(width), 0));
                   sum = b.fma(weight, v, sum);
                 }
                 return next;
               });
    llvm::copy(sums, state.begin() + 2);
  }

  TileBuilder &b;
  const KernelArgs &args;
  AttentionOp op;
  Value query, key, value, result, scores;
  int64_t heads, keyHeads, keyDim, valueDim, width;
  Value row, head, keyHead, position; // of the item
};

} // namespace

void tileRowAttention(TileBuilder &b, const KernelArgs &args, AttentionOp op) {
  RowAttentionTiler(b, args, op).run();
}

} // namespace llmc
