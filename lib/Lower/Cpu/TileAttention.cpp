//===- TileAttention.cpp - attention to the paged cache ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Lanes of a score are slots, lanes of a result are channels (CachePages.h):
// neither needs a sum across lanes. Pages are visited in order and the softmax is
// kept online (arXiv:2205.14135), so a row's result does not depend on what else
// is in the batch. Where few rows read the cache, which then lies in no near memory,
// lines of the next page are fetched beside those that are read.
//
//   for (row, kv head, tile of its query heads) in this worker's share; tiles of
//   5 heads are 3 + 2, of 7 are 4 + 3: the keys are read twice, not once per head
//     for page of the row's sequence, up to its own slot
//       scores of 64 slots, masked by position      one read of the keys
//         slopes add to them what their distance is worth (arXiv:2108.12409)
//       online softmax                               serves the whole tile
//       result += probabilities * values
//===----------------------------------------------------------------------===//
#include "CachePages.h"
#include "Tilers.h"

using namespace mlir;
using namespace mlir::llm;

namespace llmc {

namespace {

constexpr int64_t lanes = 16; // slots per score vector
constexpr double lowest =
    -3.0e38; // below every score; finite, so differences are numbers

/// Query heads that one pass over the cache serves: with four, each of them has
/// two registers for its sums where a target has 16, and four where it has 32.
int64_t getMostHeads(TargetAttr target) {
  return std::clamp<int64_t>(target.getRegisters() / 4, 1, 4);
}

/// `count` tiles of `heads` query heads each.
struct HeadTiles {
  int64_t heads, count;
};

/// As few tiles as `most` heads allow, as equal as they can be, larger first.
SmallVector<HeadTiles> splitHeads(int64_t group, int64_t most) {
  assert(group > 0 && most > 0 && "a head has queries, a tile has room");
  int64_t tiles = llvm::divideCeil(group, most), heads = group / tiles;
  int64_t larger = group % tiles;
  SmallVector<HeadTiles> split;
  if (larger)
    split.push_back({heads + 1, larger});
  split.push_back({heads, tiles - larger});
  return split;
}

class AttentionTiler {
public:
  AttentionTiler(TileBuilder &b, const KernelArgs &args, AttentionOp op)
      : b(b), args(args), op(op), layout(op.getCache().getType()),
        query(args.get(op.getQuery())), cache(args.get(op.getCache())),
        result(args.results[0]) {
    int64_t queryHeads = getMatrixShape(op.getType())[1];
    KernelOp kernel = args.kernel;
    target = getTarget(kernel->getParentOfType<func::FuncOp>());
    assert(target && "tiles are shaped for a target");
    assert(queryHeads % layout.heads == 0 && "(C1) of llm.attention");
    group = queryHeads / layout.heads;
    width = getLanes(layout.valueDim);
  }

  void run() {
    SmallVector<HeadTiles> split = splitHeads(group, getMostHeads(target));
    // Probabilities of one page pass through memory: lanes of a score are slots,
    // and the next product broadcasts one slot at a time.
    probabilities = memref::AllocaOp::create(
        b, MemRefType::get({split.front().heads, pageTokens}, b.getF32Type()));
    // Pages lie anywhere, so the hardware does not know which comes. Of many rows
    // the first has fetched what the others read.
    constexpr int64_t mostRows = 16;
    Value areFew = b.compare(arith::CmpIPredicate::ule, b.dim(result, 0),
                             b.index(mostRows));
    auto branch = scf::IfOp::create(b, areFew, /*withElseRegion=*/true);
    for (bool few : {true, false}) {
      OpBuilder::InsertionGuard guard(b);
      b.setInsertionPointToStart(few ? branch.thenBlock() : branch.elseBlock());
      prefetches = few;
      attendRows(split);
    }
  }

private:
  void attendRows(ArrayRef<HeadTiles> split) {
    int64_t first = 0;
    Value turn = b.worker; // of this worker's first item
    for (HeadTiles tiles : split) {
      Value items = b.mulIndex(b.dim(result, 0), layout.heads * tiles.count);
      attendTiles(first, tiles, turn, items);
      first += tiles.heads * tiles.count;
      if (first < group)
        turn = continueTurns(turn, items);
    }
  }

  /// Who is next after `items` were dealt: a step of one row may have fewer items
  /// of a kind than there are workers.
  Value continueTurns(Value turn, Value items) {
    Value dealt = arith::RemUIOp::create(b, items, b.workers);
    Value behind = arith::SubIOp::create(b, b.workers, dealt);
    return arith::RemUIOp::create(b, b.addIndex(turn, behind), b.workers);
  }

  /// Every row and kv head with `tiles` of its query heads, from `first` on.
  void attendTiles(int64_t first, HeadTiles tiles, Value turn, Value items) {
    tile = tiles.heads;
    int64_t perRow = layout.heads * tiles.count;
    // Later rows see more keys: deal items out in turn, not in runs.
    auto loop = scf::ForOp::create(b, turn, items, b.workers);
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(loop.getBody());
    Value item = b.remIndex(loop.getInductionVar(), perRow);
    Value kvHead = b.divIndex(item, tiles.count);
    Value inGroup =
        b.addIndex(b.mulIndex(b.remIndex(item, tiles.count), tile), first);
    attend(b.divIndex(loop.getInductionVar(), perRow),
           b.addIndex(b.mulIndex(kvHead, group), inGroup), kvHead);
  }

  void attend(Value row, Value firstHead, Value kvHead) {
    Value slot = b.toIndex(b.load(args.batch.slots, row));
    Value position = b.load(args.batch.positions, row);
    Value keys = layout.keys(b, args.get(op.getLayer()), kvHead);
    Value pages = b.addIndex(b.divIndex(slot, pageTokens), 1);
    SmallVector<Value> slopes = loadPerHead(op.getSlopes(), firstHead);
    limitReach(position);
    auto done = b.loop(
        b.index(0), pages, 1, startState(firstHead),
        [&](Value block, ValueRange state) {
          Value page = lookUpPage(b, args.batch, row, block);
          if (prefetches)
            nextPage = lookUpNextPage(row, block, pages);
          SmallVector<Value> scores = score(row, firstHead, page, keys);
          SmallVector<Value> positions = loadPositions(page);
          addSlopes(slopes, positions, position, scores);
          SmallVector<Value> allowed = mask(positions, position);
          SmallVector<Value> next(state);
          for (int64_t h = 0; h < tile; ++h)
            soften(h, MutableArrayRef(scores).slice(h * vectors(), vectors()),
                   allowed, next);
          Value used = b.addIndex(
              arith::SubIOp::create(b, slot, b.mulIndex(block, pageTokens)), 1);
          Value full = b.index(pageTokens);
          Value limit = arith::MinUIOp::create(b, used, full);
          accumulate(page, layout.values(b, keys), limit, position, next);
          return next;
        });
    for (int64_t h = 0; h < tile; ++h) {
      Value inverse = b.div(b.f32(1), done[sumOf(h)]);
      for (int64_t c = 0; c < chunks(); ++c)
        b.storeVector(b.mul(done[resultOf(h) + c], b.broadcast(inverse, width)),
                      result,
                      {row, b.addIndex(firstHead, h), b.index(c * width)});
    }
  }

  /// The page behind `block`; the last one has none and is its own.
  Value lookUpNextPage(Value row, Value block, Value pages) {
    Value last = b.addIndex(pages, -1);
    Value next = arith::MinUIOp::create(b, b.addIndex(block, 1), last);
    return lookUpPage(b, args.batch, row, next);
  }

  /// Fetches of the next page what this one has at [first, first + count): a few lines
  /// per turn of a loop, as fast as they are read. A page at once is not fetched.
  void prefetch(Value first, int64_t count) {
    Type element = cast<MemRefType>(cache.getType()).getElementType();
    int64_t perLine = 64 * 8 / element.getIntOrFloatBitWidth();
    for (int64_t line = 0; prefetches && line < count; line += perLine)
      memref::PrefetchOp::create(
          b, cache, ValueRange{nextPage, b.addIndex(first, line)},
          /*isWrite=*/false, /*localityHint=*/2, /*isDataCache=*/true);
  }

  /// What the op has per head, of the heads of the tile; nothing without it.
  SmallVector<Value> loadPerHead(Value numbers, Value firstHead) {
    SmallVector<Value> loaded;
    for (int64_t h = 0; numbers && h < tile; ++h)
      loaded.push_back(b.load(args.get(numbers), b.addIndex(firstHead, h)));
    return loaded;
  }

  /// How far back the row sees: its window, or the beginning of its chunk.
  void limitReach(Value position) {
    reach = {};
    if (op.getLeft() >= 0)
      reach = b.constant(b.getI32Type(), op.getLeft());
    if (!op.getChunk())
      return;
    Value size = b.constant(b.getI32Type(), op.getChunk());
    Value inChunk = arith::RemSIOp::create(b, position, size);
    reach = reach ? Value(arith::MinSIOp::create(b, reach, inChunk)) : inChunk;
  }

  /// Carried: per head of the tile its maximum, its sum, its result. A sink is a
  /// key without a value, which was seen before all others.
  SmallVector<Value> startState(Value firstHead) {
    SmallVector<Value> sinks = loadPerHead(op.getSinks(), firstHead);
    SmallVector<Value> start;
    for (int64_t h = 0; h < tile; ++h) {
      start.push_back(sinks.empty() ? b.f32(lowest) : sinks[h]);
      start.push_back(b.f32(sinks.empty() ? 0 : 1));
      start.append(chunks(), b.constant(b.f32s(width), 0));
    }
    return start;
  }

  //===--- places in the carried state --------------------------------------===//

  int64_t chunks() const { return layout.valueDim / width; }
  int64_t vectors() const { return pageTokens / lanes; }
  int64_t maximumOf(int64_t h) const { return h * (2 + chunks()); }
  int64_t sumOf(int64_t h) const { return maximumOf(h) + 1; }
  int64_t resultOf(int64_t h) const { return maximumOf(h) + 2; }

  //===--- one page ---------------------------------------------------------===//

  /// How many of `count` vectors of `width` f32 each head of the tile sums at
  /// once: their sums, a multiplier per head and what is loaded stay in registers.
  int64_t countTogether(int64_t count, int64_t width) const {
    int64_t registers = llvm::divideCeil(width, target.getLanes());
    int64_t left = target.getRegisters() - tile - registers;
    int64_t most = std::clamp<int64_t>(left / (tile * registers), 1, count);
    while (count % most)
      --most;
    return most;
  }

  /// scale * q . k of 64 slots for each head of the tile.
  SmallVector<Value> score(Value row, Value firstHead, Value page, Value keys) {
    SmallVector<Value> sums(tile * vectors());
    int64_t together = countTogether(vectors(), lanes);
    for (int64_t first = 0; first < vectors(); first += together) {
      auto part = scoreSlots(row, firstHead, page,
                             b.addIndex(keys, first * lanes), together);
      for (int64_t h = 0; h < tile; ++h)
        for (int64_t v = 0; v < together; ++v)
          sums[h * vectors() + first + v] = part[h * together + v];
    }
    Value scale = b.constant(b.f32s(lanes), op.getScale().convertToDouble());
    double softcap = op.getSoftcap().convertToDouble();
    for (Value &sum : sums) {
      sum = b.mul(sum, scale);
      if (softcap == 0)
        continue;
      Value cap = b.constant(b.f32s(lanes), softcap);
      sum = b.mul(math::TanhOp::create(b, b.div(sum, cap)), cap);
    }
    return sums;
  }

  /// q . k of `count` vectors of slots whose keys begin at `keys`.
  SmallVector<Value> scoreSlots(Value row, Value firstHead, Value page,
                                Value keys, int64_t count) {
    SmallVector<Value> zeros(tile * count, b.constant(b.f32s(lanes), 0));
    return b.loop(
        b.index(0), b.index(layout.keyDim), 1, zeros,
        [&](Value d, ValueRange carried) {
          SmallVector<Value> next(carried);
          Value first = b.addIndex(keys, b.mulIndex(d, pageTokens));
          prefetch(first, count * lanes);
          SmallVector<Value> queries;
          for (int64_t h = 0; h < tile; ++h)
            queries.push_back(b.broadcast(
                b.load(query, {row, b.addIndex(firstHead, h), d}), lanes));
          for (int64_t v = 0; v < count; ++v) {
            Value key =
                b.loadF32s(cache, {page, b.addIndex(first, v * lanes)}, lanes);
            for (int64_t h = 0; h < tile; ++h)
              next[h * count + v] = b.fma(queries[h], key, next[h * count + v]);
          }
          return next;
        });
  }

  /// The positions of the page's slots.
  SmallVector<Value> loadPositions(Value page) {
    SmallVector<Value> positions;
    Value first = b.mulIndex(page, pageTokens);
    for (int64_t v = 0; v < vectors(); ++v)
      positions.push_back(
          vector::LoadOp::create(b, b.i32s(lanes), args.batch.slotPositions,
                                 ValueRange{b.addIndex(first, v * lanes)}));
    return positions;
  }

  /// scores += slope * (their position - the row's), of each head of the tile.
  void addSlopes(ArrayRef<Value> slopes, ArrayRef<Value> positions,
                 Value position, MutableArrayRef<Value> scores) {
    for (int64_t v = 0; !slopes.empty() && v < vectors(); ++v) {
      Value distance =
          arith::SubIOp::create(b, positions[v], b.broadcast(position, lanes));
      Value ahead = arith::SIToFPOp::create(b, b.f32s(lanes), distance);
      for (int64_t h = 0; h < tile; ++h) {
        Value &score = scores[h * vectors() + v];
        score = b.fma(b.broadcast(slopes[h], lanes), ahead, score);
      }
    }
  }

  /// Slots whose position the row may see: not after it, not beyond its reach.
  SmallVector<Value> mask(ArrayRef<Value> positions, Value position) {
    SmallVector<Value> allowed;
    Value mine = b.broadcast(position, lanes);
    for (Value theirs : positions) {
      Value visible = b.compare(arith::CmpIPredicate::sle, theirs, mine);
      if (reach) {
        Value distance = arith::SubIOp::create(b, mine, theirs);
        visible = b.both(visible, b.compare(arith::CmpIPredicate::sle, distance,
                                            b.broadcast(reach, lanes)));
      }
      allowed.push_back(visible);
    }
    return allowed;
  }

  /// Online softmax of head `h`: new maximum, rescaled sum and result, and the
  /// page's probabilities in memory.
  void soften(int64_t h, MutableArrayRef<Value> scores, ArrayRef<Value> allowed,
              MutableArrayRef<Value> state) {
    Value none = b.constant(b.f32s(lanes), lowest);
    Value zero = b.constant(b.f32s(lanes), 0);
    Value most;
    for (auto [score, visible] : llvm::zip(scores, allowed)) {
      score = b.select(visible, score, none);
      most = most ? b.max(most, score) : score;
    }
    Value before = state[maximumOf(h)];
    Value maximum = b.max(before, b.maxLanes(most));
    Value shrink = b.exp(b.broadcast(b.sub(before, maximum), lanes));
    Value factor = vector::ExtractOp::create(b, shrink, ArrayRef<int64_t>{0});
    Value total;
    for (auto [v, score] : llvm::enumerate(scores)) {
      Value p = b.exp(b.sub(score, b.broadcast(maximum, lanes)));
      p = b.select(allowed[v], p, zero);
      b.storeVector(p, probabilities, {b.index(h), b.index(v * lanes)});
      total = total ? b.add(total, p) : p;
    }
    state[maximumOf(h)] = maximum;
    state[sumOf(h)] = b.fma(state[sumOf(h)], factor, b.sumLanes(total));
    for (int64_t c = 0; c < chunks(); ++c)
      state[resultOf(h) + c] =
          b.mul(state[resultOf(h) + c], b.broadcast(factor, width));
  }

  /// result += p[slot] * value[slot] over the page's used slots.
  void accumulate(Value page, Value values, Value limit, Value position,
                  MutableArrayRef<Value> state) {
    int64_t together = countTogether(chunks(), width);
    for (int64_t first = 0; first < chunks(); first += together) {
      SmallVector<Value> start;
      for (int64_t h = 0; h < tile; ++h)
        for (int64_t c = 0; c < together; ++c)
          start.push_back(state[resultOf(h) + first + c]);
      auto sums = accumulateChunks(page, b.addIndex(values, first * width),
                                   limit, position, start);
      for (int64_t h = 0; h < tile; ++h)
        for (int64_t c = 0; c < together; ++c)
          state[resultOf(h) + first + c] = sums[h * together + c];
    }
  }

  /// The same of some chunks of channels, whose values begin at `values`.
  SmallVector<Value> accumulateChunks(Value page, Value values, Value limit,
                                      Value position, ValueRange start) {
    int64_t count = start.size() / tile;
    return b.loop(
        b.index(0), limit, 1, start, [&](Value slot, ValueRange carried) {
          SmallVector<Value> next(carried);
          Value first = b.addIndex(values, b.mulIndex(slot, layout.valueDim));
          prefetch(first, count * width);
          SmallVector<Value> weights;
          for (int64_t h = 0; h < tile; ++h)
            weights.push_back(
                b.broadcast(b.load(probabilities, {b.index(h), slot}), width));
          Value visible = isInReach(page, slot, position);
          for (int64_t c = 0; c < count; ++c) {
            Value value =
                b.loadF32s(cache, {page, b.addIndex(first, c * width)}, width);
            if (visible)
              value = b.select(visible, value, b.constant(b.f32s(width), 0));
            for (int64_t h = 0; h < tile; ++h)
              next[h * count + c] =
                  b.fma(weights[h], value, next[h * count + c]);
          }
          return next;
        });
  }

  /// Whether the row reaches back to `slot`; null without a limit. Zero times a
  /// value beyond it is not zero if that value is NaN.
  Value isInReach(Value page, Value slot, Value position) {
    if (!reach)
      return {};
    Value at = b.addIndex(b.mulIndex(page, pageTokens), slot);
    Value distance = arith::SubIOp::create(
        b, position, b.load(args.batch.slotPositions, at));
    return b.compare(arith::CmpIPredicate::sle, distance, reach);
  }

  TileBuilder &b;
  const KernelArgs &args;
  AttentionOp op;
  PageLayout layout;
  TargetAttr target;
  Value query, cache, result, probabilities;
  bool prefetches = false;
  Value nextPage;
  Value reach; // how far back the row sees, i32; null without a limit
  int64_t group, tile, width;
};

} // namespace

namespace {
struct TileAttention
    : CpuTilerOpInterface::ExternalModel<TileAttention, AttentionOp> {
  void tile(Operation *op, TileBuilder &b, const KernelArgs &args) const {
    auto attention = cast<AttentionOp>(op);
    if (!attention.getCache())
      return tileRowAttention(b, args, attention);
    AttentionTiler(b, args, attention).run();
  }
};
} // namespace

void attachAttentionTiler(MLIRContext *context) {
  AttentionOp::attachInterface<TileAttention>(*context);
}

} // namespace llmc
