//===- AttentionPart.cpp - attention of some queries to some pages ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   for page of the part, up to the last row's own slot
//     scores of 64 slots, masked by position        one read of the keys
//       slopes add to them what their distance is worth (arXiv:2108.12409)
//     online softmax                                serves the whole tile
//     result += probabilities * values
//===----------------------------------------------------------------------===//
#include "AttentionPart.h"
#include "Powers.h"

using namespace mlir;
using namespace mlir::llm;

namespace llmc {

Value areAllSet(TileBuilder &b, ArrayRef<Value> conditions) {
  Value all = conditions.front();
  for (Value some : conditions.drop_front())
    all = b.both(all, some);
  return vector::ReductionOp::create(b, vector::CombiningKind::AND, all);
}

AttentionPart::AttentionPart(TileBuilder &b, const KernelArgs &args,
                             AttentionOp op, int64_t mostQueries, int64_t pages)
    : layout(op.getCache().getType()), width(getLanes(layout.channels)), b(b),
      args(args), op(op), query(args.get(op.getQuery())),
      cache(args.get(op.getCache())) {
  KernelOp kernel = args.kernel;
  target = getTarget(kernel->getParentOfType<func::FuncOp>());
  assert(target && "tiles are shaped for a target");
  // Probabilities of one page pass through memory: lanes of a score are slots,
  // and the next product broadcasts one slot at a time.
  probabilities = b.allocate({mostQueries, pages * pageTokens}, b.getF32Type());
}

void AttentionPart::begin(Value row, Value firstHead, Value kvHead,
                          int64_t heads) {
  Item next;
  next.kvHead = kvHead;
  for (int64_t h = 0; h < heads; ++h)
    next.queries.push_back({row, b.addIndex(firstHead, h)});
  begin(std::move(next));
}

void AttentionPart::begin(Item next) {
  item = std::move(next);
  keys = layout.keys(b, args.get(op.getLayer()), item.kvHead);
  slopes = loadPerHead(op.getSlopes());
  slots.clear();
  positions.clear();
  reaches.clear();
  for (const Query &one : item.queries) {
    bool isKnown = !slots.empty() && one.row == item.queries.front().row;
    slots.push_back(isKnown ? slots[0]
                            : b.toIndex(b.load(args.batch.slots, one.row)));
    positions.push_back(isKnown ? positions[0]
                                : b.load(args.batch.positions, one.row));
    reaches.push_back(isKnown ? reaches[0] : getReach(b, op, positions.back()));
  }
}

bool AttentionPart::isOneRow() const {
  return llvm::all_of(item.queries, [&](const Query &one) {
    return one.row == item.queries.front().row;
  });
}

SmallVector<Value> AttentionPart::attend(Value first, Value end, Value behind) {
  SmallVector<Value> start = emptyState(), whole = startState();
  Value isFirst = b.compare(arith::CmpIPredicate::eq, first, b.index(0));
  for (auto [some, all] : llvm::zip(start, whole))
    if (some != all)
      some = b.select(isFirst, all, some);
  assert(isOneRow() && "parts are those of a row");
  Value row = item.queries.front().row;
  first = arith::MaxUIOp::create(b, first, getFirstBlock());
  return b.loop(first, end, 1, start, [&](Value block, ValueRange state) {
    Value page = lookUpPage(b, args.batch, row, block);
    nextPage = {};
    if (behind) {
      Value next = b.addIndex(block, 1);
      Value inside = b.compare(arith::CmpIPredicate::ult, next, end);
      nextPage = lookUpPage(b, args.batch, row, b.select(inside, next, behind));
    }
    SmallVector<Value> next(state);
    Page seen = {page, block, b.index(0), /*whole=*/{}};
    SmallVector<Value> scores = score(seen), allowed = mask(seen);
    for (int64_t i = 0; i < count(); ++i)
      soften(i, seen, scores, allowed, next);
    accumulate(seen, next);
    return next;
  });
}

SmallVector<Value> AttentionPart::emptyState() {
  SmallVector<Value> state;
  Value zero = b.constant(b.f32s(width), 0);
  for (int64_t i = 0; i < count(); ++i) {
    state.append({b.f32(lowest), b.f32(0)});
    state.append(chunks(), zero);
  }
  return state;
}

SmallVector<Value> AttentionPart::startState() {
  SmallVector<Value> start = emptyState();
  for (auto [i, sink] : llvm::enumerate(loadPerHead(op.getSinks()))) {
    start[maximumOf(i)] = sink;
    start[sumOf(i)] = b.f32(1);
  }
  return start;
}

/// Whether every query sees every slot of the page.
Value AttentionPart::seesAll(const Page &page) {
  return page.whole ? page.whole : areAllSet(b, mask(page));
}

/// How many slots of the block a row may see that lies in `slot` itself.
Value AttentionPart::countUsed(Value slot, Value block) {
  Value first = b.mulIndex(block, pageTokens);
  Value isBehind = b.compare(arith::CmpIPredicate::uge, slot, first);
  Value used = b.addIndex(arith::SubIOp::create(b, slot, first), 1);
  return arith::MinUIOp::create(b, b.select(isBehind, used, b.index(0)),
                                b.index(pageTokens));
}

SmallVector<Value> AttentionPart::score(const Page &page) {
  SmallVector<Value> scores = multiplyKeys(page);
  Value scale = b.constant(b.f32s(lanes), op.getScale().convertToDouble());
  double softcap = op.getSoftcap().convertToDouble();
  for (Value &value : scores) {
    value = b.mul(value, scale);
    if (softcap == 0)
      continue;
    Value cap = b.constant(b.f32s(lanes), softcap);
    value = b.mul(math::TanhOp::create(b, b.div(value, cap)), cap);
  }
  SmallVector<Value> theirs = loadPositions(page.number);
  for (int64_t i = 0; i < count(); ++i)
    addSlopes(i, theirs, MutableArrayRef(scores).slice(i * vectors, vectors));
  return scores;
}

void AttentionPart::accumulate(const Page &page, MutableArrayRef<Value> state) {
  // Behind `seen` rows of the tile see different slots.
  Value seen = countUsed(slots.front(), page.block);
  if (reaches[0])
    seen = b.select(seesAll(page), seen, b.index(0));
  addSlots(page, b.index(0), seen, /*mayHide=*/false, state);
  if (reaches[0] || !isOneRow())
    addSlots(page, seen, countUsed(slots.back(), page.block), /*mayHide=*/true,
             state);
}

void AttentionPart::storeResult(int64_t index, ValueRange state) {
  const Query &one = item.queries[index];
  Value inverse = b.div(b.f32(1), state[sumOf(index)]);
  for (int64_t c = 0; c < chunks(); ++c)
    b.storeVector(
        b.mul(state[resultOf(index) + c], b.broadcast(inverse, width)),
        args.results[0], {one.row, one.head, b.index(c * width)});
}

SmallVector<Value> AttentionPart::merge(ValueRange before, ValueRange next) {
  SmallVector<Value> both(before.size());
  for (int64_t h = 0; h < count(); ++h) {
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

/// What the op has per head, of the queries; nothing without it.
SmallVector<Value> AttentionPart::loadPerHead(Value numbers) {
  SmallVector<Value> loaded;
  if (numbers)
    for (const Query &one : item.queries)
      loaded.push_back(b.load(args.get(numbers), one.head));
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

Value getFirstBlock(TileBuilder &b, Value slot, Value reach) {
  if (!reach)
    return b.index(0);
  Value back = arith::MinUIOp::create(b, b.toIndex(reach), slot);
  return b.divIndex(arith::SubIOp::create(b, slot, back), pageTokens);
}

RowParts cutRow(TileBuilder &b, Value slot, const attention::Parts &parts) {
  assert(llvm::isPowerOf2_64(parts.leastPages * parts.most));
  Value last = b.divIndex(slot, pageTokens), one = b.index(1);
  Value number = arith::IndexCastOp::create(b, b.getI64Type(), last);
  Value zeros = b.toIndex(math::CountLeadingZerosOp::create(b, number));
  Value enough = b.index(64 - llvm::Log2_64(parts.leastPages * parts.most));
  Value doublings = arith::SubIOp::create(
      b, enough, arith::MinUIOp::create(b, enough, zeros));
  Value shift = b.addIndex(doublings, llvm::Log2_64(parts.leastPages));
  return {b.addIndex(last, 1), shift, arith::ShLIOp::create(b, one, shift),
          b.addIndex(Value(arith::ShRUIOp::create(b, last, shift)), 1)};
}

Value AttentionPart::getFirstBlock() {
  return llmc::getFirstBlock(b, slots[0], reaches[0]);
}

int64_t AttentionPart::countTogether(int64_t most, int64_t vectorLanes) const {
  int64_t registers = llvm::divideCeil(vectorLanes, target.getLanes());
  int64_t left = target.getRegisters() - count() - registers;
  int64_t together = std::clamp<int64_t>(left / (count() * registers), 1, most);
  while (most % together)
    --together;
  return together;
}

/// q . k of 64 slots for each query of the tile.
SmallVector<Value> AttentionPart::multiplyColumns(Value page) {
  SmallVector<Value> sums(count() * vectors);
  int64_t together = countTogether(vectors, lanes);
  for (int64_t first = 0; first < vectors; first += together) {
    auto part = multiplySlots(page, b.addIndex(keys, first * lanes), together);
    for (int64_t h = 0; h < count(); ++h)
      for (int64_t v = 0; v < together; ++v)
        sums[h * vectors + first + v] = part[h * together + v];
  }
  return sums;
}

/// The same of keys that lie in rows, by way of memory.
SmallVector<Value> AttentionPart::multiplyRows(Value page) {
  int64_t keyLanes = getLanes(layout.keyDim);
  SmallVector<Value> zeros(count(), b.constant(b.f32s(keyLanes), 0));
  b.loop(b.index(0), b.index(pageTokens), 1, [&](Value index) {
    Value row = b.addIndex(keys, b.mulIndex(index, layout.keyDim));
    auto sums = b.loop(
        b.index(0), b.index(layout.keyDim), keyLanes, zeros,
        [&](Value d, ValueRange carried) {
          SmallVector<Value> next(carried);
          Value at = b.addIndex(row, d);
          prefetch(at, keyLanes);
          Value key = b.loadF32s(cache, {page, at}, keyLanes);
          for (auto [h, one] : llvm::enumerate(item.queries))
            next[h] = b.fma(b.loadF32s(query, {one.row, one.head, d}, keyLanes),
                            key, next[h]);
          return next;
        });
    for (auto [h, sum] : llvm::enumerate(sums))
      b.store(b.sumLanes(sum), probabilities, {b.index(h), index});
  });
  SmallVector<Value> scores;
  for (int64_t h = 0; h < count(); ++h)
    for (int64_t v = 0; v < vectors; ++v)
      scores.push_back(
          b.loadF32s(probabilities, {b.index(h), b.index(v * lanes)}, lanes));
  return scores;
}

SmallVector<Value> AttentionPart::multiplyKeys(const Page &page) {
  SmallVector<Value> sums = layout.valueDim ? multiplyColumns(page.number)
                                            : multiplyRows(page.number);
  for (int64_t v = 0; layout.hasScales && v < vectors; ++v) {
    Value scales = loadKeyScales(page.number, b.index(v * lanes));
    for (int64_t h = 0; h < count(); ++h)
      sums[h * vectors + v] = b.mul(sums[h * vectors + v], scales);
  }
  return sums;
}

Value AttentionPart::loadKeyScales(Value page, Value slot) {
  return b.loadBytesAs(cache, {page, layout.keyScale(b, keys, slot)},
                       b.f32s(lanes));
}

Value AttentionPart::loadValueScale(Value page, Value slot) {
  return b.loadBytesAs(cache, {page, layout.valueScale(b, keys, slot)},
                       b.getF32Type());
}

/// q . k of `count` vectors of slots whose keys begin at `firstKey`.
SmallVector<Value> AttentionPart::multiplySlots(Value page, Value firstKey,
                                                int64_t count) {
  SmallVector<Value> zeros(item.queries.size() * count,
                           b.constant(b.f32s(lanes), 0));
  return b.loop(
      b.index(0), b.index(layout.keyDim), 1, zeros,
      [&](Value d, ValueRange carried) {
        SmallVector<Value> next(carried);
        Value first = b.addIndex(firstKey, b.mulIndex(d, pageTokens));
        prefetch(first, count * lanes);
        SmallVector<Value> queries;
        for (const Query &one : item.queries)
          queries.push_back(
              b.broadcast(b.load(query, {one.row, one.head, d}), lanes));
        for (int64_t v = 0; v < count; ++v) {
          Value key =
              b.loadF32s(cache, {page, b.addIndex(first, v * lanes)}, lanes);
          for (auto [h, one] : llvm::enumerate(queries))
            next[h * count + v] = b.fma(one, key, next[h * count + v]);
        }
        return next;
      });
}

/// The positions of the page's slots.
SmallVector<Value> AttentionPart::loadPositions(Value page) {
  SmallVector<Value> positions;
  Value first = b.mulIndex(page, pageTokens);
  for (int64_t v = 0; v < vectors; ++v)
    positions.push_back(
        vector::LoadOp::create(b, b.i32s(lanes), args.batch.slotPositions,
                               ValueRange{b.addIndex(first, v * lanes)}));
  return positions;
}

/// scores += slope * (their position - the row's), of query `index`.
void AttentionPart::addSlopes(int64_t index, ArrayRef<Value> theirs,
                              MutableArrayRef<Value> scores) {
  if (slopes.empty())
    return;
  for (auto [position, score] : llvm::zip(theirs, scores)) {
    Value distance = arith::SubIOp::create(
        b, position, b.broadcast(positions[index], lanes));
    Value ahead = arith::SIToFPOp::create(b, b.f32s(lanes), distance);
    score = b.fma(b.broadcast(slopes[index], lanes), ahead, score);
  }
}

/// Of each query, in vectors: rows that are several queries' are compared once.
SmallVector<Value> AttentionPart::mask(const Page &page) {
  SmallVector<Value> theirs = loadPositions(page.number), own, allowed;
  for (int64_t i = 0; i < count(); ++i) {
    if (i == 0 || positions[i] != positions[i - 1])
      own = mask(i, theirs);
    allowed.append(own);
  }
  return allowed;
}

/// Slots whose position the row of query `index` may see: not after it, not beyond
/// its reach.
SmallVector<Value> AttentionPart::mask(int64_t index, ArrayRef<Value> theirs) {
  SmallVector<Value> allowed;
  Value mine = b.broadcast(positions[index], lanes);
  for (Value position : theirs) {
    Value visible = b.compare(arith::CmpIPredicate::sle, position, mine);
    if (reaches[index]) {
      Value distance = arith::SubIOp::create(b, mine, position);
      visible = b.both(visible, b.compare(arith::CmpIPredicate::sle, distance,
                                          b.broadcast(reaches[index], lanes)));
    }
    allowed.push_back(visible);
  }
  return allowed;
}

/// Online softmax of query `index`: new maximum, rescaled sum and result, and the
/// page's probabilities in memory.
void AttentionPart::soften(int64_t index, const Page &page,
                           ArrayRef<Value> scores, ArrayRef<Value> allowed,
                           MutableArrayRef<Value> state) {
  allowed = allowed.slice(index * vectors, vectors);
  SmallVector<Value> own(scores.slice(index * vectors, vectors));
  Value none = b.constant(b.f32s(lanes), lowest);
  Value zero = b.constant(b.f32s(lanes), 0);
  Value most;
  for (auto [score, visible] : llvm::zip(own, allowed)) {
    score = b.select(visible, score, none);
    most = most ? b.max(most, score) : score;
  }
  Value before = state[maximumOf(index)];
  Value maximum = b.max(before, b.maxLanes(most));
  Value shrink = b.exp(b.broadcast(b.sub(before, maximum), lanes));
  Value factor = vector::ExtractOp::create(b, shrink, ArrayRef<int64_t>{0});
  Value total;
  for (auto [p, visible] : llvm::zip(own, allowed)) {
    p = b.exp(b.sub(p, b.broadcast(maximum, lanes)));
    p = b.select(visible, p, zero);
    total = total ? b.add(total, p) : p;
  }
  keepProbabilities(index, page, own);
  state[maximumOf(index)] = maximum;
  state[sumOf(index)] = b.fma(state[sumOf(index)], factor, b.sumLanes(total));
  for (int64_t c = 0; c < chunks(); ++c)
    state[resultOf(index) + c] =
        b.mul(state[resultOf(index) + c], b.broadcast(factor, width));
}

void AttentionPart::keepProbabilities(int64_t index, const Page &page,
                                      ArrayRef<Value> values) {
  Value first = b.mulIndex(page.place, pageTokens);
  for (auto [v, p] : llvm::enumerate(values))
    b.storeVector(p, probabilities,
                  {b.index(index), b.addIndex(first, v * lanes)});
}

Value AttentionPart::keepPowers(int64_t index, const Page &page,
                                ArrayRef<Value> powers, Value sum) {
  SmallVector<Value> values;
  for (Value power : powers) {
    values.push_back(powerOfNegative(b, power));
    sum = b.add(sum, values.back());
  }
  keepProbabilities(index, page, values);
  return sum;
}

/// The same over the slots [first, end) of the page.
void AttentionPart::addSlots(const Page &page, Value first, Value end,
                             bool mayHide, MutableArrayRef<Value> state) {
  int64_t together = countTogether(chunks(), width);
  for (int64_t chunk = 0; chunk < chunks(); chunk += together) {
    SmallVector<Value> start;
    for (int64_t i = 0; i < count(); ++i)
      for (int64_t c = 0; c < together; ++c)
        start.push_back(state[resultOf(i) + chunk + c]);
    auto sums = addValues(page, first, end, chunk * width, start, mayHide);
    for (int64_t i = 0; i < count(); ++i)
      for (int64_t c = 0; c < together; ++c)
        state[resultOf(i) + chunk + c] = sums[i * together + c];
  }
}

SmallVector<Value> AttentionPart::addValues(const Page &page, Value first,
                                            Value end, int64_t channel,
                                            ValueRange start, bool mayHide) {
  int64_t each = start.size() / count();
  Value values = b.addIndex(layout.values(b, keys), channel);
  return b.loop(first, end, 1, start, [&](Value slot, ValueRange carried) {
    SmallVector<Value> next(carried), loaded;
    Value at = b.addIndex(values, b.mulIndex(slot, layout.valueStride()));
    prefetch(at, each * width);
    for (int64_t c = 0; c < each; ++c)
      loaded.push_back(
          b.loadF32s(cache, {page.number, b.addIndex(at, c * width)}, width));
    Value place = b.addIndex(b.mulIndex(page.place, pageTokens), slot);
    Value scale =
        layout.hasScales ? loadValueScale(page.number, slot) : Value();
    for (int64_t i = 0; i < count(); ++i) {
      Value p = b.load(probabilities, {b.index(i), place});
      // Zero times a value that is not seen is not zero if that value is NaN: of
      // codes if its scale is.
      Value visible = mayHide ? sees(i, page, slot) : Value();
      if (scale)
        p = b.mul(p, visible ? b.select(visible, scale, b.f32(0)) : scale);
      Value weight = b.broadcast(p, width);
      for (int64_t c = 0; c < each; ++c) {
        Value value = loaded[c];
        if (visible && !scale)
          value = b.select(visible, value, b.constant(b.f32s(width), 0));
        next[i * each + c] = b.fma(weight, value, next[i * each + c]);
      }
    }
    return next;
  });
}

Value AttentionPart::sees(int64_t index, const Page &page, Value slot) {
  Value at = b.addIndex(b.mulIndex(page.number, pageTokens), slot);
  Value theirs = b.load(args.batch.slotPositions, at);
  Value visible =
      b.compare(arith::CmpIPredicate::sle, theirs, positions[index]);
  if (!reaches[index])
    return visible;
  Value distance = arith::SubIOp::create(b, positions[index], theirs);
  return b.both(visible,
                b.compare(arith::CmpIPredicate::sle, distance, reaches[index]));
}

} // namespace llmc
