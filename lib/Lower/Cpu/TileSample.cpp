//===- TileSample.cpp - one token of a row of logits ------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A sort of 50 thousand weights takes milliseconds. Weights are integers, so all
// that the filters ask (which weight is the k-th, which one reaches a mass) is
// found by halving the range of weights and summing what lies above the middle:
// vector code, exact in any order.
//
//   for row in this worker's share
//     with penalties: z := logits with penalties, a copy          (1 pass)
//     m := max z                                                  1 pass
//     w := weights of z; their sum                                1 pass
//     top-k and top-p, where asked: select
//       list := weights not below what is known                   1 pass
//       halve the range 6 times, keep what is in it, halve on     6 short passes
//     locate: the first id at which a mass is reached             1 pass
//===----------------------------------------------------------------------===//
#include "../RawMemory.h"
#include "Tilers.h"

#include "dialects/llm/Sampling.h"
#include "llmrt/abi.h"

#include <cfloat>
#include <limits>

using namespace mlir;
using namespace mlir::llm;

namespace llmc {

namespace {

constexpr int64_t lanes = 16;
constexpr int64_t chunk = sampling::scanColumns; // columns per step of a scan
constexpr float infinity = std::numeric_limits<float>::infinity();

/// Halvings of the range of weights until few are left in it, and until it is one
/// number: the keys of 1 .. 2^33 differ by less than 2^29.
constexpr int64_t coarseHalvings = 6, fineHalvings = 23;

/// The smallest kept weight, and the sum of the kept ones.
struct Kept {
  Value lowest; // f32
  Value sum;    // f64
};

class SampleTiler {
public:
  SampleTiler(TileBuilder &b, const KernelArgs &args, SampleOp op)
      : b(b), parameters(args.batch.sampling), logits(args.get(op.getLogits())),
        result(args.results[0]),
        columns(getMatrixShape(op.getLogits().getType())[1]),
        padded(sampling::getPaddedColumns(columns)) {
    auto type = MemRefType::get(padded, b.getF32Type());
    weights =
        memref::ViewOp::create(b, type, args.scratch, b.index(0), ValueRange());
    auto listType =
        MemRefType::get(padded + sampling::listPadding, b.getF32Type());
    list =
        memref::ViewOp::create(b, listType, args.scratch,
                               b.index(padded * sizeof(float)), ValueRange());
  }

  void run() {
    auto [begin, end] = b.share(b.dim(logits, 0));
    b.loop(begin, end, 1, [&](Value row) { sample(row); });
  }

  void sample(Value row) {
    loadParameters(row);
    Value z = penalise(row);
    auto [most, valid] = findLargest(z);
    b.store(b.choose(
                valid, [&, most = most] { return sampleRow(z, most); },
                [&] { return b.constant(b.getI32Type(), -1); }),
            result, row);
  }

private:
  //===--- a row ------------------------------------------------------------===//

  Value loadField(Value row, size_t offset, Type type) {
    Value first = b.mulIndex(row, sizeof(LlmrtSampling));
    return b.loadBytesAs(parameters, b.addIndex(first, offset), type);
  }

  void loadParameters(Value row) {
    auto load = [&](size_t offset) {
      return loadField(row, offset, b.getF32Type());
    };
    temperature = load(offsetof(LlmrtSampling, temperature));
    topP = load(offsetof(LlmrtSampling, topP));
    minP = load(offsetof(LlmrtSampling, minP));
    topK = loadField(row, offsetof(LlmrtSampling, topK), b.getI32Type());
    uniform = loadField(row, offsetof(LlmrtSampling, uniform), b.getF64Type());
    greedy = b.compare(arith::CmpFPredicate::OEQ, temperature, b.f32(0));
  }

  /// The row's logits where nothing changes them, else a changed copy; [columns].
  Value penalise(Value row) {
    Value penalty =
        loadField(row, offsetof(LlmrtSampling, penalty), b.getF32Type());
    Value count = b.toIndex(
        loadField(row, offsetof(LlmrtSampling, recentCount), b.getI32Type()));
    Value recent = wrapAddress(
        b, loadField(row, offsetof(LlmrtSampling, recent), b.getI64Type()),
        MemRefType::get(ShapedType::kDynamic, b.getI32Type()));
    auto addressOf = [&](Value memref) -> Value {
      return memref::ExtractAlignedPointerAsIndexOp::create(b, memref);
    };
    Value here =
        b.addIndex(addressOf(logits), b.mulIndex(row, columns * sizeof(float)));
    Value some = b.compare(arith::CmpIPredicate::ugt, count, b.index(0));
    Value address = b.choose(
        some,
        [&] {
          copyRow(row);
          // From the logits themselves: an id may be recent twice.
          b.loop(b.index(0), count, 1, [&](Value i) {
            Value id = b.toIndex(b.load(recent, i));
            Value logit = b.load(logits, {row, id});
            Value negative =
                b.compare(arith::CmpFPredicate::OLT, logit, b.f32(0));
            Value changed = b.select(negative, b.mul(logit, penalty),
                                     b.div(logit, penalty));
            b.store(changed, weights, id);
          });
          return addressOf(weights);
        },
        [&] { return here; });
    return wrapAddress(b,
                       arith::IndexCastOp::create(b, b.getI64Type(), address),
                       MemRefType::get(columns, b.getF32Type()));
  }

  void copyRow(Value row) {
    int64_t whole = columns / lanes * lanes;
    b.loop(b.index(0), b.index(whole), lanes, [&](Value i) {
      b.storeVector(b.loadF32s(logits, {row, i}, lanes), weights, i);
    });
    b.loop(b.index(whole), b.index(columns), 1,
           [&](Value i) { b.store(b.load(logits, {row, i}), weights, i); });
  }

  /// Visits a row's vectors in order; behind its end stands -infinity.
  SmallVector<Value>
  scan(Value z, ValueRange start,
       llvm::function_ref<SmallVector<Value>(Value i, Value z, ValueRange)>
           visit) {
    int64_t whole = columns / lanes * lanes;
    SmallVector<Value> carried = b.loop(
        b.index(0), b.index(whole), lanes, start, [&](Value i, ValueRange c) {
          return visit(i, b.loadF32s(z, i, lanes), c);
        });
    if (whole == columns)
      return carried;
    Value mask = vector::CreateMaskOp::create(
        b, VectorType::get(lanes, b.getI1Type()), b.index(columns - whole));
    Value rest = b.loadF32s(z, b.index(whole), lanes, mask);
    Value nothing = b.constant(rest.getType(), -infinity);
    return visit(b.index(whole), b.select(mask, rest, nothing), carried);
  }

  /// The largest number, and whether the row has a distribution.
  std::pair<Value, Value> findLargest(Value z) {
    Type bits = b.i32s(lanes);
    Value start[] = {b.constant(b.f32s(lanes), -infinity), b.constant(bits, 0)};
    auto found = scan(z, start, [&](Value, Value z, ValueRange carried) {
      Value magnitude =
          arith::AndIOp::create(b, arith::BitcastOp::create(b, bits, z),
                                b.constant(bits, 0x7fffffff));
      Value most = arith::MaxSIOp::create(b, magnitude, carried[1]);
      return SmallVector<Value>{b.max(z, carried[0]), most};
    });
    Value most = b.maxLanes(found[0]);
    Value magnitude =
        vector::ReductionOp::create(b, vector::CombiningKind::MAXSI, found[1]);
    // Above the bits of infinity are those of NaN.
    Value numbers = b.compare(arith::CmpIPredicate::sle, magnitude,
                              b.constant(b.getI32Type(), 0x7f800000));
    Value finite =
        b.both(b.compare(arith::CmpFPredicate::OGT, most, b.f32(-infinity)),
               b.compare(arith::CmpFPredicate::OLT, most, b.f32(infinity)));
    return {most, b.both(numbers, finite)};
  }

  //===--- weights ------------------------------------------------------------===//

  /// Writes the weights of z, which may lie in their place; returns the sum.
  Value weigh(Value z, Value most) {
    Value wide = b.broadcast(most, lanes);
    return b.choose(
        greedy,
        [&] {
          return weighAll(z, [&](Value z) {
            Value largest = b.compare(arith::CmpFPredicate::OEQ, z, wide);
            return b.select(largest, b.constant(z.getType(), 1),
                            b.constant(z.getType(), 0));
          });
        },
        [&] {
          Value scale = b.broadcast(scaleSample(b, temperature), lanes);
          return weighAll(z, [&](Value z) {
            return weighSample(b, b.mul(b.sub(z, wide), scale));
          });
        });
  }

  Value weighAll(Value z, llvm::function_ref<Value(Value)> weigh) {
    auto sums = scan(z, zeroSum(), [&](Value i, Value z, ValueRange carried) {
      Value w = weigh(z);
      b.storeVector(w, weights, i);
      return SmallVector<Value>{b.add(carried[0], widen(w))};
    });
    b.loop(b.index(llvm::alignTo(columns, lanes)), b.index(padded), lanes,
           [&](Value i) {
             b.storeVector(b.constant(b.f32s(lanes), 0), weights, i);
           });
    return b.sumLanes(sums[0]);
  }

  Value zeroSum() {
    return b.constant(VectorType::get(lanes, b.getF64Type()), 0);
  }
  Value widen(Value f32s) {
    return arith::ExtFOp::create(b, VectorType::get(lanes, b.getF64Type()),
                                 f32s);
  }

  //===--- sums and lists -----------------------------------------------------===//

  /// The sum (or the number) of the first `count` entries of `source` that are not
  /// below `lowest`. Reads up to two vectors past `count`.
  Value sumFrom(Value source, Value count, Value lowest, bool byCount) {
    Value bound = b.broadcast(lowest, lanes);
    Value zero = b.constant(b.f32s(lanes), 0),
          one = b.constant(b.f32s(lanes), 1);
    SmallVector<Value> start(2, zeroSum());
    auto sums = b.loop(
        b.index(0), count, 2 * lanes, start, [&](Value i, ValueRange carried) {
          SmallVector<Value> next;
          for (int64_t part = 0; part < 2; ++part) {
            Value w = b.loadF32s(source, b.addIndex(i, part * lanes), lanes);
            Value in = b.compare(arith::CmpFPredicate::OGE, w, bound);
            Value term = b.select(in, byCount ? one : w, zero);
            next.push_back(b.add(carried[part], widen(term)));
          }
          return next;
        });
    return b.sumLanes(b.add(sums[0], sums[1]));
  }

  /// Moves what lies in [lowest, limit) of the first `count` entries of `source`
  /// to the front of the list, which may be `source`; returns how many. Of most
  /// vectors nothing is in the range or, where the distribution is flat, all.
  Value gather(Value source, Value count, Value lowest, Value limit) {
    Value low = b.broadcast(lowest, lanes), high = b.broadcast(limit, lanes);
    auto inRange = [&](Value w, Value from, Value to) -> Value {
      return b.both(b.compare(arith::CmpFPredicate::OGE, w, from),
                    b.compare(arith::CmpFPredicate::OLT, w, to));
    };
    auto used = b.loop(
        b.index(0), count, lanes, b.index(0), [&](Value i, ValueRange carried) {
          Value w = b.loadF32s(source, i, lanes);
          Value in = inRange(w, low, high);
          Value any =
              vector::ReductionOp::create(b, vector::CombiningKind::OR, in);
          auto takeLanes = [&]() -> Value {
            return b.loop(i, b.addIndex(i, lanes), 1, carried,
                          [&](Value lane, ValueRange used) {
                            Value w = b.load(source, lane);
                            b.store(w, list, used[0]);
                            Value one = arith::IndexCastUIOp::create(
                                b, b.getIndexType(), inRange(w, lowest, limit));
                            return SmallVector<Value>{b.addIndex(used[0], one)};
                          })[0];
          };
          Value all =
              vector::ReductionOp::create(b, vector::CombiningKind::AND, in);
          auto takeAll = [&]() -> Value {
            b.storeVector(w, list, carried[0]);
            return b.addIndex(carried[0], lanes);
          };
          Value next = b.choose(
              any, [&] { return b.choose(all, takeAll, takeLanes); },
              [&]() -> Value { return carried[0]; });
          return SmallVector<Value>{next};
        });
    for (int64_t part = 0; part < 2; ++part) // read with the last entries
      b.storeVector(b.constant(b.f32s(lanes), 0), list,
                    b.addIndex(used[0], part * lanes));
    return used[0];
  }

  //===--- selection ----------------------------------------------------------===//

  /// The largest weight w >= lowest such that all not below it together reach
  /// `limit`, a mass or a number; and their mass or number. Those from `lowest` on
  /// reach it. Bits of positive floats are ordered as they are.
  std::pair<Value, Value> select(Value lowest, Value limit, bool byCount) {
    Value top = b.f32(std::ldexp(2.0f, sampling::weightBits));
    Value used = gather(weights, b.index(padded), lowest, top);
    SmallVector<Value> range = {bitsOf(lowest), bitsOf(top),
                                sumFrom(list, used, lowest, byCount), f64(0)};
    range = halve(coarseHalvings, used, limit, range, f64(0), byCount);
    used = gather(list, used, floatOf(range[0]), floatOf(range[1]));
    range = halve(fineHalvings, used, limit, range, range[3], byCount);
    return {floatOf(range[0]), range[2]};
  }

  /// Carries the range's ends and the sums from each on; `above` is the part of
  /// all sums that is no longer in the list.
  SmallVector<Value> halve(int64_t times, Value used, Value limit,
                           ValueRange range, Value above, bool byCount) {
    return b.loop(
        b.index(0), b.index(times), 1, range, [&](Value, ValueRange state) {
          Value middle = arith::ShRUIOp::create(
              b, arith::AddIOp::create(b, state[0], state[1]),
              b.constant(b.getI32Type(), 1));
          Value sum =
              b.add(above, sumFrom(list, used, floatOf(middle), byCount));
          Value enough = b.compare(arith::CmpFPredicate::OGE, sum, limit);
          return SmallVector<Value>{b.select(enough, middle, state[0]),
                                    b.select(enough, state[1], middle),
                                    b.select(enough, sum, state[2]),
                                    b.select(enough, state[3], sum)};
        });
  }

  Value bitsOf(Value f32) {
    return arith::BitcastOp::create(b, b.getI32Type(), f32);
  }
  Value floatOf(Value bits) {
    return arith::BitcastOp::create(b, b.getF32Type(), bits);
  }
  Value toF64(Value f32) {
    return arith::ExtFOp::create(b, b.getF64Type(), f32);
  }
  Value f64(double value) { return b.constant(b.getF64Type(), value); }

  /// The first id at which the sum of the weights from `lowest` on reaches `limit`;
  /// -1 where it never does.
  Value locate(Value lowest, Value limit) {
    Value low = b.broadcast(lowest, lanes);
    auto keep = [&](Value w, Value from, Value zero) {
      return b.select(b.compare(arith::CmpFPredicate::OGE, w, from), w, zero);
    };
    auto crosses = [&](Value before, Value after) -> Value {
      return b.both(b.compare(arith::CmpFPredicate::OLT, before, limit),
                    b.compare(arith::CmpFPredicate::OGE, after, limit));
    };
    // The chunk, and the sum before it.
    Value start[] = {f64(0), b.index(0), f64(0)};
    auto found = b.loop(
        b.index(0), b.index(padded), chunk, start,
        [&](Value first, ValueRange state) {
          Value sums = zeroSum();
          for (int64_t i = 0; i < chunk; i += lanes) {
            Value w = b.loadF32s(weights, b.addIndex(first, i), lanes);
            sums = b.add(sums, widen(keep(w, low, b.constant(w.getType(), 0))));
          }
          Value after = b.add(state[0], b.sumLanes(sums));
          Value here = crosses(state[0], after);
          return SmallVector<Value>{after, b.select(here, first, state[1]),
                                    b.select(here, state[0], state[2])};
        });
    Value begin[] = {found[2], b.constant(b.getI32Type(), -1)};
    return b.loop(found[1], b.addIndex(found[1], chunk), 1, begin,
                  [&](Value i, ValueRange state) {
                    Value w = keep(b.load(weights, i), lowest, b.f32(0));
                    Value after = b.add(state[0], toF64(w));
                    Value id = arith::IndexCastOp::create(b, b.getI32Type(), i);
                    Value here = crosses(state[0], after);
                    return SmallVector<Value>{after,
                                              b.select(here, id, state[1])};
                  })[1];
  }

  //===--- the steps of llm.sample --------------------------------------------===//

  Value sampleRow(Value z, Value most) {
    Kept kept = {b.f32(1), weigh(z, most)};
    kept = keepTopK(kept);
    kept = keepTopP(kept);
    kept = keepMinP(kept);
    Value part = b.mul(b.select(greedy, f64(0), uniform), kept.sum);
    return locate(kept.lowest, b.add(math::FloorOp::create(b, part), f64(1)));
  }

  Kept chooseKept(Value condition, Kept otherwise,
                  llvm::function_ref<Kept()> body) {
    SmallVector<Value> chosen = b.choose(
        condition,
        [&] {
          Kept kept = body();
          return SmallVector<Value>{kept.lowest, kept.sum};
        },
        [&] { return SmallVector<Value>{otherwise.lowest, otherwise.sum}; });
    return {chosen[0], chosen[1]};
  }

  Kept keepFrom(Value lowest) {
    return {lowest, sumFrom(weights, b.index(padded), lowest, false)};
  }

  Kept keepTopK(Kept kept) {
    Value some = b.compare(arith::CmpIPredicate::sgt, topK,
                           b.constant(b.getI32Type(), 0));
    Value notAll = b.compare(arith::CmpIPredicate::slt, topK,
                             b.constant(b.getI32Type(), columns));
    Value active = b.both(b.negate(greedy), b.both(some, notAll));
    return chooseKept(active, kept, [&] {
      Value k = arith::SIToFPOp::create(b, b.getF64Type(), topK);
      return keepFrom(select(kept.lowest, k, true).first);
    });
  }

  /// What is below an even share of the mass to leave out cannot reach the limit:
  /// all such weights together are less than that mass.
  Kept keepTopP(Kept kept) {
    Value active = b.both(b.negate(greedy),
                          b.compare(arith::CmpFPredicate::OLT, topP, b.f32(1)));
    return chooseKept(active, kept, [&]() -> Kept {
      Value p = toF64(topP);
      Value limit = b.max(math::CeilOp::create(b, b.mul(p, kept.sum)), f64(1));
      Value share =
          b.mul(b.mul(b.sub(f64(1), p), kept.sum), f64(0.5 / columns));
      Value bound =
          b.max(kept.lowest, arith::TruncFOp::create(b, b.getF32Type(), share));
      auto [weight, sum] = select(bound, limit, false);
      return {weight, sum};
    });
  }

  Kept keepMinP(Kept kept) {
    Value bound = b.mul(minP, b.f32(std::ldexp(1.0, sampling::weightBits)));
    Value active = b.both(b.negate(greedy), b.compare(arith::CmpFPredicate::OGT,
                                                      bound, kept.lowest));
    return chooseKept(active, kept, [&] { return keepFrom(bound); });
  }

  TileBuilder &b;
  Value parameters, logits, result;
  int64_t columns, padded;
  Value weights, list;                                  // in scratch
  Value temperature, topK, topP, minP, uniform, greedy; // of the row
};

struct SampleTile : CpuTilerOpInterface::ExternalModel<SampleTile, SampleOp> {
  void tile(Operation *op, TileBuilder &b, const KernelArgs &args) const {
    SampleTiler(b, args, cast<SampleOp>(op)).run();
  }
};

} // namespace

Value scaleSample(TileBuilder &b, Value temperature) {
  Value factor = b.div(b.f32(sampling::log2e), temperature);
  Value most = b.f32(FLT_MAX);
  Value less = b.compare(arith::CmpFPredicate::OLT, factor, most);
  return b.select(less, factor, most);
}

Value weighSample(TileBuilder &b, Value x) {
  auto numbers = cast<VectorType>(x.getType());
  auto constant = [&](double value) { return b.constant(numbers, value); };
  x = b.max(x, constant(sampling::lowestExponent));
  Value whole = math::FloorOp::create(b, x);
  Value rest = b.sub(x, whole);
  Value power = constant(sampling::exp2Coefficients.back());
  for (size_t i = sampling::exp2Coefficients.size() - 1; i-- > 0;)
    power = b.fma(power, rest, constant(sampling::exp2Coefficients[i]));
  // The exponent is added in place: power lies in [1, 2].
  Type bits = b.i32s(numbers.getNumElements());
  Value exponent =
      arith::AddIOp::create(b, arith::FPToSIOp::create(b, bits, whole),
                            b.constant(bits, sampling::weightBits));
  Value shifted = arith::ShLIOp::create(b, exponent, b.constant(bits, 23));
  Value sum = arith::AddIOp::create(b, arith::BitcastOp::create(b, bits, power),
                                    shifted);
  return math::TruncOp::create(b, arith::BitcastOp::create(b, numbers, sum));
}

void attachSampleTiler(MLIRContext *context) {
  SampleOp::attachInterface<SampleTile>(*context);
}

} // namespace llmc
