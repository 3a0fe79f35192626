//===- TensorAttention.cpp - attention of prompts on tensor cores -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   block = 64 queries of a prompt and a kv head, row by row: rows x heads of its group
//     for page that one of the rows sees
//       keys and values: as halves to shared memory, see PagePlanes.h
//       warp = 16 queries
//         scores = queries * keys                        mma.sync m16n8k16
//         masks, online softmax (arXiv:2307.08691)       in registers
//         results += probabilities * values              mma.sync m16n8k16
//
// The next page's keys are copied while values are used, its values while keys are.
// Keys are [channel, slot] and values [slot, channel]: of both, k runs over lines, so
// ldmatrix turns them on the way to registers.
//
// Queries and probabilities are rounded to the type of these halves. A query's bits depend
// on its own row alone: what it does not see has probability zero.
//===----------------------------------------------------------------------===//
#include "TensorAttention.h"
#include "DeviceScores.h"
#include "PagePlanes.h"
#include "TensorCores.h"
#include "Threads.h"

#include "../Cpu/Isa.h"
#include "../Cpu/Ranges.h"

using namespace mlir;
using namespace mlir::llm;

namespace llmc {

namespace {

constexpr int64_t warps = 4, threads = warps * warpThreads;
constexpr int64_t warpQueries = 16, tileQueries = warps * warpQueries;
/// Of one mma.sync: k, and columns.
constexpr int64_t depth = 16, columns = 8;
constexpr double lowest =
    -3.0e38; // below every score; finite, so differences are numbers

class TensorAttentionTiler {
public:
  TensorAttentionTiler(TileBuilder &b, const KernelArgs &args, AttentionOp op)
      : b(b), args(args), op(op),
        planes(b, op.getCache().getType(), args.get(op.getCache()), threads),
        layout(planes.layout),
        group(getMatrixShape(op.getType())[1] / layout.heads) {}

  void run() {
    warp = b.divIndex(b.thread, warpThreads);
    lane = b.remIndex(b.thread, warpThreads);
    inQuad = b.remIndex(lane, 4);
    kvHead = b.remIndex(b.worker, layout.heads);
    Ranges ranges(b, args.batch);
    Value tile = b.divIndex(b.worker, layout.heads);
    // Which range it is: tiles are numbered through those of prompts.
    b.loop(b.index(0), ranges.getCount(), 1, b.index(0),
           [&](Value range, ValueRange before) -> SmallVector<Value> {
             Value queries = b.mulIndex(ranges.getRows(range), group);
             Value tiles =
                 b.divIndex(b.addIndex(queries, tileQueries - 1), tileQueries);
             tiles = b.select(ranges.isPrompt(range), tiles, b.index(0));
             Value end = b.addIndex(before[0], tiles);
             Value isHere =
                 b.both(b.compare(arith::CmpIPredicate::uge, tile, before[0]),
                        b.compare(arith::CmpIPredicate::ult, tile, end));
             b.when(isHere, [&] {
               Value inRange = arith::SubIOp::create(b, tile, before[0]);
               attendTile(ranges.getFirstRow(range), queries,
                          b.mulIndex(inRange, tileQueries));
             });
             return {end};
           });
  }

private:
  /// Of a thread: lines `lane / 4` and 8 behind it of its warp's tile.
  struct Query {
    Value row, head, exists;     // index, index, i1
    Value position, slot, reach; // i32, index, i32 or null
    Value slope;                 // or null
  };
  static constexpr int64_t lines = 2;

  Query findQuery(Value firstRow, Value number, Value queries) {
    Query query;
    query.exists = b.compare(arith::CmpIPredicate::ult, number, queries);
    // Those that do not exist are the last one.
    number = arith::MinUIOp::create(b, number, b.addIndex(queries, -1));
    query.row = b.addIndex(firstRow, b.divIndex(number, group));
    query.head =
        b.addIndex(b.mulIndex(kvHead, group), b.remIndex(number, group));
    query.position = b.load(args.batch.positions, query.row);
    query.slot = b.toIndex(b.load(args.batch.slots, query.row));
    query.reach = getReach(b, op, query.position);
    if (op.getSlopes())
      query.slope = b.load(args.get(op.getSlopes()), query.head);
    return query;
  }

  void attendTile(Value firstRow, Value queries, Value first) {
    Value mine = b.addIndex(b.addIndex(first, b.mulIndex(warp, warpQueries)),
                            b.divIndex(lane, 4));
    for (int64_t i = 0; i < lines; ++i)
      own[i] = findQuery(firstRow, b.addIndex(mine, i * 8), queries);
    Query earliest = findQuery(firstRow, first, queries);
    Query latest =
        findQuery(firstRow, b.addIndex(first, tileQueries - 1), queries);
    lastSlot = latest.slot;
    loadQueries();
    Value begin = getFirstBlock(b, earliest.slot, earliest.reach);
    lastBlock = b.divIndex(latest.slot, pageTokens);
    Value page = lookUpPage(b, args.batch, firstRow, begin);
    keys = layout.keys(b, args.get(op.getLayer()), kvHead);
    planes.copyKeys(page, keys);
    commitCopies(b);
    SmallVector<Value> start = {page};
    llvm::append_range(start, startState());
    SmallVector<Value> state =
        b.loop(begin, b.addIndex(lastBlock, 1), 1, start,
               [&](Value block, ValueRange carried) {
                 return seePage(firstRow, block, carried);
               });
    storeResults(ArrayRef(state).drop_front(1));
  }

  //===--- a page ---------------------------------------------------------------===//

  /// Per line the maximum and this thread's part of the sum, then its sums of each 8
  /// channels.
  SmallVector<Value> startState() {
    SmallVector<Value> state;
    for (Query &query : own) {
      if (!op.getSinks()) {
        state.append({b.f32(lowest), b.f32(0)});
        continue;
      }
      // A key without a value, of one of the four threads that share the line.
      Value isFirst = b.compare(arith::CmpIPredicate::eq, inQuad, b.index(0));
      state.push_back(b.load(args.get(op.getSinks()), query.head));
      state.push_back(b.select(isFirst, b.f32(1), b.f32(0)));
    }
    state.append(layout.valueDim / columns * 4, b.f32(0));
    return state;
  }
  static constexpr int64_t results = 2 * lines; // where they begin in a state

  SmallVector<Value> seePage(Value firstRow, Value block, ValueRange carried) {
    Value page = carried[0];
    SmallVector<Value> state(carried.drop_front(1));
    b.meetThreads(); // nobody reads the values and positions before
    // Slots that nobody has written yet may hold anything, and zero times that.
    Value end = b.addIndex(
        arith::SubIOp::create(b, lastSlot, b.mulIndex(block, pageTokens)), 1);
    planes.copyValues(page, keys, end);
    commitCopies(b);
    planes.readSlots(page, keys, args.batch.slotPositions);
    waitForCopies(b, /*pending=*/1);
    b.meetThreads(); // the keys are there
    SmallVector<Value> scores = multiplyKeys();
    b.meetThreads(); // and free
    Value behind = b.addIndex(block, 1);
    Value hasNext = b.compare(arith::CmpIPredicate::ule, behind, lastBlock);
    Value next =
        lookUpPage(b, args.batch, firstRow, b.select(hasNext, behind, block));
    b.when(hasNext, [&] { planes.copyKeys(next, keys); });
    commitCopies(b);
    soften(scores, state);
    waitForCopies(b, /*pending=*/1);
    b.meetThreads(); // the values are there
    addValues(scores, state);
    SmallVector<Value> all = {next};
    llvm::append_range(all, state);
    return all;
  }

  Value round(Value low, Value high) {
    // As arithmetic of integers, which is what upstream makes of it, it is nine
    // instructions for each.
    if (planes.element.isBF16())
      return callIntrinsic(b, "llvm.nvvm.ff2bf16x2.rn",
                           VectorType::get(2, planes.element), {high, low});
    Value both =
        vector::FromElementsOp::create(b, b.f32s(2), ValueRange{low, high});
    return arith::TruncFOp::create(b, VectorType::get(2, planes.element), both);
  }

  /// Queries as rows of mma.sync, for all pages: pairs of channels.
  void loadQueries() {
    Value rows = args.get(op.getQuery());
    rounded.clear();
    for (int64_t k = 0; k < layout.keyDim; k += depth) {
      SmallVector<Value> &pairs = rounded.emplace_back();
      for (int64_t half = 0; half < 2; ++half)
        for (const Query &query : own) {
          Value at = b.addIndex(b.mulIndex(inQuad, 2), k + half * columns);
          pairs.push_back(
              round(b.load(rows, {query.row, query.head, at}),
                    b.load(rows, {query.row, query.head, b.addIndex(at, 1)})));
        }
    }
  }

  /// sums += rows * the plane's lines [line, line + 16), all columns.
  void multiply(ArrayRef<Value> rows, const PagePlanes::Plane &plane,
                int64_t line, MutableArrayRef<Value> sums) {
    for (int64_t piece = 0; piece < plane.pieces; piece += 2) {
      SmallVector<Value> tile = planes.loadTile(plane, line, piece, lane);
      for (int64_t i = 0; i < 2; ++i) {
        auto place = sums.slice((piece + i) * 4, 4);
        llvm::copy(multiplyHalves(b, rows, ArrayRef(tile).slice(2 * i, 2),
                                  ValueRange(ArrayRef<Value>(place))),
                   place.begin());
      }
    }
  }

  /// Products of the queries with the page's keys: of each 8 slots, two of each line.
  SmallVector<Value> multiplyKeys() {
    SmallVector<Value> sums(pageTokens / columns * 4, b.f32(0));
    for (auto [step, rows] : llvm::enumerate(rounded))
      multiply(rows, planes.keys, step * depth, sums);
    return sums;
  }

  void addValues(ArrayRef<Value> weights, MutableArrayRef<Value> state) {
    for (int64_t slot = 0; slot < pageTokens; slot += depth) {
      // Sums of two times eight columns are rows of sixteen k.
      ArrayRef<Value> both = weights.slice(slot / columns * 4, 8);
      SmallVector<Value> rows;
      for (int64_t i = 0; i < 4; ++i)
        rows.push_back(round(both[2 * i], both[2 * i + 1]));
      multiply(rows, planes.values, slot, state.drop_front(results));
    }
  }

  //===--- softmax --------------------------------------------------------------===//

  struct Slot {
    Value position;             // i32
    Value keyScale, valueScale; // or null
  };

  /// Products become probabilities, times the scales of the values.
  void soften(MutableArrayRef<Value> scores, MutableArrayRef<Value> state) {
    SmallVector<Slot> theirs;
    for (int64_t slot = 0; slot < pageTokens; slot += columns)
      for (int64_t i = 0; i < 2; ++i) {
        Value at = b.addIndex(b.mulIndex(inQuad, 2), slot + i);
        theirs.push_back({planes.getPosition(at), planes.getKeyScale(at),
                          planes.getValueScale(at)});
      }
    for (int64_t line = 0; line < lines; ++line)
      softenLine(line, theirs, scores, state);
  }

  void softenLine(int64_t line, ArrayRef<Slot> theirs,
                  MutableArrayRef<Value> scores, MutableArrayRef<Value> state) {
    // Where the line's score of slot `i` of this thread is.
    auto placeOfScore = [&](size_t i) { return i / 2 * 4 + 2 * line + i % 2; };
    const Query &query = own[line];
    SmallVector<Value> allowed;
    Value &maximum = state[2 * line], &sum = state[2 * line + 1];
    Value most = maximum;
    for (size_t i = 0; i < theirs.size(); ++i) {
      Value position = theirs[i].position;
      allowed.push_back(isVisible(b, query.position, position, query.reach));
      Value &score = scores[placeOfScore(i)];
      if (Value scale = theirs[i].keyScale)
        score = b.mul(score, scale);
      score = b.select(
          allowed[i],
          finishScore(b, op, score, query.slope, query.position, position),
          b.f32(lowest));
      most = b.max(most, score);
    }
    for (int64_t distance : {1, 2}) // the four threads of the line
      most = b.max(most, exchange(b, most, distance));
    constexpr double log2e = 1.4426950408889634;
    Value factor = exp2(b, b.mul(b.sub(maximum, most), b.f32(log2e)));
    Value shift = b.mul(most, b.f32(-log2e));
    maximum = most;
    sum = b.mul(sum, factor);
    for (size_t i = 0; i < theirs.size(); ++i) {
      Value &score = scores[placeOfScore(i)];
      score = b.select(allowed[i], exp2(b, b.fma(score, b.f32(log2e), shift)),
                       b.f32(0));
      sum = b.add(sum, score);
      if (Value scale = theirs[i].valueScale)
        score = b.select(allowed[i], b.mul(score, scale), b.f32(0));
    }
    for (size_t at = results + 2 * line; at < state.size(); at += 4)
      for (size_t i = 0; i < 2; ++i)
        state[at + i] = b.mul(state[at + i], factor);
  }

  void storeResults(ValueRange state) {
    for (int64_t line = 0; line < lines; ++line) {
      Value sum = state[2 * line + 1];
      for (int64_t distance : {1, 2})
        sum = b.add(sum, exchange(b, sum, distance));
      Value inverse = b.div(b.f32(1), sum);
      b.when(own[line].exists, [&] {
        for (int64_t channel = 0; channel < layout.valueDim; channel += columns)
          for (int64_t i = 0; i < 2; ++i) {
            Value found = state[results + channel / columns * 4 + 2 * line + i];
            Value at = b.addIndex(b.mulIndex(inQuad, 2), channel + i);
            b.store(b.mul(found, inverse), args.results[0],
                    {own[line].row, own[line].head, at});
          }
      });
    }
  }

  TileBuilder &b;
  const KernelArgs &args;
  AttentionOp op;
  PagePlanes planes;
  const PageLayout &layout;
  int64_t group;                          // query heads of a kv head
  Value warp, lane, inQuad, kvHead, keys; // of the block, and where its head is
  Value lastSlot, lastBlock;              // of the tile's last row
  Query own[lines];
  SmallVector<SmallVector<Value>> rounded; // queries, of each 16 channels
};

} // namespace

std::optional<DeviceTiler> getTensorAttention(AttentionOp op) {
  PageLayout layout(op.getCache().getType());
  // More channels are more registers and shared memory than there are.
  constexpr int64_t mostChannels = 128;
  if (!op.getNarrow() || !PagePlanes::handles(op.getCache().getType()) ||
      layout.keyDim > mostChannels || layout.valueDim > mostChannels)
    return std::nullopt;
  int64_t group = getMatrixShape(op.getType())[1] / layout.heads;
  DeviceTiler tiler{
      threads, /*blocksWork=*/true,
      [group, heads = layout.heads](TileBuilder &b,
                                    const LaunchCounts &counts) -> Value {
        // Each range may begin a tile; those that none has leave at once.
        Value queries = b.mulIndex(counts.promptRows, group);
        Value tiles = b.addIndex(
            b.divIndex(b.addIndex(queries, tileQueries - 1), tileQueries),
            b.addIndex(counts.ranges, -1));
        Value any =
            b.compare(arith::CmpIPredicate::ugt, counts.promptRows, b.index(0));
        return b.select(any, b.mulIndex(tiles, heads), b.index(0));
      },
      [op](TileBuilder &b, const KernelArgs &args) {
        TensorAttentionTiler(b, args, op).run();
      }};
  tiler.suffix = "_prompts";
  tiler.sharesRows = true;
  return tiler;
}

} // namespace llmc
