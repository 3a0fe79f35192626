//===- AttentionPart.cpp - attention of one row to some pages ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   for page of the part, up to the row's own slot
//     scores of 64 slots, masked by position        one read of the keys
//       slopes add to them what their distance is worth (arXiv:2108.12409)
//     online softmax                                serves the whole tile
//     result += probabilities * values
//===----------------------------------------------------------------------===//
#include "AttentionPart.h"

using namespace mlir;
using namespace mlir::llm;

namespace llmc {

static constexpr int64_t lanes = 16; // slots per score vector
static constexpr double lowest =
    -3.0e38; // below every score; finite, so differences are numbers

AttentionPart::AttentionPart(TileBuilder &b, const KernelArgs &args,
                             AttentionOp op, int64_t mostHeads)
    : layout(op.getCache().getType()), width(getLanes(layout.channels)), b(b),
      args(args), op(op), query(args.get(op.getQuery())),
      cache(args.get(op.getCache())) {
  KernelOp kernel = args.kernel;
  target = getTarget(kernel->getParentOfType<func::FuncOp>());
  assert(target && "tiles are shaped for a target");
  // Probabilities of one page pass through memory: lanes of a score are slots,
  // and the next product broadcasts one slot at a time.
  probabilities = memref::AllocaOp::create(
      b, MemRefType::get({mostHeads, pageTokens}, b.getF32Type()));
}

void AttentionPart::begin(const Item &next) {
  item = next;
  slot = b.toIndex(b.load(args.batch.slots, item.row));
  position = b.load(args.batch.positions, item.row);
  keys = layout.keys(b, args.get(op.getLayer()), item.kvHead);
  slopes = loadPerHead(op.getSlopes());
  reach = getReach(b, op, position);
}

SmallVector<Value> AttentionPart::attend(Value first, Value end, Value behind) {
  auto start = startState(first);
  return b.loop(first, end, 1, start, [&](Value block, ValueRange state) {
    Value page = lookUpPage(b, args.batch, item.row, block);
    nextPage = {};
    if (behind) {
      Value next = b.addIndex(block, 1);
      Value inside = b.compare(arith::CmpIPredicate::ult, next, end);
      nextPage =
          lookUpPage(b, args.batch, item.row, b.select(inside, next, behind));
    }
    auto see = [&] {
      SmallVector<Value> next(state);
      seePage(block, page, next);
      return next;
    };
    // Most pages are out of a window's reach.
    return reach ? b.choose(isInReach(page), see,
                            [&] { return SmallVector<Value>(state); })
                 : see();
  });
}

SmallVector<Value> AttentionPart::emptyState() {
  SmallVector<Value> state;
  for (int64_t h = 0; h < item.heads; ++h) {
    state.append({b.f32(lowest), b.f32(0)});
    state.append(chunks(), b.constant(b.f32s(width), 0));
  }
  return state;
}

SmallVector<Value> AttentionPart::startState(Value first) {
  SmallVector<Value> start = emptyState(), sinks = loadPerHead(op.getSinks());
  Value isFirst = b.compare(arith::CmpIPredicate::eq, first, b.index(0));
  for (auto [h, sink] : llvm::enumerate(sinks)) {
    start[maximumOf(h)] = b.select(isFirst, sink, start[maximumOf(h)]);
    start[sumOf(h)] = b.select(isFirst, b.f32(1), start[sumOf(h)]);
  }
  return start;
}

/// Whether the row may see any slot of the page.
Value AttentionPart::isInReach(Value page) {
  Value any;
  for (Value some : mask(loadPositions(page)))
    any = any ? Value(arith::OrIOp::create(b, any, some)) : some;
  return vector::ReductionOp::create(b, vector::CombiningKind::OR, any);
}

void AttentionPart::seePage(Value block, Value page,
                            MutableArrayRef<Value> state) {
  SmallVector<Value> scores = score(page);
  SmallVector<Value> positions = loadPositions(page);
  addSlopes(positions, scores);
  SmallVector<Value> allowed = mask(positions);
  for (int64_t h = 0; h < item.heads; ++h)
    soften(h, MutableArrayRef(scores).slice(h * vectors(), vectors()), allowed,
           state);
  Value used = b.addIndex(
      arith::SubIOp::create(b, slot, b.mulIndex(block, pageTokens)), 1);
  accumulate(page, arith::MinUIOp::create(b, used, b.index(pageTokens)), state);
}

SmallVector<Value> AttentionPart::merge(ValueRange before, ValueRange next) {
  SmallVector<Value> both(before.size());
  for (int64_t h = 0; h < item.heads; ++h) {
    // The state with the greater maximum stays as it is.
    Value ours = before[maximumOf(h)], theirs = next[maximumOf(h)];
    Value isOurs = b.compare(arith::CmpFPredicate::OGE, ours, theirs);
    Value distance = b.select(isOurs, b.sub(theirs, ours), b.sub(ours, theirs));
    Value shrunk = vector::ExtractOp::create(
        b, b.exp(b.broadcast(distance, lanes)), ArrayRef<int64_t>{0});
    Value one = b.f32(1);
    Value factor = b.select(isOurs, one, shrunk);
    Value nextFactor = b.select(isOurs, shrunk, one);
    both[maximumOf(h)] = b.max(ours, theirs);
    both[sumOf(h)] =
        b.fma(before[sumOf(h)], factor, b.mul(next[sumOf(h)], nextFactor));
    for (int64_t at = resultOf(h); at < resultOf(h) + chunks(); ++at)
      both[at] = b.fma(before[at], b.broadcast(factor, width),
                       b.mul(next[at], b.broadcast(nextFactor, width)));
  }
  return both;
}

/// Fetches of the next page what this one has at [first, first + count): a few lines
/// per turn of a loop, as fast as they are read. A page at once is not fetched.
void AttentionPart::prefetch(Value first, int64_t count) {
  Type element = cast<MemRefType>(cache.getType()).getElementType();
  int64_t perLine = 64 * 8 / element.getIntOrFloatBitWidth();
  for (int64_t line = 0; nextPage && line < count; line += perLine)
    memref::PrefetchOp::create(
        b, cache, ValueRange{nextPage, b.addIndex(first, line)},
        /*isWrite=*/false, /*localityHint=*/2, /*isDataCache=*/true);
}

/// What the op has per head, of the heads of the tile; nothing without it.
SmallVector<Value> AttentionPart::loadPerHead(Value numbers) {
  SmallVector<Value> loaded;
  for (int64_t h = 0; numbers && h < item.heads; ++h)
    loaded.push_back(b.load(args.get(numbers), b.addIndex(item.firstHead, h)));
  return loaded;
}

Value getReach(TileBuilder &b, AttentionOp op, Value position) {
  Value reach;
  if (op.getLeft() >= 0)
    reach = b.constant(b.getI32Type(), op.getLeft());
  if (!op.getChunk())
    return reach;
  Value size = b.constant(b.getI32Type(), op.getChunk());
  Value inChunk = arith::RemSIOp::create(b, position, size);
  return reach ? Value(arith::MinSIOp::create(b, reach, inChunk)) : inChunk;
}

int64_t AttentionPart::vectors() const { return pageTokens / lanes; }

/// How many of `count` vectors of so many f32 each head of the tile sums at once:
/// their sums, a multiplier per head and what is loaded stay in registers.
int64_t AttentionPart::countTogether(int64_t count, int64_t vectorLanes) const {
  int64_t registers = llvm::divideCeil(vectorLanes, target.getLanes());
  int64_t left = target.getRegisters() - item.heads - registers;
  int64_t most = std::clamp<int64_t>(left / (item.heads * registers), 1, count);
  while (count % most)
    --most;
  return most;
}

/// q . k of 64 slots for each head of the tile.
SmallVector<Value> AttentionPart::scoreColumns(Value page) {
  SmallVector<Value> sums(item.heads * vectors());
  int64_t together = countTogether(vectors(), lanes);
  for (int64_t first = 0; first < vectors(); first += together) {
    auto part = scoreSlots(page, b.addIndex(keys, first * lanes), together);
    for (int64_t h = 0; h < item.heads; ++h)
      for (int64_t v = 0; v < together; ++v)
        sums[h * vectors() + first + v] = part[h * together + v];
  }
  return sums;
}

/// The same of keys that lie in rows, by way of memory.
SmallVector<Value> AttentionPart::scoreRows(Value page) {
  int64_t keyLanes = getLanes(layout.keyDim);
  SmallVector<Value> zeros(item.heads, b.constant(b.f32s(keyLanes), 0));
  b.loop(b.index(0), b.index(pageTokens), 1, [&](Value index) {
    Value row = b.addIndex(keys, b.mulIndex(index, layout.keyDim));
    auto sums = b.loop(
        b.index(0), b.index(layout.keyDim), keyLanes, zeros,
        [&](Value d, ValueRange carried) {
          SmallVector<Value> next(carried);
          Value at = b.addIndex(row, d);
          prefetch(at, keyLanes);
          Value key = b.loadF32s(cache, {page, at}, keyLanes);
          for (int64_t h = 0; h < item.heads; ++h)
            next[h] = b.fma(
                b.loadF32s(query, {item.row, b.addIndex(item.firstHead, h), d},
                           keyLanes),
                key, next[h]);
          return next;
        });
    for (auto [h, sum] : llvm::enumerate(sums))
      b.store(b.sumLanes(sum), probabilities, {b.index(h), index});
  });
  SmallVector<Value> scores;
  for (int64_t h = 0; h < item.heads; ++h)
    for (int64_t v = 0; v < vectors(); ++v)
      scores.push_back(
          b.loadF32s(probabilities, {b.index(h), b.index(v * lanes)}, lanes));
  return scores;
}

/// Both, times the scale, within the softcap.
SmallVector<Value> AttentionPart::score(Value page) {
  SmallVector<Value> sums =
      layout.valueDim ? scoreColumns(page) : scoreRows(page);
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

/// q . k of `count` vectors of slots whose keys begin at `firstKey`.
SmallVector<Value> AttentionPart::scoreSlots(Value page, Value firstKey,
                                             int64_t count) {
  SmallVector<Value> zeros(item.heads * count, b.constant(b.f32s(lanes), 0));
  return b.loop(
      b.index(0), b.index(layout.keyDim), 1, zeros,
      [&](Value d, ValueRange carried) {
        SmallVector<Value> next(carried);
        Value first = b.addIndex(firstKey, b.mulIndex(d, pageTokens));
        prefetch(first, count * lanes);
        SmallVector<Value> queries;
        for (int64_t h = 0; h < item.heads; ++h)
          queries.push_back(b.broadcast(
              b.load(query, {item.row, b.addIndex(item.firstHead, h), d}),
              lanes));
        for (int64_t v = 0; v < count; ++v) {
          Value key =
              b.loadF32s(cache, {page, b.addIndex(first, v * lanes)}, lanes);
          for (int64_t h = 0; h < item.heads; ++h)
            next[h * count + v] = b.fma(queries[h], key, next[h * count + v]);
        }
        return next;
      });
}

/// The positions of the page's slots.
SmallVector<Value> AttentionPart::loadPositions(Value page) {
  SmallVector<Value> positions;
  Value first = b.mulIndex(page, pageTokens);
  for (int64_t v = 0; v < vectors(); ++v)
    positions.push_back(
        vector::LoadOp::create(b, b.i32s(lanes), args.batch.slotPositions,
                               ValueRange{b.addIndex(first, v * lanes)}));
  return positions;
}

/// scores += slope * (their position - the row's), of each head of the tile.
void AttentionPart::addSlopes(ArrayRef<Value> positions,
                              MutableArrayRef<Value> scores) {
  for (int64_t v = 0; !slopes.empty() && v < vectors(); ++v) {
    Value distance =
        arith::SubIOp::create(b, positions[v], b.broadcast(position, lanes));
    Value ahead = arith::SIToFPOp::create(b, b.f32s(lanes), distance);
    for (int64_t h = 0; h < item.heads; ++h) {
      Value &score = scores[h * vectors() + v];
      score = b.fma(b.broadcast(slopes[h], lanes), ahead, score);
    }
  }
}

/// Slots whose position the row may see: not after it, not beyond its reach.
SmallVector<Value> AttentionPart::mask(ArrayRef<Value> positions) {
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
void AttentionPart::soften(int64_t h, MutableArrayRef<Value> scores,
                           ArrayRef<Value> allowed,
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
void AttentionPart::accumulate(Value page, Value limit,
                               MutableArrayRef<Value> state) {
  Value values = layout.values(b, keys);
  int64_t together = countTogether(chunks(), width);
  for (int64_t first = 0; first < chunks(); first += together) {
    SmallVector<Value> start;
    for (int64_t h = 0; h < item.heads; ++h)
      for (int64_t c = 0; c < together; ++c)
        start.push_back(state[resultOf(h) + first + c]);
    auto sums =
        accumulateChunks(page, b.addIndex(values, first * width), limit, start);
    for (int64_t h = 0; h < item.heads; ++h)
      for (int64_t c = 0; c < together; ++c)
        state[resultOf(h) + first + c] = sums[h * together + c];
  }
}

/// The same of some chunks of channels, whose values begin at `values`.
SmallVector<Value> AttentionPart::accumulateChunks(Value page, Value values,
                                                   Value limit,
                                                   ValueRange start) {
  int64_t count = start.size() / item.heads;
  return b.loop(
      b.index(0), limit, 1, start, [&](Value index, ValueRange carried) {
        SmallVector<Value> next(carried);
        Value first =
            b.addIndex(values, b.mulIndex(index, layout.valueStride()));
        prefetch(first, count * width);
        SmallVector<Value> weights;
        for (int64_t h = 0; h < item.heads; ++h)
          weights.push_back(
              b.broadcast(b.load(probabilities, {b.index(h), index}), width));
        Value visible = isInReach(page, index);
        for (int64_t c = 0; c < count; ++c) {
          Value value =
              b.loadF32s(cache, {page, b.addIndex(first, c * width)}, width);
          if (visible)
            value = b.select(visible, value, b.constant(b.f32s(width), 0));
          for (int64_t h = 0; h < item.heads; ++h)
            next[h * count + c] = b.fma(weights[h], value, next[h * count + c]);
        }
        return next;
      });
}

/// Whether the row reaches back to slot `index` of the page; null without a limit.
/// Zero times a value beyond it is not zero if that value is NaN.
Value AttentionPart::isInReach(Value page, Value index) {
  if (!reach)
    return {};
  Value at = b.addIndex(b.mulIndex(page, pageTokens), index);
  Value distance =
      arith::SubIOp::create(b, position, b.load(args.batch.slotPositions, at));
  return b.compare(arith::CmpIPredicate::sle, distance, reach);
}

} // namespace llmc
