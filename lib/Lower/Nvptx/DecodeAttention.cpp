//===- DecodeAttention.cpp - generated rows and their cache -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   block = a generated row x some query heads of a kv head x a part of its pages
//     warp = every fourth page of the part (CacheStream.h)
//       scores: thread = two slots; online softmax (arXiv:2205.14135)
//       result += probabilities * values: thread = some channels
//     states of the warps add up to that of the part
//   the last block of a row and its heads adds up the parts (flash-decoding,
//   https://crfm.stanford.edu/2023/10/12/flashdecoding.html)
//
// All query heads of a kv head, up to eight, share a read of the cache. What the parts
// are follows from the row's slot, and parts are added up in order, so bits depend
// neither on the number of blocks nor on their order
// (docs/decisions/0025-parts-of-a-row-on-a-device.md).
//===----------------------------------------------------------------------===//
#include "DecodeAttention.h"
#include "CacheStream.h"
#include "Threads.h"
#include "WeightedStates.h"

#include "../Cpu/Ranges.h"

using namespace mlir;
using namespace mlir::llm;

namespace llmc {

namespace {

constexpr int64_t warps = 4, threads = warps * warpThreads;
constexpr int64_t ringWords = CacheStream::ringBytes / 4;
constexpr attention::Parts parts = attention::onDevice;
constexpr double lowest =
    -3.0e38; // below every score; finite, so differences are numbers

/// Query heads of a block, which share what it reads.
struct HeadTile {
  HeadTile(AttentionOp op) {
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
  int64_t group;        // query heads of a kv head
  int64_t heads, count; // of a tile, the last of a group may have fewer; tiles
  int64_t perGroup;     // tiles
  int64_t padded;       // heads to a power of two: what is loaded at once
};

class DecodeTiler {
public:
  DecodeTiler(TileBuilder &b, const KernelArgs &args, AttentionOp op)
      : b(b), args(args), op(op), layout(op.getCache().getType()), tile(op),
        stateSize(attention::getStateSize(layout.channels)), width(getWidth()),
        chunks(llvm::divideCeil(layout.channels / width, warpThreads)) {}

  void run() {
    warp = b.divIndex(b.thread, warpThreads);
    lane = b.remIndex(b.thread, warpThreads);
    Ranges ranges(b, args.batch);
    Value items = b.mulIndex(ranges.getCount(), tile.count);
    Value blocks = arith::DivUIOp::create(b, b.workers, items);
    Value item = arith::DivUIOp::create(b, b.worker, blocks);
    mine = arith::RemUIOp::create(b, b.worker, blocks);
    range = b.divIndex(item, tile.count);
    number = b.remIndex(item, tile.count);
    findHeads();
    allocate();
    Value rows = ranges.getRows(range), one = b.index(1);
    // Of several rows, which share a range's scratch, one block has all parts.
    Value isOne = b.compare(arith::CmpIPredicate::eq, rows, one);
    sharing = b.select(isOne, blocks, one);
    Value isMine = b.compare(arith::CmpIPredicate::ult, mine, sharing);
    b.when(b.both(isMine, b.negate(ranges.isPrompt(range))), [&] {
      Value first = ranges.getFirstRow(range);
      b.loop(first, b.addIndex(first, rows), 1,
             [&](Value index) { attendRow(index); });
    });
  }

private:
  /// Channels of a value that a thread loads at once: few enough that the threads of a
  /// warp have work, where that is a divisor.
  int64_t getWidth() {
    int64_t most =
        16 / (op.getCache().getType().getElementType().getWidth() / 8);
    int64_t wide = 1;
    while (wide < most && layout.channels % (2 * wide) == 0 &&
           wide * warpThreads < layout.channels)
      wide *= 2;
    return wide;
  }

  void findHeads() {
    kvHead = b.divIndex(number, tile.perGroup);
    Value first = b.mulIndex(b.remIndex(number, tile.perGroup), tile.heads);
    firstHead = b.addIndex(b.mulIndex(kvHead, tile.group), first);
    // The group's last tile may have fewer heads: the others are its last one.
    lastHead = b.addIndex(b.mulIndex(kvHead, tile.group), tile.group - 1);
  }

  Value getHead(Value inTile) {
    return arith::MinUIOp::create(b, b.addIndex(firstHead, inTile), lastHead);
  }
  Value getHead(int64_t inTile) { return getHead(b.index(inTile)); }

  void allocate() {
    ring = allocateShared(b, {warps * CacheStream::ringBytes}, b.getI8Type());
    auto view = [&](int64_t bytes) {
      auto type = MemRefType::get(
          {bytes / 4}, b.getF32Type(), MemRefLayoutAttrInterface(),
          cast<MemRefType>(ring.getType()).getMemorySpace());
      return memref::ViewOp::create(b, type, ring, b.index(0), ValueRange());
    };
    // The warps' states take the place of what they have read.
    states = view(warps * CacheStream::ringBytes);
    query = allocateShared(b, {getQueryDim() * tile.padded}, b.getF32Type());
    probabilities =
        allocateShared(b, {warps * pageTokens * tile.padded}, b.getF32Type());
    isLast = allocateShared(b, {1}, b.getI32Type());
    Value bytes = b.dim(args.teamScratch, 0);
    Value own = arith::DivUIOp::create(b, bytes, args.batch.rangeCount);
    scratchByte = b.mulIndex(range, own);
    auto type = MemRefType::get(ShapedType::kDynamic, b.getF32Type());
    scratch = memref::ViewOp::create(b, type, args.teamScratch, b.index(0),
                                     b.divIndex(bytes, sizeof(float)));
  }

  //===--- a row ----------------------------------------------------------------===//

  void attendRow(Value index) {
    row = index;
    position = b.load(args.batch.positions, row);
    slot = b.toIndex(b.load(args.batch.slots, row));
    reach = getReach(b, op, position);
    RowParts all = cutRow(b, slot, parts);
    firstBlock = getFirstBlock(b, slot, reach);
    firstPart = arith::ShRUIOp::create(b, firstBlock, all.shift);
    Value count = arith::SubIOp::create(b, all.count, firstPart);
    Value isDirect = b.compare(arith::CmpIPredicate::eq, count, b.index(1));
    // Parts beyond the context have no block.
    Value begin = b.addIndex(firstPart, mine);
    b.when(b.compare(arith::CmpIPredicate::ult, begin, all.count), [&] {
      copyQueries();
      auto loop = scf::ForOp::create(b, begin, all.count, sharing);
      {
        OpBuilder::InsertionGuard guard(b);
        b.setInsertionPointToStart(loop.getBody());
        attendPart(all, loop.getInductionVar(), isDirect);
      }
      b.when(b.negate(isDirect), [&] { finish(count); });
    });
  }

  /// Channels of a query, and some that are its last one: LLVM joins loads of four.
  int64_t getQueryDim() const { return llvm::alignTo(layout.keyDim, 4); }

  /// [channel, head] f32 to the block's memory.
  void copyQueries() {
    Value rows = args.get(op.getQuery());
    auto clamp = [&](Value x, int64_t count) -> Value {
      return arith::MinUIOp::create(b, x, b.index(count - 1));
    };
    b.loop(b.thread, b.index(getQueryDim() * tile.padded), threads,
           [&](Value i) {
             Value channel = b.remIndex(i, getQueryDim());
             Value head = b.divIndex(i, getQueryDim());
             Value number = b.load(rows, {row, getHead(clamp(head, tile.heads)),
                                          clamp(channel, layout.keyDim)});
             b.store(number, query,
                     b.addIndex(b.mulIndex(channel, tile.padded), head));
           });
    b.meetThreads();
  }

  //===--- a part ---------------------------------------------------------------===//

  void attendPart(const RowParts &all, Value part, Value isDirect) {
    Value first = arith::ShLIOp::create(b, part, all.shift);
    Value end = arith::MinUIOp::create(
        b, Value(arith::AddIOp::create(b, first, all.size)), all.pages);
    first = arith::MaxUIOp::create(b, first, firstBlock);
    storeState(attendPages(b.addIndex(first, warp), end));
    b.meetThreads();
    WeightedStates sum(b, {states, b.index(0), ringWords, warps},
                       layout.channels);
    Value isFirst = b.compare(arith::CmpIPredicate::eq, part, firstPart);
    forEachResult([&](Value head, Value channel, int64_t lanes) {
      Value ours = b.mulIndex(head, stateSize);
      WeightedStates::Sum found =
          sum.add(ours, channel, lanes, b.index(warps), getSink(head, isFirst));
      auto branch = scf::IfOp::create(b, isDirect, /*withElseRegion=*/true);
      OpBuilder::InsertionGuard guard(b);
      b.setInsertionPointToStart(branch.thenBlock());
      storeResult(head, channel, found);
      b.setInsertionPointToStart(branch.elseBlock());
      Value place = b.addIndex(placeOf(head), b.mulIndex(part, stateSize));
      vector::StoreOp::create(
          b, found.result, scratch, b.addIndex(place, channel),
          /*nontemporal=*/false, llvm::MaybeAlign(4 * lanes));
      b.when(b.compare(arith::CmpIPredicate::eq, channel, b.index(0)), [&] {
        Value behind = b.addIndex(place, layout.channels);
        b.store(found.maximum, scratch, behind);
        b.store(found.sum, scratch, b.addIndex(behind, 1));
      });
    });
    b.meetThreads(); // the ring is free
  }

  /// A key without a value, which the first part has seen.
  WeightedStates::Sink getSink(Value head, Value isFirst) {
    if (!op.getSinks())
      return {};
    Value sink = b.load(args.get(op.getSinks()), getHead(head));
    return {b.select(isFirst, sink, b.f32(lowest)),
            b.select(isFirst, b.f32(1), b.f32(0))};
  }

  /// Where the states of a head's parts begin in scratch, in f32.
  Value placeOf(Value head) {
    Value first =
        b.divIndex(b.addIndex(scratchByte, parts.counterBytes), sizeof(float));
    return b.addIndex(first, b.mulIndex(getHead(head), parts.most * stateSize));
  }

  /// `body` for the channels of each head that are this thread's, some at a time.
  void forEachResult(llvm::function_ref<void(Value, Value, int64_t)> body) {
    int64_t lanes = std::gcd<int64_t>(layout.channels, 4);
    int64_t perHead = layout.channels / lanes;
    b.loop(b.thread, b.index(tile.heads * perHead), threads, [&](Value i) {
      body(b.divIndex(i, perHead), b.mulIndex(b.remIndex(i, perHead), lanes),
           lanes);
    });
  }

  void storeResult(Value head, Value channel,
                   const WeightedStates::Sum &found) {
    int64_t lanes = cast<VectorType>(found.result.getType()).getDimSize(0);
    Value inverse = b.broadcast(b.div(b.f32(1), found.sum), lanes);
    b.storeVector(b.mul(found.result, inverse), args.results[0],
                  {row, getHead(head), channel});
  }

  //===--- pages of a warp --------------------------------------------------------===//

  /// Per head the maximum and this thread's part of the sum, then its channels of the
  /// result: chunks of `width`.
  int64_t maximumOf(int64_t head) const { return head * (2 + chunks); }
  int64_t resultOf(int64_t head) const { return maximumOf(head) + 2; }

  SmallVector<Value> attendPages(Value first, Value end) {
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
          Value keys = layout.keys(b, args.get(op.getLayer()), kvHead);
          CacheStream own(b, kv, args.get(op.getCache()), keys, ring,
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
  SmallVector<Value> attendPage(Value block, Value end, ValueRange carried) {
    page = carried[0];
    firstChunk = carried[1];
    Value behind = b.addIndex(block, warps);
    hasNext = b.compare(arith::CmpIPredicate::ult, behind, end);
    next = lookUpPage(b, args.batch, row, b.select(hasNext, behind, block));
    SmallVector<Value> state(carried.drop_front(2));
    Value hidden = soften(block, multiplyKeys(), state);
    meetWarp(b); // the probabilities are there
    addValues(block, hidden, state);
    SmallVector<Value> all = {next,
                              b.addIndex(firstChunk, stream->chunksPerPage())};
    llvm::append_range(all, state);
    return all;
  }

  Value take(Value index) {
    return stream->take(b.addIndex(firstChunk, index), index, page, next,
                        hasNext);
  }

  /// q . k of this thread's two slots, per head a vector of both.
  SmallVector<Value> multiplyKeys() {
    const CacheStream::Chunks &keys = stream->keys;
    int64_t elementBytes = keys.lineBytes / pageTokens;
    SmallVector<Value> zeros(tile.heads, b.constant(b.f32s(2), 0));
    return b.loop(
        b.index(0), b.index(keys.count), 1, zeros,
        [&](Value chunk, ValueRange sums) {
          Value at =
              b.addIndex(take(chunk), b.mulIndex(lane, 2 * elementBytes));
          Value channel = b.mulIndex(chunk, keys.lines * tile.padded);
          SmallVector<Value> next(sums);
          for (int64_t line = 0; line < keys.lines; ++line) {
            Value key = stream->load(b.addIndex(at, line * keys.lineBytes), 2);
            Value queries =
                loadHeads(query, b.addIndex(channel, line * tile.padded));
            for (int64_t h = 0; h < tile.heads; ++h)
              next[h] =
                  b.fma(b.broadcast(extract(queries, h), 2), key, next[h]);
          }
          return next;
        });
  }

  /// The numbers of all heads of the tile, which lie together.
  Value loadHeads(Value from, Value at) {
    return vector::LoadOp::create(
        b, b.f32s(tile.padded), from, at,
        /*nontemporal=*/false,
        llvm::MaybeAlign(std::min<int64_t>(16, 4 * tile.padded)));
  }
  Value extract(Value vector, int64_t lane) {
    return vector::ExtractOp::create(b, vector, ArrayRef<int64_t>{lane});
  }

  /// Online softmax: the state, and probabilities in memory. How many of the first slots
  /// are out of reach; null where none is.
  Value soften(Value block, SmallVector<Value> scores,
               MutableArrayRef<Value> state) {
    SmallVector<Value> theirs, allowed, inReach;
    for (int64_t i = 0; i < 2; ++i) {
      Value at = b.addIndex(b.mulIndex(page, pageTokens),
                            b.addIndex(b.mulIndex(lane, 2), i));
      theirs.push_back(b.load(args.batch.slotPositions, at));
      Value visible = b.compare(arith::CmpIPredicate::sle, theirs[i], position);
      if (reach) {
        Value distance = arith::SubIOp::create(b, position, theirs[i]);
        inReach.push_back(
            b.compare(arith::CmpIPredicate::sle, distance, reach));
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

  void softenHead(int64_t h, Value scores, ArrayRef<Value> theirs,
                  ArrayRef<Value> allowed, MutableArrayRef<Value> state,
                  MutableArrayRef<SmallVector<Value>> kept) {
    SmallVector<Value> own;
    for (int64_t i = 0; i < 2; ++i)
      own.push_back(b.select(allowed[i],
                             scoreOf(h, extract(scores, i), theirs[i]),
                             b.f32(lowest)));
    Value &maximum = state[maximumOf(h)], &sum = state[maximumOf(h) + 1];
    Value most = b.max(maximum, maxWarp(b, b.max(own[0], own[1])));
    Value factor = b.exp(b.sub(maximum, most));
    maximum = most;
    for (int64_t i = 0; i < 2; ++i)
      kept[i].push_back(
          b.select(allowed[i], b.exp(b.sub(own[i], most)), b.f32(0)));
    sum = b.fma(sum, factor, b.add(kept[0].back(), kept[1].back()));
    for (int64_t c = 0; c < chunks; ++c)
      state[resultOf(h) + c] =
          b.mul(state[resultOf(h) + c], b.broadcast(factor, width));
  }

  /// Scale, cap and slope of a raw product.
  Value scoreOf(int64_t h, Value product, Value theirs) {
    Value score = b.mul(product, b.f32(op.getScale().convertToDouble()));
    if (double softcap = op.getSoftcap().convertToDouble()) {
      Value cap = b.f32(softcap);
      score = b.mul(math::TanhOp::create(b, b.div(score, cap)), cap);
    }
    if (!op.getSlopes())
      return score;
    Value distance = arith::SubIOp::create(b, theirs, position);
    return b.fma(b.load(args.get(op.getSlopes()), getHead(h)),
                 arith::SIToFPOp::create(b, b.getF32Type(), distance), score);
  }

  /// Positions ascend with slots, so what is out of reach comes first.
  Value countHidden(ArrayRef<Value> inReach) {
    Value count = b.f32(0);
    for (Value near : inReach)
      count = b.add(count, b.select(near, b.f32(0), b.f32(1)));
    return b.toIndex(
        arith::FPToUIOp::create(b, b.getI32Type(), sumWarp(b, count)));
  }

  /// result += probability * value over the slots that the row sees, of this thread's
  /// channels. Slots that it does not see may hold anything.
  void addValues(Value block, Value hidden, MutableArrayRef<Value> state) {
    Value used = b.addIndex(
        arith::SubIOp::create(b, slot, b.mulIndex(block, pageTokens)), 1);
    used = arith::MinUIOp::create(b, used, b.index(pageTokens));
    const CacheStream::Chunks &values = stream->values;
    SmallVector<Value> sums;
    for (int64_t h = 0; h < tile.heads; ++h)
      sums.append(state.begin() + resultOf(h),
                  state.begin() + resultOf(h) + chunks);
    sums =
        b.loop(b.index(0), b.index(values.count), 1, sums,
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

  SmallVector<Value> addSlot(Value at, Value first, Value line,
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
  Value getChannel(int64_t c) {
    Value chunk = b.addIndex(lane, c * warpThreads);
    if (layout.channels < (c + 1) * warpThreads * width)
      chunk = arith::MinUIOp::create(b, chunk,
                                     b.index(layout.channels / width - 1));
    return b.mulIndex(chunk, width);
  }

  //===--- states -------------------------------------------------------------===//

  /// The warp's state goes to where its ring was.
  void storeState(ValueRange state) {
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

  /// Who counts the last block of the row adds up the parts.
  void finish(Value count) {
    Value blocks = arith::MinUIOp::create(b, sharing, count);
    Value last = b.addIndex(blocks, -1);
    b.when(b.compare(arith::CmpIPredicate::eq, b.thread, b.index(0)), [&] {
      Value before =
          countArrival(b, args.teamScratch,
                       b.addIndex(scratchByte, b.mulIndex(number, 4)), last);
      Value is = b.compare(arith::CmpIPredicate::eq, before, last);
      b.store(arith::ExtUIOp::create(b, b.getI32Type(), is), isLast,
              b.index(0));
    });
    b.meetThreads();
    Value found = b.load(isLast, b.index(0));
    b.meetThreads(); // before another row's
    b.when(b.compare(arith::CmpIPredicate::ne, found,
                     b.constant(b.getI32Type(), 0)),
           [&] {
             WeightedStates sum(b,
                                {scratch, b.mulIndex(firstPart, stateSize),
                                 stateSize, parts.most},
                                layout.channels);
             forEachResult([&](Value head, Value channel, int64_t lanes) {
               storeResult(head, channel,
                           sum.add(placeOf(head), channel, lanes, count, {}));
             });
           });
  }

  TileBuilder &b;
  const KernelArgs &args;
  AttentionOp op;
  const PageLayout layout;
  const HeadTile tile;
  int64_t stateSize;
  int64_t width, chunks;           // channels loaded at once, and how often
  Value warp, lane, range, number; // of the tile in the row
  Value mine, sharing;             // this block of those that share a row
  Value kvHead, firstHead, lastHead;
  Value ring, states, query, probabilities, isLast;        // shared memory
  Value scratch, scratchByte;                              // f32; of the range
  Value row, position, slot, reach, firstBlock, firstPart; // of the row
  CacheStream *stream = nullptr;
  Value page, next, hasNext, firstChunk; // of the page: see CacheStream
};

} // namespace

void clearCounters(TileBuilder &b, Value scratch) {
  Value own = arith::DivUIOp::create(b, b.dim(scratch, 0), b.workers);
  Value byte = b.addIndex(b.mulIndex(b.worker, own), b.mulIndex(b.thread, 4));
  b.storeBytes(b.constant(b.getI32Type(), 0), scratch, byte);
}

std::optional<DeviceTiler> getDecodeAttention(AttentionOp op) {
  HeadTile tile(op);
  if (!CacheStream::fits(op.getCache().getType()) ||
      tile.count > parts.counterBytes / 4)
    return std::nullopt;
  return DeviceTiler{
      threads, /*blocksWork=*/true,
      [tile](TileBuilder &b, const LaunchCounts &counts) -> Value {
        // A GPU holds as many at once, and each reads a part at a time.
        constexpr int64_t enough = 1024;
        Value items = b.mulIndex(counts.ranges, tile.count);
        Value each =
            arith::DivUIOp::create(b, b.addIndex(items, enough - 1), items);
        each = arith::MinUIOp::create(b, each, b.index(parts.most));
        Value any = b.compare(arith::CmpIPredicate::ult, counts.promptRows,
                              counts.rows);
        return b.select(any, b.mulIndex(items, each), b.index(0));
      },
      [op](TileBuilder &b, const KernelArgs &args) {
        DecodeTiler(b, args, op).run();
      }};
}

} // namespace llmc
