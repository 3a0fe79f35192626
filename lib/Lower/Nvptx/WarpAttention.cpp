//===- WarpAttention.cpp - a row's pages, dealt out to warps ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "WarpAttention.h"
#include "DeviceScores.h"
#include "Threads.h"

using namespace mlir;
using namespace mlir::llm;

namespace llmc {

HeadTile::HeadTile(AttentionOp op) {
  PageLayout layout(op.getCache().getType());
  group = getMatrixShape(op.getType())[1] / layout.heads;
  // Their sums are registers, a query and a state fit beside the ring.
  int64_t most = std::clamp<int64_t>(
      std::min(1024 / layout.channels, 1536 / layout.keyDim), 1, 8);
  perGroup = llvm::divideCeil(group, most);
  heads = llvm::divideCeil(group, perGroup);
  padded = llvm::PowerOf2Ceil(heads);
  count = layout.heads * perGroup;
}

HeadTile::Heads HeadTile::find(TileBuilder &b, Value number) const {
  Value kvHead = b.divIndex(number, perGroup);
  Value first = b.mulIndex(b.remIndex(number, perGroup), heads);
  Value begin = b.mulIndex(kvHead, group);
  return {kvHead, b.addIndex(begin, first), b.addIndex(begin, group - 1)};
}

Value HeadTile::Heads::get(TileBuilder &b, Value inTile) const {
  return arith::MinUIOp::create(b, b.addIndex(first, inTile), last);
}

WarpAttention::WarpAttention(TileBuilder &b, const KernelArgs &args,
                             AttentionOp op, const HeadTile &tile)
    : b(b), args(args), op(op), layout(op.getCache().getType()), tile(tile),
      stateSize(attention::getStateSize(layout.channels)), width(getWidth()),
      chunks(llvm::divideCeil(layout.channels / width, warpThreads)) {
  assert(tile.heads * stateSize <= ringWords && "a state in place of a ring");
}

void WarpAttention::allocate(const HeadTile::Heads &ofBlock) {
  heads = ofBlock;
  warp = b.divIndex(b.thread, warpThreads);
  lane = b.remIndex(b.thread, warpThreads);
  ring = allocateShared(b, {warps * CacheStream::ringBytes}, b.getI8Type());
  // The warps' states take the place of what they have read.
  auto type = MemRefType::get(
      {warps * ringWords}, b.getF32Type(), MemRefLayoutAttrInterface(),
      cast<MemRefType>(ring.getType()).getMemorySpace());
  states = memref::ViewOp::create(b, type, ring, b.index(0), ValueRange());
  query = allocateShared(b, {getQueryDim() * tile.padded}, b.getF32Type());
  probabilities =
      allocateShared(b, {warps * pageTokens * tile.padded}, b.getF32Type());
}

void WarpAttention::beginRow(Value index) {
  row = index;
  position = b.load(args.batch.positions, row);
  slot = b.toIndex(b.load(args.batch.slots, row));
  reach = getReach(b, op, position);
}

void WarpAttention::attend(Value first, Value end) {
  storeState(attendPages(b.addIndex(first, warp), end));
}

/// Channels of a value that a thread loads at once: few enough that the threads of a
/// warp have work, where that is a divisor.
int64_t WarpAttention::getWidth() {
  int64_t most = 16 / op.getCache().getType().getElementBytes();
  int64_t wide = 1;
  while (wide < most && layout.channels % (2 * wide) == 0 &&
         wide * warpThreads < layout.channels)
    wide *= 2;
  return wide;
}

/// Channels of a query, and some that are its last one: LLVM joins loads of four.
int64_t WarpAttention::getQueryDim() const {
  return llvm::alignTo(layout.keyDim, 4);
}

/// [channel, head] f32 to the block's memory.
void WarpAttention::copyQueries() {
  Value rows = args.get(op.getQuery());
  auto clamp = [&](Value x, int64_t count) -> Value {
    return arith::MinUIOp::create(b, x, b.index(count - 1));
  };
  b.loop(b.thread, b.index(getQueryDim() * tile.padded), warps * warpThreads,
         [&](Value i) {
           Value channel = b.remIndex(i, getQueryDim());
           Value head = b.divIndex(i, getQueryDim());
           Value number =
               b.load(rows, {row, heads.get(b, clamp(head, tile.heads)),
                             clamp(channel, layout.keyDim)});
           b.store(number, query,
                   b.addIndex(b.mulIndex(channel, tile.padded), head));
         });
  b.meetThreads();
}

/// A state: per head the maximum and this thread's part of the sum, then its channels of
/// the result: chunks of `width`.
SmallVector<Value> WarpAttention::attendPages(Value first, Value end) {
  SmallVector<Value> empty;
  for (int64_t h = 0; h < tile.heads; ++h) {
    empty.append({b.f32(lowest), b.f32(0)});
    empty.append(chunks, b.constant(b.f32s(width), 0));
  }
  Value exists = b.compare(arith::CmpIPredicate::ult, first, end);
  return b.choose(
      exists,
      [&] {
        KVType kv = op.getCache().getType();
        firstElement = layout.keys(b, args.get(op.getLayer()), heads.kvHead);
        CacheStream own(b, kv, args.get(op.getCache()), firstElement, ring,
                        b.mulIndex(warp, CacheStream::ringBytes), lane);
        stream = &own;
        Value page = lookUpPage(b, args.batch, row, first);
        stream->begin(page);
        SmallVector<Value> start = {page, b.index(0)};
        llvm::append_range(start, empty);
        SmallVector<Value> last = b.loop(
            first, end, warps, start, [&](Value block, ValueRange carried) {
              return attendPage(block, end, carried);
            });
        return SmallVector<Value>(ArrayRef(last).drop_front(2));
      },
      [&] { return empty; });
}

/// Carried: the page, the number of its first chunk, the state.
SmallVector<Value> WarpAttention::attendPage(Value block, Value end,
                                             ValueRange carried) {
  page = carried[0];
  firstChunk = carried[1];
  Value behind = b.addIndex(block, warps);
  hasNext = b.compare(arith::CmpIPredicate::ult, behind, end);
  next = lookUpPage(b, args.batch, row, b.select(hasNext, behind, block));
  SmallVector<Value> state(carried.drop_front(2));
  loadScales();
  Value hidden = soften(block, multiplyKeys(), state);
  meetWarp(b); // the probabilities are there
  addValues(block, hidden, state);
  SmallVector<Value> all = {next,
                            b.addIndex(firstChunk, stream->chunksPerPage())};
  llvm::append_range(all, state);
  return all;
}

Value WarpAttention::take(Value index) {
  return stream->take(b.addIndex(firstChunk, index), index, page, next,
                      hasNext);
}

/// Asked for before the page's keys are multiplied, used behind.
void WarpAttention::loadScales() {
  if (!layout.hasScales)
    return;
  Value slots = b.mulIndex(lane, 2), cache = args.get(op.getCache());
  auto load = [&](Value byte) {
    Value raw =
        vector::LoadOp::create(b, b.bytes(8), cache, ValueRange{page, byte},
                               /*nontemporal=*/false, llvm::MaybeAlign(8));
    return vector::BitCastOp::create(b, b.f32s(2), raw);
  };
  keyScales = load(layout.keyScale(b, firstElement, slots));
  valueScales = load(layout.valueScale(b, firstElement, slots));
}

/// q . k of this thread's two slots, per head a vector of both.
SmallVector<Value> WarpAttention::multiplyKeys() {
  const CacheStream::Chunks &keys = stream->keys;
  int64_t elementBytes = keys.lineBytes / pageTokens;
  SmallVector<Value> zeros(tile.heads, b.constant(b.f32s(2), 0));
  return b.loop(
      b.index(0), b.index(keys.count), 1, zeros,
      [&](Value chunk, ValueRange sums) {
        Value at = b.addIndex(take(chunk), b.mulIndex(lane, 2 * elementBytes));
        Value channel = b.mulIndex(chunk, keys.lines * tile.padded);
        SmallVector<Value> next(sums);
        for (int64_t line = 0; line < keys.lines; ++line) {
          Value key = stream->load(b.addIndex(at, line * keys.lineBytes), 2);
          Value queries =
              loadHeads(query, b.addIndex(channel, line * tile.padded));
          for (int64_t h = 0; h < tile.heads; ++h)
            next[h] = b.fma(b.broadcast(extract(queries, h), 2), key, next[h]);
        }
        return next;
      });
}

/// The numbers of all heads of the tile, which lie together.
Value WarpAttention::loadHeads(Value from, Value at) {
  return vector::LoadOp::create(
      b, b.f32s(tile.padded), from, at,
      /*nontemporal=*/false,
      llvm::MaybeAlign(std::min<int64_t>(16, 4 * tile.padded)));
}
Value WarpAttention::extract(Value vector, int64_t lane) {
  return vector::ExtractOp::create(b, vector, ArrayRef<int64_t>{lane});
}

/// Online softmax: the state, and probabilities in memory. How many of the first slots
/// are out of reach; null where none is.
Value WarpAttention::soften(Value block, SmallVector<Value> scores,
                            MutableArrayRef<Value> state) {
  SmallVector<Value> theirs, allowed, inReach;
  for (int64_t i = 0; i < 2; ++i) {
    Value at = b.addIndex(b.mulIndex(page, pageTokens),
                          b.addIndex(b.mulIndex(lane, 2), i));
    theirs.push_back(b.load(args.batch.slotPositions, at));
    Value visible = b.compare(arith::CmpIPredicate::sle, theirs[i], position);
    if (reach) {
      Value distance = arith::SubIOp::create(b, position, theirs[i]);
      inReach.push_back(b.compare(arith::CmpIPredicate::sle, distance, reach));
      visible = b.both(visible, inReach[i]);
    }
    allowed.push_back(visible);
  }
  SmallVector<SmallVector<Value>> kept(2);
  for (int64_t h = 0; h < tile.heads; ++h)
    softenHead(h, scores[h], theirs, allowed, state, kept);
  Value place = b.addIndex(b.mulIndex(warp, pageTokens), b.mulIndex(lane, 2));
  for (int64_t i = 0; i < 2; ++i) {
    kept[i].resize(tile.padded, b.f32(0));
    Value line =
        vector::FromElementsOp::create(b, b.f32s(tile.padded), kept[i]);
    vector::StoreOp::create(
        b, line, probabilities, b.mulIndex(b.addIndex(place, i), tile.padded),
        /*nontemporal=*/false,
        llvm::MaybeAlign(std::min<int64_t>(16, 4 * tile.padded)));
  }
  return reach ? countHidden(inReach) : Value();
}

void WarpAttention::softenHead(int64_t h, Value scores, ArrayRef<Value> theirs,
                               ArrayRef<Value> allowed,
                               MutableArrayRef<Value> state,
                               MutableArrayRef<SmallVector<Value>> kept) {
  if (keyScales)
    scores = b.mul(scores, keyScales);
  SmallVector<Value> own;
  for (int64_t i = 0; i < 2; ++i)
    own.push_back(b.select(
        allowed[i], scoreOf(h, extract(scores, i), theirs[i]), b.f32(lowest)));
  Value &maximum = state[maximumOf(h)], &sum = state[maximumOf(h) + 1];
  Value most = b.max(maximum, maxWarp(b, b.max(own[0], own[1])));
  Value factor = b.exp(b.sub(maximum, most));
  maximum = most;
  Value both;
  for (int64_t i = 0; i < 2; ++i) {
    Value p = b.exp(b.sub(own[i], most));
    Value weight = b.select(allowed[i], p, b.f32(0));
    both = both ? b.add(both, weight) : weight;
    // The scale of a slot that nobody has written may be anything.
    if (valueScales)
      weight =
          b.select(allowed[i], b.mul(p, extract(valueScales, i)), b.f32(0));
    kept[i].push_back(weight);
  }
  sum = b.fma(sum, factor, both);
  for (int64_t c = 0; c < chunks; ++c)
    state[resultOf(h) + c] =
        b.mul(state[resultOf(h) + c], b.broadcast(factor, width));
}

/// Scale, cap and slope of a raw product.
Value WarpAttention::scoreOf(int64_t h, Value product, Value theirs) {
  Value slope;
  if (op.getSlopes())
    slope = b.load(args.get(op.getSlopes()), getHead(h));
  return finishScore(b, op, product, slope, position, theirs);
}

/// Positions ascend with slots, so what is out of reach comes first.
Value WarpAttention::countHidden(ArrayRef<Value> inReach) {
  Value count = b.f32(0);
  for (Value near : inReach)
    count = b.add(count, b.select(near, b.f32(0), b.f32(1)));
  return b.toIndex(
      arith::FPToUIOp::create(b, b.getI32Type(), sumWarp(b, count)));
}

/// result += probability * value over the slots that the row sees, of this thread's
/// channels. Slots that it does not see may hold anything.
void WarpAttention::addValues(Value block, Value hidden,
                              MutableArrayRef<Value> state) {
  Value used = b.addIndex(
      arith::SubIOp::create(b, slot, b.mulIndex(block, pageTokens)), 1);
  used = arith::MinUIOp::create(b, used, b.index(pageTokens));
  const CacheStream::Chunks &values = stream->values;
  SmallVector<Value> sums;
  for (int64_t h = 0; h < tile.heads; ++h)
    sums.append(state.begin() + resultOf(h),
                state.begin() + resultOf(h) + chunks);
  sums = b.loop(b.index(0), b.index(values.count), 1, sums,
                [&](Value chunk, ValueRange carried) {
                  Value at = take(b.addIndex(chunk, stream->keys.count));
                  Value first = b.mulIndex(chunk, values.lines);
                  Value end = b.addIndex(first, values.lines);
                  Value whole = b.compare(arith::CmpIPredicate::ule, end, used);
                  Value low = b.index(0);
                  if (hidden) {
                    whole = b.both(whole, b.compare(arith::CmpIPredicate::uge,
                                                    first, hidden));
                    Value from = arith::MaxUIOp::create(b, first, hidden);
                    low = arith::SubIOp::create(b, from, first);
                  }
                  Value high = arith::SubIOp::create(
                      b, Value(arith::MinUIOp::create(b, end, used)),
                      Value(arith::MinUIOp::create(b, first, used)));
                  return b.choose(
                      whole,
                      [&] {
                        SmallVector<Value> next(carried);
                        for (int64_t line = 0; line < values.lines; ++line)
                          next = addSlot(at, first, b.index(line), next);
                        return next;
                      },
                      [&] {
                        return b.loop(low, high, 1, carried,
                                      [&](Value line, ValueRange inner) {
                                        return addSlot(at, first, line, inner);
                                      });
                      });
                });
  for (int64_t h = 0; h < tile.heads; ++h)
    for (int64_t c = 0; c < chunks; ++c)
      state[resultOf(h) + c] = sums[h * chunks + c];
}

SmallVector<Value> WarpAttention::addSlot(Value at, Value first, Value line,
                                          ValueRange sums) {
  const CacheStream::Chunks &values = stream->values;
  int64_t bytes = values.lineBytes / layout.channels;
  Value place =
      b.addIndex(b.mulIndex(warp, pageTokens), b.addIndex(first, line));
  Value weights = loadHeads(probabilities, b.mulIndex(place, tile.padded));
  Value begin = b.addIndex(at, b.mulIndex(line, values.lineBytes));
  SmallVector<Value> next(sums);
  for (int64_t c = 0; c < chunks; ++c) {
    Value value = stream->load(
        b.addIndex(begin, b.mulIndex(getChannel(c), bytes)), width);
    for (int64_t h = 0; h < tile.heads; ++h)
      next[h * chunks + c] = b.fma(b.broadcast(extract(weights, h), width),
                                   value, next[h * chunks + c]);
  }
  return next;
}

/// The first channel of this thread's chunk `c`; beyond the last it is the last one.
Value WarpAttention::getChannel(int64_t c) {
  Value chunk = b.addIndex(lane, c * warpThreads);
  if (layout.channels < (c + 1) * warpThreads * width)
    chunk =
        arith::MinUIOp::create(b, chunk, b.index(layout.channels / width - 1));
  return b.mulIndex(chunk, width);
}

/// The warp's state goes to where its ring was.
void WarpAttention::storeState(ValueRange state) {
  meetWarp(b);
  Value begin = b.mulIndex(warp, ringWords);
  for (int64_t h = 0; h < tile.heads; ++h) {
    Value place = b.addIndex(begin, h * stateSize);
    for (int64_t c = 0; c < chunks; ++c)
      b.storeVector(state[resultOf(h) + c], states,
                    b.addIndex(place, getChannel(c)));
    Value sum = sumWarp(b, state[maximumOf(h) + 1]);
    b.when(b.compare(arith::CmpIPredicate::eq, lane, b.index(0)), [&] {
      Value behind = b.addIndex(place, layout.channels);
      b.store(state[maximumOf(h)], states, behind);
      b.store(sum, states, b.addIndex(behind, 1));
    });
  }
}

} // namespace llmc
