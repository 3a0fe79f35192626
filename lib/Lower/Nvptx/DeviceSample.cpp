//===- DeviceSample.cpp - one token of a row of logits on a device ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   block = a row, whose threads have every so many columns each
//     with penalties: z := logits with penalties, a copy          1 pass
//     m := max z                                                  1 pass
//     greedy: the lowest id of m                                  1 pass
//     else: w := weights of z; their sum                          1 pass
//       top-k and top-p, where asked: select                      3 passes
//       locate: the first id at which a mass is reached           1 pass
//
// The numbers are those of Cpu/TileSample.cpp: weights are integers, and sums of them
// exact in any order. Where a CPU halves the range of weights, threads count by their leading
// bits into bins of shared memory; the bin in which the limit is reached is split by
// the next bits, until all bits are known.
//===----------------------------------------------------------------------===//
#include "BlockSums.h"
#include "DeviceTiler.h"
#include "Threads.h"

#include "../Cpu/Tilers.h"
#include "../RawMemory.h"

#include "dialects/llm/Sampling.h"
#include "llmrt/abi.h"

#include <cmath>
#include <limits>

using namespace mlir;
using namespace mlir::llm;

namespace llmc {

namespace {

/// More would find no work.
int64_t countThreads(int64_t columns) {
  constexpr int64_t few = 128, many = 512;
  return columns <= 8 * few ? few : many;
}

constexpr float infinity = std::numeric_limits<float>::infinity();

/// The bits of weights of 1 .. 2^32, counted from those of 1, are below 2^29: three digits.
constexpr int64_t digitBits = 10, levels = 3;
constexpr int64_t bins = 1 << digitBits;
constexpr int64_t bitsOfOne = 0x3f800000, mantissaBits = 23;
/// A mantissa is summed in two parts, so that 2^20 of each fit a word.
constexpr int64_t lowBits = 12;

/// The smallest kept weight, and the sum of the kept ones.
struct Kept {
  Value lowest; // f32
  Value sum;    // i64
};

class SampleTiler {
public:
  SampleTiler(TileBuilder &b, const KernelArgs &args, SampleOp op)
      : b(b), parameters(args.batch.sampling), logits(args.get(op.getLogits())),
        result(args.results[0]), scratch(args.scratch),
        columns(getMatrixShape(op.getLogits().getType())[1]),
        threads(countThreads(columns)), lanes(getLanes(columns) >= 4 ? 4 : 1) {
    assert(columns <= sampling::mostColumns && "ids are numbers of f32");
    weights =
        memref::ViewOp::create(b, MemRefType::get(columns, b.getF32Type()),
                               scratch, b.index(0), ValueRange());
    for (Value &part : parts)
      part = allocateShared(b, bins, b.getI32Type());
    chosen = allocateShared(b, 3, b.getI64Type());
  }

  void run() {
    row = b.worker;
    loadParameters();
    Value z = penalise();
    auto [most, isValid] = findLargest(z);
    Value id = b.choose(
        isValid,
        [&, most = most] {
          return b.choose(
              isGreedy, [&] { return findFirst(z, most); },
              [&] { return sampleRow(z, most); });
        },
        [&] { return i32(-1); });
    b.when(isThread(0), [&] { b.store(id, result, row); });
  }

private:
  //===--- a row ------------------------------------------------------------===//

  Value loadField(size_t offset, Type type) {
    Value first = b.mulIndex(row, sizeof(LlmrtSampling));
    return b.loadBytesAs(parameters, b.addIndex(first, offset), type);
  }

  void loadParameters() {
    auto load = [&](size_t offset) {
      return loadField(offset, b.getF32Type());
    };
    temperature = load(offsetof(LlmrtSampling, temperature));
    topP = load(offsetof(LlmrtSampling, topP));
    minP = load(offsetof(LlmrtSampling, minP));
    topK = loadField(offsetof(LlmrtSampling, topK), b.getI32Type());
    uniform = loadField(offsetof(LlmrtSampling, uniform), b.getF64Type());
    isGreedy = b.compare(arith::CmpFPredicate::OEQ, temperature, b.f32(0));
  }

  /// The row's logits where nothing changes them, else a changed copy; [columns].
  Value penalise() {
    Value count = b.toIndex(
        loadField(offsetof(LlmrtSampling, recentCount), b.getI32Type()));
    auto addressOf = [&](Value memref) -> Value {
      return memref::ExtractAlignedPointerAsIndexOp::create(b, memref);
    };
    Value here =
        b.addIndex(addressOf(logits), b.mulIndex(row, columns * sizeof(float)));
    Value address = b.choose(
        b.compare(arith::CmpIPredicate::ugt, count, b.index(0)),
        [&] {
          walk({}, [&](Value i, ValueRange) {
            storeWeights(load(logits, {row, i}), i);
            return SmallVector<Value>();
          });
          b.meetThreads();
          changeRecent(count);
          b.meetThreads();
          return addressOf(weights);
        },
        [&] { return here; });
    return wrapAddress(b,
                       arith::IndexCastOp::create(b, b.getI64Type(), address),
                       MemRefType::get(columns, b.getF32Type()));
  }

  /// From the logits themselves: an id may be recent twice, and two threads store the same.
  void changeRecent(Value count) {
    Value penalty = loadField(offsetof(LlmrtSampling, penalty), b.getF32Type());
    Value recent = wrapAddress(
        b, loadField(offsetof(LlmrtSampling, recent), b.getI64Type()),
        MemRefType::get(ShapedType::kDynamic, b.getI32Type()));
    Value words =
        memref::ViewOp::create(b, MemRefType::get(columns, b.getI32Type()),
                               scratch, b.index(0), ValueRange());
    b.loop(b.thread, count, threads, [&](Value i) {
      Value id = b.toIndex(b.load(recent, i));
      Value logit = b.load(logits, {row, id});
      Value isNegative = b.compare(arith::CmpFPredicate::OLT, logit, b.f32(0));
      Value changed =
          b.select(isNegative, b.mul(logit, penalty), b.div(logit, penalty));
      memref::AtomicRMWOp::create(
          b, arith::AtomicRMWKind::assign,
          Value(arith::BitcastOp::create(b, b.getI32Type(), changed)), words,
          id);
    });
  }

  /// The largest number, and whether the row has a distribution.
  std::pair<Value, Value> findLargest(Value z) {
    Value start[] = {b.constant(b.f32s(lanes), -infinity),
                     b.constant(b.f32s(lanes), 0)};
    auto found = walk(start, [&](Value i, ValueRange carried) {
      Value numbers = load(z, i);
      Value isNaN = b.compare(arith::CmpFPredicate::UNO, numbers, numbers);
      Value one = b.constant(numbers.getType(), 1);
      return SmallVector<Value>{b.max(numbers, carried[0]),
                                b.select(isNaN, one, carried[1])};
    });
    Value most = maxThreads(b, b.maxLanes(found[0]));
    Value bad = maxThreads(b, b.maxLanes(found[1]));
    Value isFinite =
        b.both(b.compare(arith::CmpFPredicate::OGT, most, b.f32(-infinity)),
               b.compare(arith::CmpFPredicate::OLT, most, b.f32(infinity)));
    Value isClean = b.compare(arith::CmpFPredicate::OEQ, bad, b.f32(0));
    return {most, b.both(isClean, isFinite)};
  }

  /// The lowest id of the largest number. As f32, of which there is a maximum.
  Value findFirst(Value z, Value most) {
    auto found = walk(b.f32(-infinity), [&](Value i, ValueRange carried) {
      Value numbers = load(z, i), first = carried[0];
      for (int64_t lane = 0; lane < lanes; ++lane) {
        Value isMost =
            b.compare(arith::CmpFPredicate::OEQ, extract(numbers, lane), most);
        Value id = arith::UIToFPOp::create(b, b.getF32Type(),
                                           toI32(b.addIndex(i, lane)));
        Value below = b.select(isMost, arith::NegFOp::create(b, id), first);
        first = b.max(first, below);
      }
      return SmallVector<Value>{first};
    });
    Value first = arith::NegFOp::create(b, maxThreads(b, found[0]));
    return arith::FPToSIOp::create(b, b.getI32Type(), first);
  }

  //===--- weights ------------------------------------------------------------===//

  /// Stores the weights of z, which may lie in their place; returns the sum.
  Value weigh(Value z, Value most) {
    Value wide = b.broadcast(most, lanes);
    Value scale = b.broadcast(scaleSample(b, temperature), lanes);
    auto sum = walk(i64(0), [&](Value i, ValueRange carried) {
      Value w = weighSample(b, b.mul(b.sub(load(z, i), wide), scale));
      storeWeights(w, i);
      return SmallVector<Value>{addWeights(w, carried[0])};
    });
    return sumBlock(b, sum[0]);
  }

  /// The sum of all weights that are not below `lowest`.
  Value sumFrom(Value lowest) {
    return sumBlock(b, sumColumns(b.mulIndex(b.thread, lanes), b.index(columns),
                                  threads * lanes, lanes, lowest));
  }

  /// Weights, or 0 where one is below `lowest`.
  Value dropBelow(Value w, Value lowest) {
    Value low =
        b.broadcast(lowest, cast<VectorType>(w.getType()).getNumElements());
    return b.select(b.compare(arith::CmpFPredicate::OGE, w, low), w,
                    b.constant(w.getType(), 0));
  }

  Value addWeights(Value w, Value sum) {
    int64_t count = cast<VectorType>(w.getType()).getNumElements();
    for (int64_t lane = 0; lane < count; ++lane)
      sum = addI64(sum, toInteger(extract(w, lane)));
    return sum;
  }

  //===--- selection ----------------------------------------------------------===//

  /// The largest weight such that all not below it together reach `limit`, a mass or a
  /// number, and what they come to; 1 where none does. What is below `bound` is known not to
  /// be it.
  Kept select(Value bound, Value limit, bool byCount) {
    // The digits that are known, what lies above them, and with the last digit.
    Value start[] = {i32(0), i64(0), i64(0)};
    auto found = b.loop(
        b.index(0), b.index(levels), 1, start, [&](Value level, ValueRange at) {
          Value shift = arith::SubIOp::create(
              b, i32((levels - 1) * digitBits),
              Value(arith::MulIOp::create(b, toI32(level), i32(digitBits))));
          clearBins();
          fillBins(bound, at[0], shift, byCount);
          return chooseBin(at[0], at[1], shift, limit, byCount);
        });
    Value bits = arith::AddIOp::create(b, found[0], i32(bitsOfOne));
    return {arith::BitcastOp::create(b, b.getF32Type(), bits), found[2]};
  }

  void clearBins() {
    for (Value part : parts)
      for (int64_t j = 0; j < bins / threads; ++j)
        b.store(i32(0), part, b.addIndex(b.thread, j * threads));
    b.meetThreads();
  }

  /// Adds weights whose leading bits are `digits` to the bins of the next ones.
  void fillBins(Value bound, Value digits, Value shift, bool byCount) {
    walk({}, [&](Value i, ValueRange) {
      Value w = load(weights, i);
      for (int64_t lane = 0; lane < lanes; ++lane) {
        Value one = extract(w, lane);
        Value bits = arith::BitcastOp::create(b, b.getI32Type(), one);
        Value key = arith::SubIOp::create(b, bits, i32(bitsOfOne));
        Value leading = arith::ShRUIOp::create(b, key, shift);
        Value isHere = b.compare(arith::CmpIPredicate::eq,
                                 shiftRight(leading, digitBits), digits);
        Value isAbove = b.compare(arith::CmpFPredicate::OGE, one, bound);
        b.when(b.both(isAbove, isHere), [&] {
          Value bin = b.toIndex(mask(leading, bins - 1));
          addShared(b, byCount ? i32(1) : mask(bits, (1 << lowBits) - 1),
                    parts[0], bin);
          if (byCount)
            return;
          Value mantissa = arith::OrIOp::create(
              b, mask(bits, (1 << mantissaBits) - 1), i32(1 << mantissaBits));
          addShared(b, shiftRight(mantissa, lowBits), parts[1], bin);
        });
      }
      return SmallVector<Value>();
    });
    b.meetThreads();
  }

  /// What is in a bin, all of whose weights have one exponent: integers.
  Value loadBin(Value bin, Value digits, Value shift, bool byCount) {
    Value low = toI64(b.load(parts[0], bin));
    if (byCount)
      return low;
    Value high = toI64(b.load(parts[1], bin));
    Value mantissas = addI64(low, arith::ShLIOp::create(b, high, i64(lowBits)));
    Value exponent = toI64(shiftRight(join(digits, bin, shift), mantissaBits));
    auto distance = [&](Value from, Value to) -> Value {
      Value d = arith::SubIOp::create(b, from, to);
      return arith::MaxSIOp::create(b, d, i64(0));
    };
    Value up = distance(exponent, i64(mantissaBits));
    Value down = distance(i64(mantissaBits), exponent);
    Value raised = arith::ShLIOp::create(b, mantissas, up);
    return arith::ShRUIOp::create(b, raised, down);
  }

  /// The bits that a digit behind the known ones makes, and zeros.
  Value join(Value digits, Value bin, Value shift) {
    Value all = arith::OrIOp::create(
        b, Value(arith::ShLIOp::create(b, digits, i32(digitBits))), toI32(bin));
    return arith::ShLIOp::create(b, all, shift);
  }

  /// The highest bin at which the limit is reached, else the lowest: the digits with it, what
  /// lies above it, and that with what is in it.
  SmallVector<Value> chooseBin(Value digits, Value above, Value shift,
                               Value limit, bool byCount) {
    // Threads have neighbours, from the highest on.
    const int64_t perThread = bins / threads;
    SmallVector<Value> numbers, held;
    Value sum = i64(0);
    for (int64_t j = 0; j < perThread; ++j) {
      Value bin = arith::SubIOp::create(b, b.index(bins - 1 - j),
                                        b.mulIndex(b.thread, perThread));
      numbers.push_back(bin);
      held.push_back(loadBin(bin, digits, shift, byCount));
      sum = addI64(sum, held.back());
    }
    Value before = addI64(above, sumBefore(b, sum));
    for (auto [bin, here] : llvm::zip(numbers, held)) {
      Value after = addI64(before, here);
      Value isLast = b.compare(arith::CmpIPredicate::eq, bin, b.index(0));
      Value isReached = arith::OrIOp::create(b, isLast, notBelow(after, limit));
      b.when(b.both(b.negate(notBelow(before, limit)), isReached), [&] {
        Value known = arith::ShLIOp::create(b, digits, i32(digitBits));
        b.store(toI64(arith::OrIOp::create(b, known, toI32(bin))), chosen,
                b.index(0));
        b.store(before, chosen, b.index(1));
        b.store(after, chosen, b.index(2));
      });
      before = after;
    }
    b.meetThreads();
    Value key =
        arith::TruncIOp::create(b, b.getI32Type(), b.load(chosen, b.index(0)));
    return {key, b.load(chosen, b.index(1)), b.load(chosen, b.index(2))};
  }

  //===--- an id --------------------------------------------------------------===//

  /// The first id at which the sum of the weights from `lowest` on reaches `limit`;
  /// -1 where it never does. Warps have neighbouring columns; those of the warp in which it
  /// is are split among all threads.
  Value locate(Value lowest, Value limit) {
    const int64_t warps = threads / warpThreads;
    const int64_t perWarp =
        llvm::alignTo(llvm::divideCeil(columns, warps), lanes);
    Value starts = allocateShared(b, warps, b.getI64Type());
    Value found = allocateShared(b, 2, b.getI64Type()); // the warp, the id
    b.when(isThread(0), [&] {
      b.store(i64(0), found, b.index(0));
      b.store(i64(-1), found, b.index(1));
    });
    Value warp = b.divIndex(b.thread, warpThreads);
    Value lane = b.remIndex(b.thread, warpThreads);
    Value first = b.mulIndex(warp, perWarp);
    Value sum =
        sumColumns(b.addIndex(first, b.mulIndex(lane, lanes)),
                   getEnd(first, perWarp), warpThreads * lanes, lanes, lowest);
    Value before = sumBefore(b, sum);
    b.when(b.compare(arith::CmpIPredicate::eq, lane, b.index(0)),
           [&] { b.store(before, starts, warp); });
    // Within a warp the order is another, but it ends at the same sum.
    b.when(crosses(before, sum, limit),
           [&] { b.store(toI64(toI32(warp)), found, b.index(0)); });
    b.meetThreads();
    warp = arith::IndexCastOp::create(b, b.getIndexType(),
                                      b.load(found, b.index(0)));
    locateInWarp(b.mulIndex(warp, perWarp), perWarp, b.load(starts, warp),
                 lowest, limit, found);
    return arith::TruncIOp::create(b, b.getI32Type(),
                                   b.load(found, b.index(1)));
  }

  void locateInWarp(Value first, int64_t count, Value start, Value lowest,
                    Value limit, Value found) {
    const int64_t mostOfThread = llvm::divideCeil(count, threads);
    Value end = getEnd(first, count);
    Value mine = b.addIndex(first, b.mulIndex(b.thread, mostOfThread));
    Value mineEnd =
        arith::MinUIOp::create(b, end, b.addIndex(mine, mostOfThread));
    Value sum = sumColumns(mine, mineEnd, 1, 1, lowest);
    Value before = addI64(start, sumBefore(b, sum));
    b.when(crosses(before, sum, limit), [&] {
      b.loop(mine, mineEnd, 1, before, [&](Value i, ValueRange carried) {
        Value w = addWeights(dropBelow(load(weights, i, 1), lowest), i64(0));
        b.when(crosses(carried[0], w, limit),
               [&] { b.store(toI64(toI32(i)), found, b.index(1)); });
        return SmallVector<Value>{addI64(carried[0], w)};
      });
    });
    b.meetThreads();
  }

  Value sumColumns(Value first, Value end, int64_t step, int64_t count,
                   Value lowest) {
    return b.loop(first, end, step, i64(0), [&](Value i, ValueRange carried) {
      return SmallVector<Value>{
          addWeights(dropBelow(load(weights, i, count), lowest), carried[0])};
    })[0];
  }

  Value getEnd(Value first, int64_t count) {
    return arith::MinUIOp::create(b, b.addIndex(first, count),
                                  b.index(columns));
  }

  Value crosses(Value before, Value here, Value limit) {
    return b.both(b.negate(notBelow(before, limit)),
                  notBelow(addI64(before, here), limit));
  }

  //===--- the steps of llm.sample --------------------------------------------===//

  Value sampleRow(Value z, Value most) {
    Kept kept = {b.f32(1), weigh(z, most)};
    b.meetThreads();
    kept = keepTopK(kept);
    kept = keepTopP(kept);
    kept = keepMinP(kept);
    Value part = b.mul(uniform, toF64(kept.sum));
    return locate(kept.lowest,
                  addI64(toInteger(math::FloorOp::create(b, part)), i64(1)));
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

  Kept keepTopK(Kept kept) {
    Value isActive =
        b.both(b.compare(arith::CmpIPredicate::sgt, topK, i32(0)),
               b.compare(arith::CmpIPredicate::slt, topK, i32(columns)));
    return chooseKept(isActive, kept, [&]() -> Kept {
      Value lowest = select(kept.lowest, toI64(topK), /*byCount=*/true).lowest;
      return {lowest, sumFrom(lowest)};
    });
  }

  /// What is below an even share of the mass to leave out cannot reach the limit:
  /// all such weights together are less than that mass.
  Kept keepTopP(Kept kept) {
    Value isActive = b.compare(arith::CmpFPredicate::OLT, topP, b.f32(1));
    return chooseKept(isActive, kept, [&] {
      Value p = arith::ExtFOp::create(b, b.getF64Type(), topP);
      Value sum = toF64(kept.sum);
      Value limit = b.max(math::CeilOp::create(b, b.mul(p, sum)), f64(1));
      Value share = b.mul(b.mul(b.sub(f64(1), p), sum), f64(0.5 / columns));
      Value bound =
          b.max(kept.lowest, arith::TruncFOp::create(b, b.getF32Type(), share));
      return select(bound, toInteger(limit), /*byCount=*/false);
    });
  }

  Kept keepMinP(Kept kept) {
    Value bound = b.mul(minP, b.f32(std::ldexp(1.0, sampling::weightBits)));
    Value isActive = b.compare(arith::CmpFPredicate::OGT, bound, kept.lowest);
    return chooseKept(isActive, kept,
                      [&]() -> Kept { return {bound, sumFrom(bound)}; });
  }

  //===--- columns ------------------------------------------------------------===//

  /// This thread's columns, some neighbours at a time.
  SmallVector<Value>
  walk(ValueRange start,
       llvm::function_ref<SmallVector<Value>(Value i, ValueRange)> visit) {
    return b.loop(b.mulIndex(b.thread, lanes), b.index(columns),
                  threads * lanes, start, visit);
  }

  Value load(Value memref, ValueRange at, int64_t count) {
    return vector::LoadOp::create(b, b.f32s(count), memref, at,
                                  /*nontemporal=*/false,
                                  llvm::MaybeAlign(4 * count));
  }
  Value load(Value memref, ValueRange at) { return load(memref, at, lanes); }
  void storeWeights(Value w, Value at) {
    vector::StoreOp::create(b, w, weights, at, /*nontemporal=*/false,
                            llvm::MaybeAlign(4 * lanes));
  }
  Value extract(Value numbers, int64_t lane) {
    return vector::ExtractOp::create(b, numbers, ArrayRef<int64_t>{lane});
  }

  //===--- numbers ------------------------------------------------------------===//

  Value isThread(int64_t number) {
    return b.compare(arith::CmpIPredicate::eq, b.thread, b.index(number));
  }
  Value i32(int64_t value) { return b.constant(b.getI32Type(), double(value)); }
  Value i64(int64_t value) { return b.constant(b.getI64Type(), double(value)); }
  Value f64(double value) { return b.constant(b.getF64Type(), value); }
  Value toI32(Value index) {
    return arith::IndexCastOp::create(b, b.getI32Type(), index);
  }
  Value toI64(Value i32) {
    return arith::ExtUIOp::create(b, b.getI64Type(), i32);
  }
  Value toF64(Value i64) {
    return arith::UIToFPOp::create(b, b.getF64Type(), i64);
  }
  Value toInteger(Value number) {
    return arith::FPToUIOp::create(b, b.getI64Type(), number);
  }
  Value addI64(Value x, Value y) { return arith::AddIOp::create(b, x, y); }
  Value notBelow(Value x, Value y) {
    return b.compare(arith::CmpIPredicate::uge, x, y);
  }
  Value mask(Value word, int64_t bits) {
    return arith::AndIOp::create(b, word, i32(bits));
  }
  Value shiftRight(Value word, int64_t bits) {
    return arith::ShRUIOp::create(b, word, i32(bits));
  }

  TileBuilder &b;
  Value parameters, logits, result, scratch;
  int64_t columns, threads;
  int64_t lanes; // of a load
  Value weights; // in scratch
  Value row;
  Value temperature, topK, topP, minP, uniform, isGreedy; // of the row
  Value parts[2], chosen; // bins, and what was found in them; shared memory
};

} // namespace

std::optional<DeviceTiler> getDeviceSample(KernelOp kernel) {
  auto ops = kernel.getBody().front().getOps<SampleOp>();
  if (ops.empty())
    return std::nullopt;
  SampleOp op = *ops.begin();
  return DeviceTiler{
      countThreads(getMatrixShape(op.getLogits().getType())[1]),
      /*blocksWork=*/true,
      [](TileBuilder &, const LaunchCounts &counts) { return counts.rows; },
      [op](TileBuilder &b, const KernelArgs &args) {
        SampleTiler(b, args, op).run();
      }};
}

} // namespace llmc
