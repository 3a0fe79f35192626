//===- TensorAttention.cpp - attention of prompts on tensor cores -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   block = 64 queries of a prompt and a kv head, row by row: rows x heads of its group
//     for page that one of the rows sees
//       keys and values: as they lie in the cache to shared memory (cp.async)
//       warp = 16 queries
//         scores = queries * keys                        mma.sync m16n8k16
//         masks, online softmax (arXiv:2307.08691)       in registers
//         results += probabilities * values              mma.sync m16n8k16
//
// The next page's keys are copied while values are used, its values while keys are.
// Keys are [channel, slot] and values [slot, channel]: of both, k runs over lines, so
// ldmatrix turns them on the way to registers. A line's 16 bytes are moved by its number,
// so that eight lines are in different banks.
//
// Queries and probabilities are rounded to the type of the cache. A query's bits depend
// on its own row alone: what it does not see has probability zero.
//===----------------------------------------------------------------------===//
#include "TensorAttention.h"
#include "DeviceScores.h"
#include "TensorCores.h"
#include "Threads.h"

#include "../Cpu/CachePages.h"
#include "../Cpu/Ranges.h"

using namespace mlir;
using namespace mlir::llm;

namespace llmc {

namespace {

constexpr int64_t warps = 4, threads = warps * warpThreads;
constexpr int64_t warpQueries = 16, tileQueries = warps * warpQueries;
/// Of one mma.sync: k, and columns.
constexpr int64_t depth = 16, columns = 8;
constexpr int64_t halfBytes = 2, lineCopy = 16; // bytes
constexpr double lowest =
    -3.0e38; // below every score; finite, so differences are numbers

/// Keys or values of a page in shared memory: lines of 16-byte pieces.
struct Plane {
  Plane(int64_t lines, int64_t elements, int64_t first)
      : lines(lines), pieces(elements * halfBytes / lineCopy),
        mask(std::min<int64_t>(pieces & -pieces, 8) - 1), first(first) {}
  int64_t bytes() const { return lines * pieces * lineCopy; }

  int64_t lines, pieces;
  int64_t mask;  // of a line's number: a piece lies at its own number ^ that
  int64_t first; // byte
};

class TensorAttentionTiler {
public:
  TensorAttentionTiler(TileBuilder &b, const KernelArgs &args, AttentionOp op)
      : b(b), args(args), op(op), layout(op.getCache().getType()),
        element(op.getCache().getType().getElementType()),
        group(getMatrixShape(op.getType())[1] / layout.heads),
        keyPlane(layout.keyDim, pageTokens, 0),
        valuePlane(pageTokens, layout.valueDim, keyPlane.bytes()),
        cache(args.get(op.getCache())) {}

  void run() {
    warp = b.divIndex(b.thread, warpThreads);
    lane = b.remIndex(b.thread, warpThreads);
    inQuad = b.remIndex(lane, 4);
    kvHead = b.remIndex(b.worker, layout.heads);
    memory = allocateShared(b, {keyPlane.bytes() + valuePlane.bytes()},
                            b.getI8Type());
    positions = allocateShared(b, {pageTokens}, b.getI32Type());
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
    copyKeys(page);
    SmallVector<Value> start = {page};
    llvm::append_range(start, startState());
    SmallVector<Value> state =
        b.loop(begin, b.addIndex(lastBlock, 1), 1, start,
               [&](Value block, ValueRange carried) {
                 return seePage(firstRow, block, carried);
               });
    storeResults(ArrayRef(state).drop_front(1));
  }

  //===--- copies -------------------------------------------------------------===//

  /// Byte of a piece of a line in shared memory.
  Value placeOf(const Plane &plane, Value line, Value piece) {
    Value moved = arith::XOrIOp::create(
        b, piece, Value(arith::AndIOp::create(b, line, b.index(plane.mask))));
    Value number = b.addIndex(b.mulIndex(line, plane.pieces), moved);
    return b.addIndex(b.mulIndex(number, lineCopy), plane.first);
  }

  /// Every 16 bytes of a plane that begins at element `from` of a page; lines from
  /// `end` on are zeros, if it is not null.
  void copyPlane(const Plane &plane, Value page, Value from, Value end) {
    int64_t pageBytes =
        cast<MemRefType>(cache.getType()).getShape().back() * halfBytes;
    Value source =
        b.addIndex(b.mulIndex(page, pageBytes), b.mulIndex(from, halfBytes));
    int64_t count = plane.lines * plane.pieces;
    b.loop(b.thread, b.index(count), threads, [&](Value i) {
      Value line = b.divIndex(i, plane.pieces);
      Value to = placeOf(plane, line, b.remIndex(i, plane.pieces));
      Value byte = b.addIndex(source, b.mulIndex(i, lineCopy));
      if (end)
        copyOrClear(b, cache, byte, memory, to,
                    b.compare(arith::CmpIPredicate::ult, line, end));
      else
        copyAhead(b, cache, byte, memory, to, lineCopy);
    });
  }

  void copyKeys(Value page) {
    copyPlane(keyPlane, page, keys, /*end=*/{});
    commitCopies(b);
  }
  /// Slots that nobody has written yet may hold anything, and zero times that.
  void copyValues(Value page, Value block) {
    Value end = b.addIndex(
        arith::SubIOp::create(b, lastSlot, b.mulIndex(block, pageTokens)), 1);
    copyPlane(valuePlane, page, layout.values(b, keys), end);
    commitCopies(b);
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
    copyValues(page, block);
    b.when(b.compare(arith::CmpIPredicate::ult, b.thread, b.index(pageTokens)),
           [&] {
             Value at = b.addIndex(b.mulIndex(page, pageTokens), b.thread);
             b.store(b.load(args.batch.slotPositions, at), positions, b.thread);
           });
    waitForCopies(b, /*pending=*/1);
    b.meetThreads(); // the keys are there
    SmallVector<Value> scores = multiplyKeys();
    b.meetThreads(); // and free
    Value behind = b.addIndex(block, 1);
    Value hasNext = b.compare(arith::CmpIPredicate::ule, behind, lastBlock);
    Value next =
        lookUpPage(b, args.batch, firstRow, b.select(hasNext, behind, block));
    b.when(hasNext, [&] { copyPlane(keyPlane, next, keys, /*end=*/{}); });
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
    Value both =
        vector::FromElementsOp::create(b, b.f32s(2), ValueRange{low, high});
    return arith::TruncFOp::create(b, VectorType::get(2, element), both);
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

  /// Columns of 16 lines from `line` on: two times eight, from piece `piece` on.
  SmallVector<Value> loadTile(const Plane &plane, int64_t line, int64_t piece) {
    Value matrix = b.divIndex(lane, 8);
    Value inTile =
        b.addIndex(b.mulIndex(b.remIndex(matrix, 2), 8), b.remIndex(lane, 8));
    Value at = placeOf(plane, b.addIndex(inTile, line),
                       b.addIndex(b.divIndex(matrix, 2), piece));
    return loadColumns(b, memory, at, element);
  }

  /// sums += rows * the plane's lines [line, line + 16), all columns.
  void multiply(ArrayRef<Value> rows, const Plane &plane, int64_t line,
                MutableArrayRef<Value> sums) {
    for (int64_t piece = 0; piece < plane.pieces; piece += 2) {
      SmallVector<Value> tile = loadTile(plane, line, piece);
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
      multiply(rows, keyPlane, step * depth, sums);
    return sums;
  }

  void addValues(ArrayRef<Value> weights, MutableArrayRef<Value> state) {
    for (int64_t slot = 0; slot < pageTokens; slot += depth) {
      // Sums of two times eight columns are rows of sixteen k.
      ArrayRef<Value> both = weights.slice(slot / columns * 4, 8);
      SmallVector<Value> rows;
      for (int64_t i = 0; i < 4; ++i)
        rows.push_back(round(both[2 * i], both[2 * i + 1]));
      multiply(rows, valuePlane, slot, state.drop_front(results));
    }
  }

  //===--- softmax --------------------------------------------------------------===//

  /// Products become probabilities.
  void soften(MutableArrayRef<Value> scores, MutableArrayRef<Value> state) {
    SmallVector<Value> theirs;
    for (int64_t slot = 0; slot < pageTokens; slot += columns)
      for (int64_t i = 0; i < 2; ++i)
        theirs.push_back(
            b.load(positions, b.addIndex(b.mulIndex(inQuad, 2), slot + i)));
    for (int64_t line = 0; line < lines; ++line)
      softenLine(line, theirs, scores, state);
  }

  void softenLine(int64_t line, ArrayRef<Value> theirs,
                  MutableArrayRef<Value> scores, MutableArrayRef<Value> state) {
    // Where the line's score of slot `i` of this thread is.
    auto placeOfScore = [&](size_t i) { return i / 2 * 4 + 2 * line + i % 2; };
    const Query &query = own[line];
    SmallVector<Value> allowed;
    Value &maximum = state[2 * line], &sum = state[2 * line + 1];
    Value most = maximum;
    for (size_t i = 0; i < theirs.size(); ++i) {
      allowed.push_back(isVisible(b, query.position, theirs[i], query.reach));
      Value &score = scores[placeOfScore(i)];
      score = b.select(
          allowed[i],
          finishScore(b, op, score, query.slope, query.position, theirs[i]),
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
  const PageLayout layout;
  Type element;
  int64_t group; // query heads of a kv head
  const Plane keyPlane, valuePlane;
  Value cache;
  Value warp, lane, inQuad, kvHead, keys; // of the block, and where its head is
  Value memory, positions;                // shared
  Value lastSlot, lastBlock;              // of the tile's last row
  Query own[lines];
  SmallVector<SmallVector<Value>> rounded; // queries, of each 16 channels
};

} // namespace

std::optional<DeviceTiler> getTensorAttention(AttentionOp op) {
  PageLayout layout(op.getCache().getType());
  // More channels are more registers and shared memory than there are.
  constexpr int64_t mostChannels = 128;
  if (!op.getNarrow() || layout.keyDim % depth ||
      layout.keyDim > mostChannels || !layout.valueDim ||
      layout.valueDim % depth || layout.valueDim > mostChannels ||
      op.getCache().getType().getElementBytes() != halfBytes)
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
