//===- DeviceAttention.cpp - attention to the paged cache on a device -------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Row by row: what no other tiler takes, of prompts or of all rows.
//
//   block = a row x a query head
//     for page in reach, up to the row's own slot
//       thread = a slot: its score, masked by position
//       online softmax over the block (arXiv:2205.14135)
//       thread = a channel: result += probabilities * values
//
// Keys lie slot beside slot and values channel beside channel, so both are read in
// whole lines.
//===----------------------------------------------------------------------===//
#include "DecodeAttention.h"
#include "DeviceScores.h"
#include "TensorAttention.h"
#include "Threads.h"

#include "../Cpu/CachePages.h"
#include "../Cpu/Ranges.h"

using namespace mlir;
using namespace mlir::llm;

namespace llmc {

namespace {

constexpr int64_t threads = pageTokens; // two warps
constexpr double lowest =
    -3.0e38; // below every score; finite, so differences are numbers

class AttentionTiler {
public:
  AttentionTiler(TileBuilder &b, const KernelArgs &args, AttentionOp op)
      : b(b), args(args), op(op), layout(op.getCache().getType()),
        queryHeads(getMatrixShape(op.getType())[1]),
        chunks(llvm::divideCeil(layout.channels, threads)),
        query(args.get(op.getQuery())), cache(args.get(op.getCache())) {}

  void run(bool promptsOnly) {
    row = b.divIndex(b.worker, queryHeads);
    if (!promptsOnly)
      return attend();
    b.when(Ranges(b, args.batch).isPromptRow(row), [&] { attend(); });
  }

private:
  void attend() {
    head = b.remIndex(b.worker, queryHeads);
    Value kvHead = b.divIndex(head, queryHeads / layout.heads);
    keys = layout.keys(b, args.get(op.getLayer()), kvHead);
    position = b.load(args.batch.positions, row);
    slot = b.toIndex(b.load(args.batch.slots, row));
    if (op.getSlopes())
      slope = b.load(args.get(op.getSlopes()), head);
    reach = getReach(b, op, position);
    probabilities = allocateShared(b, {pageTokens}, b.getF32Type());
    Value pages = b.addIndex(b.divIndex(slot, pageTokens), 1);
    store(b.loop(
        getFirstBlock(b, slot, reach), pages, 1, start(),
        [&](Value block, ValueRange state) { return seePage(block, state); }));
  }

  /// Maximum, sum, and this thread's channels of the result: of a sink, a key without
  /// a value, or of nothing.
  SmallVector<Value> start() {
    SmallVector<Value> state = {b.f32(lowest), b.f32(0)};
    if (Value sinks = op.getSinks())
      state = {b.load(args.get(sinks), head), b.f32(1)};
    state.append(chunks, b.f32(0));
    return state;
  }

  SmallVector<Value> seePage(Value block, ValueRange state) {
    Value page = lookUpPage(b, args.batch, row, block);
    Value inPages = b.addIndex(b.mulIndex(page, pageTokens), b.thread);
    Value theirs = b.load(args.batch.slotPositions, inPages);
    Value allowed = isVisible(b, position, theirs, reach);
    Value score = b.select(allowed, getScore(page, theirs), b.f32(lowest));
    Value maximum = b.max(state[0], maxThreads(b, score));
    Value factor = b.exp(b.sub(state[0], maximum));
    Value p = b.select(allowed, b.exp(b.sub(score, maximum)), b.f32(0));
    Value weight = p;
    // The scale of a slot that nobody has written may be anything.
    if (layout.hasScales)
      weight = b.select(
          allowed,
          b.mul(p, loadScale(page, layout.valueScale(b, keys, b.thread))),
          b.f32(0));
    b.store(weight, probabilities, b.thread);
    SmallVector<Value> next = {maximum};
    // The threads meet while they add up: the probabilities are there.
    next.push_back(b.fma(state[1], factor, b.sumThreads(p)));
    Value used = b.addIndex(
        arith::SubIOp::create(b, slot, b.mulIndex(block, pageTokens)), 1);
    used = arith::MinUIOp::create(b, used, b.index(pageTokens));
    for (int64_t c = 0; c < chunks; ++c)
      next.push_back(accumulate(page, used, c, b.mul(state[2 + c], factor)));
    b.meetThreads(); // before the next page's
    return next;
  }

  /// scale * q . k of this thread's slot.
  Value getScore(Value page, Value theirs) {
    // Keys that begin with the values lie in rows, as values do.
    bool inRows = layout.valueDim == 0;
    Value first =
        b.addIndex(keys, b.mulIndex(b.thread, inRows ? layout.keyDim : 1));
    int64_t step = inRows ? 1 : pageTokens;
    Value sum = b.loop(b.index(0), b.index(layout.keyDim), 1, b.f32(0),
                       [&](Value d, ValueRange carried) -> SmallVector<Value> {
                         Value at = b.addIndex(first, b.mulIndex(d, step));
                         return {b.fma(b.load(query, {row, head, d}),
                                       loadCache(page, at), carried[0])};
                       })[0];
    if (layout.hasScales)
      sum = b.mul(sum, loadScale(page, layout.keyScale(b, keys, b.thread)));
    return finishScore(b, op, sum, slope, position, theirs);
  }

  /// start + p[slot] * value[slot] over the page's used slots, of this thread's channel
  /// of chunk `c`. Beyond the last one it reads the last.
  Value accumulate(Value page, Value used, int64_t c, Value start) {
    Value channel = arith::MinUIOp::create(b, b.addIndex(b.thread, c * threads),
                                           b.index(layout.channels - 1));
    Value first = b.addIndex(layout.values(b, keys), channel);
    return b.loop(
        b.index(0), used, 1, start,
        [&](Value index, ValueRange carried) -> SmallVector<Value> {
          Value value = loadCache(
              page, b.addIndex(first, b.mulIndex(index, layout.valueStride())));
          // Zero times a value beyond reach is not zero if that value is NaN.
          if (reach) {
            Value at = b.addIndex(b.mulIndex(page, pageTokens), index);
            value =
                b.select(isInReach(b, position,
                                   b.load(args.batch.slotPositions, at), reach),
                         value, b.f32(0));
          }
          return {b.fma(b.load(probabilities, index), value, carried[0])};
        })[0];
  }

  /// Of codes without their scale.
  Value loadCache(Value page, Value at) {
    return vector::ExtractOp::create(
        b, b.loadF32s(cache, {page, at}, /*lanes=*/1), ArrayRef<int64_t>{0});
  }
  Value loadScale(Value page, Value byte) {
    return b.loadBytesAs(cache, {page, byte}, b.getF32Type());
  }

  void store(ValueRange state) {
    Value inverse = b.div(b.f32(1), state[1]);
    for (int64_t c = 0; c < chunks; ++c) {
      Value channel = b.addIndex(b.thread, c * threads);
      b.when(b.compare(arith::CmpIPredicate::ult, channel,
                       b.index(layout.channels)),
             [&] {
               b.store(b.mul(state[2 + c], inverse), args.results[0],
                       {row, head, channel});
             });
    }
  }

  TileBuilder &b;
  const KernelArgs &args;
  AttentionOp op;
  const PageLayout layout;
  int64_t queryHeads, chunks; // chunks: channels of a thread
  Value query, cache;
  Value row, head, keys, slot;  // index
  Value position, reach, slope; // reach and slope are null without
  Value probabilities;          // in shared memory
};

} // namespace

/// One row after the other: those of prompts, or all.
static DeviceTiler getRowByRow(AttentionOp op, bool promptsOnly) {
  int64_t heads = getMatrixShape(op.getType())[1];
  DeviceTiler tiler{threads, /*blocksWork=*/true,
                    [heads, promptsOnly](TileBuilder &b,
                                         const LaunchCounts &counts) -> Value {
                      Value all = b.mulIndex(counts.rows, heads);
                      if (!promptsOnly)
                        return all;
                      Value any = b.compare(arith::CmpIPredicate::ugt,
                                            counts.promptRows, b.index(0));
                      return b.select(any, all, b.index(0));
                    },
                    [op, promptsOnly](TileBuilder &b, const KernelArgs &args) {
                      AttentionTiler(b, args, op).run(promptsOnly);
                    }};
  if (promptsOnly) {
    tiler.suffix = "_prompts";
    tiler.sharesRows = true;
  }
  return tiler;
}

SmallVector<DeviceTiler> getDeviceAttention(KernelOp kernel) {
  auto ops = kernel.getBody().front().getOps<AttentionOp>();
  if (ops.empty() || !(*ops.begin()).getCache())
    return {};
  AttentionOp op = *ops.begin();
  std::optional<DeviceTiler> generated = getDecodeAttention(op);
  if (!generated)
    return {getRowByRow(op, /*promptsOnly=*/false)};
  if (std::optional<DeviceTiler> prompts = getTensorAttention(op))
    return {*generated, *prompts};
  return {*generated, getRowByRow(op, /*promptsOnly=*/true)};
}

} // namespace llmc
