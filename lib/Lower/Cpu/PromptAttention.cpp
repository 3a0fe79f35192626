//===- PromptAttention.cpp - attention of a prompt's rows -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "PromptAttention.h"
#include "Isa.h"

#include "dialects/llm/AttentionParts.h"

using namespace mlir;
using namespace mlir::llm;

namespace llmc {

/// Queries of a block. Their sums fill the registers: four vectors of 16 slots each
/// where there are 32 of 512 bits, one where there are 16 of 256.
static constexpr int64_t together = 6;

/// Queries of a tile: their states stay near beside the pages, which are copied once
/// for all of them.
static int64_t getMostQueries(int64_t channels) {
  return std::clamp<int64_t>(12288 / channels, 24, 192);
}

static int64_t getTileHeads(int64_t group, int64_t most) {
  int64_t heads = std::min(group, most);
  while (group % heads)
    --heads;
  return heads;
}

bool PromptAttention::handles(AttentionOp op) {
  return PageLayout(op.getCache().getType()).valueDim > 0;
}

PromptAttention::PromptAttention(TileBuilder &b, const KernelArgs &args,
                                 AttentionOp op)
    : b(b), args(args), op(op), kvHeads(op.getCache().getType().getHeads()),
      group(getMatrixShape(op.getType())[1] / kvHeads) {
  PageLayout layout(op.getCache().getType());
  int64_t most = getMostQueries(layout.channels);
  heads = getTileHeads(group, most);
  perTile = kvHeads * (group / heads);
  mostRows = most / heads;
  int64_t queries = llvm::alignTo(heads * mostRows, together);
  KernelOp kernel = args.kernel;
  TargetAttr target = getTarget(kernel->getParentOfType<func::FuncOp>());
  if (findIsa(target.getIsa())->multipliesBFloat16() &&
      BFloat16Attention::handles(op)) {
    mostPages = BFloat16Attention::getMostPages(layout);
    auto own = std::make_unique<BFloat16Attention>(b, args, op, together,
                                                   mostPages, queries);
    narrow = own.get();
    part = std::move(own);
  } else {
    mostPages = 4;
    part = std::make_unique<AttentionPart>(b, args, op, together, mostPages);
  }
  stateSize = attention::getStateSize(layout.channels);
  states = b.allocate({queries, stateSize}, b.getF32Type());
  scores = b.allocate({together, mostPages * pageTokens}, b.getF32Type());
}

Value PromptAttention::cut(Value rows) {
  // Two items for every worker, or as many rows as a tile has room for.
  Value even = arith::DivUIOp::create(b, b.mulIndex(rows, perTile),
                                      b.mulIndex(b.workers, 2));
  tileRows = arith::MaxUIOp::create(
      b, arith::MinUIOp::create(b, even, b.index(mostRows)), b.index(1));
  Value tiles = arith::CeilDivUIOp::create(b, rows, tileRows);
  return b.mulIndex(tiles, perTile);
}

void PromptAttention::attend(Value item, Value first, Value rows) {
  Value before = b.mulIndex(b.divIndex(item, perTile), tileRows);
  Value inTile = b.remIndex(item, perTile);
  Value left = arith::SubIOp::create(b, rows, before);
  Value tall = arith::MinUIOp::create(b, left, tileRows);
  firstRow = b.addIndex(first, before);
  count = b.mulIndex(tall, heads);
  kvHead = b.divIndex(inTile, group / heads);
  firstHead = b.mulIndex(inTile, heads);
  findReach(tall);
  startStates();
  Value lastRow = b.addIndex(b.addIndex(firstRow, tall), -1);
  Value lastSlot = b.toIndex(b.load(args.batch.slots, lastRow));
  Value end = b.addIndex(b.divIndex(lastSlot, pageTokens), 1);
  // What is seen at once is the same for every tile, whatever its window leaves out.
  Value firstTogether =
      b.mulIndex(b.divIndex(firstInReach, mostPages), mostPages);
  b.loop(firstTogether, end, mostPages, [&](Value block) {
    Value before = arith::MaxUIOp::create(b, firstInReach, block);
    Value behind = arith::MinUIOp::create(b, end, b.addIndex(block, mostPages));
    attendPages({block, arith::SubIOp::create(b, before, block),
                 arith::SubIOp::create(b, behind, block)});
  });
  forEachBlock([&](Value) {
    SmallVector<Value> state = loadStates();
    for (int64_t i = 0; i < together; ++i)
      part->storeResult(i, state);
  });
}

//===----------------------------------------------------------------------===//
// The item
//===----------------------------------------------------------------------===//

void PromptAttention::findReach(Value rows) {
  bool isWindow = op.getLeft() >= 0 || op.getChunk();
  auto bounds = [&](Value row) -> SmallVector<Value> {
    Value mine = b.load(args.batch.positions, row);
    SmallVector<Value> found = {mine};
    if (isWindow)
      found.push_back(arith::SubIOp::create(b, mine, getReach(b, op, mine)));
    return found;
  };
  auto found = b.loop(
      b.index(1), rows, 1, bounds(firstRow), [&](Value i, ValueRange before) {
        SmallVector<Value> own = bounds(b.addIndex(firstRow, i));
        own[0] = arith::MinSIOp::create(b, own[0], before[0]);
        if (isWindow)
          own[1] = arith::MaxSIOp::create(b, own[1], before[1]);
        return own;
      });
  allLast = found[0];
  allFirst = isWindow ? found[1] : Value();
  // Rows ascend, and so does what they see.
  firstInReach =
      getFirstBlock(b, b.toIndex(b.load(args.batch.slots, firstRow)),
                    getReach(b, op, b.load(args.batch.positions, firstRow)));
}

/// Whether every row sees every slot of the page: nothing needs a mask.
Value PromptAttention::isWhole(Value page) {
  SmallVector<Value> seen;
  for (Value theirs : part->loadPositions(page)) {
    auto compare = [&](arith::CmpIPredicate predicate, Value bound) {
      return b.compare(predicate, theirs,
                       b.broadcast(bound, AttentionPart::lanes));
    };
    seen.push_back(compare(arith::CmpIPredicate::sle, allLast));
    if (allFirst)
      seen.back() =
          b.both(seen.back(), compare(arith::CmpIPredicate::sge, allFirst));
  }
  return areAllSet(b, seen);
}

AttentionPart::Query PromptAttention::getQuery(Value number) {
  return {b.addIndex(firstRow, b.divIndex(number, heads)),
          b.addIndex(firstHead, b.remIndex(number, heads))};
}

/// The last block may have more queries than there are: they are the last one
/// again, with states of their own.
void PromptAttention::forEachBlock(llvm::function_ref<void(Value)> body) {
  Value last = b.addIndex(count, -1);
  b.loop(b.index(0), count, together, [&](Value first) {
    firstQuery = first;
    AttentionPart::Item item;
    item.kvHead = kvHead;
    for (int64_t i = 0; i < together; ++i)
      item.queries.push_back(
          getQuery(arith::MinUIOp::create(b, b.addIndex(first, i), last)));
    part->begin(std::move(item));
    if (narrow)
      narrow->setFirst(first);
    body(first);
  });
}

void PromptAttention::startStates() {
  forEachBlock([&](Value first) {
    storeStates(part->startState());
    for (int64_t i = 0; narrow && i < together; ++i)
      narrow->copyQuery(part->getItem().queries[i], b.addIndex(first, i));
  });
}

/// A query's result lies first, then its maximum and its sum.
SmallVector<Value> PromptAttention::loadStates() {
  SmallVector<Value> state;
  int64_t channels = part->layout.channels;
  for (int64_t i = 0; i < together; ++i) {
    Value at = b.addIndex(firstQuery, i);
    for (int64_t place : {channels, channels + 1})
      state.push_back(b.load(states, {at, b.index(place)}));
    for (int64_t c = 0; c < channels; c += part->width)
      state.push_back(b.loadF32s(states, {at, b.index(c)}, part->width));
  }
  return state;
}

void PromptAttention::storeStates(ValueRange state) {
  int64_t channels = part->layout.channels;
  for (int64_t i = 0; i < together; ++i) {
    Value at = b.addIndex(firstQuery, i);
    b.store(state[part->maximumOf(i)], states, {at, b.index(channels)});
    b.store(state[part->sumOf(i)], states, {at, b.index(channels + 1)});
    for (int64_t c = 0; c < part->chunks(); ++c)
      b.storeVector(state[part->resultOf(i) + c], states,
                    {at, b.index(c * part->width)});
  }
}

//===----------------------------------------------------------------------===//
// Some pages
//===----------------------------------------------------------------------===//

AttentionPart::Page PromptAttention::getPage(const Pages &pages, Value place) {
  Value block = b.addIndex(pages.block, place);
  Value number = lookUpPage(b, args.batch, firstRow, block);
  return {number, block, place, isWhole(number)};
}

void PromptAttention::attendPages(const Pages &pages) {
  if (narrow)
    b.loop(pages.begin, pages.end, 1, [&](Value place) {
      narrow->copyPage(getPage(pages, place), kvHead);
    });
  forEachBlock([&](Value) { attendBlock(pages); });
}

void PromptAttention::attendBlock(const Pages &pages) {
  SmallVector<Value> most = keepScores(pages);
  SmallVector<Value> state = loadStates();
  for (int64_t i = 0; i < together; ++i)
    soften(i, most[i], pages, state);
  storeStates(b.loop(pages.begin, pages.end, 1, state,
                     [&](Value place, ValueRange carried) {
                       SmallVector<Value> next(carried);
                       part->accumulate(getPage(pages, place), next);
                       return next;
                     }));
}

/// Scores go to memory, the greatest per lane are returned. Those that are not seen
/// are below all others.
SmallVector<Value> PromptAttention::keepScores(const Pages &pages) {
  constexpr int64_t lanes = AttentionPart::lanes;
  constexpr int64_t vectors = AttentionPart::vectors;
  Value none = b.constant(b.f32s(lanes), AttentionPart::lowest);
  return b.loop(pages.begin, pages.end, 1, SmallVector<Value>(together, none),
                [&](Value place, ValueRange found) {
                  AttentionPart::Page page = getPage(pages, place);
                  SmallVector<Value> values = part->score(page);
                  Value first = b.mulIndex(place, pageTokens);
                  auto keep = [&](ArrayRef<Value> allowed) {
                    SmallVector<Value> most(found);
                    for (int64_t at = 0; at < together * vectors; ++at) {
                      Value score = values[at], &greatest = most[at / vectors];
                      if (!allowed.empty())
                        score = b.select(allowed[at], score, none);
                      greatest = b.max(greatest, score);
                      b.storeVector(score, scores,
                                    {b.index(at / vectors),
                                     b.addIndex(first, at % vectors * lanes)});
                    }
                    return most;
                  };
                  return b.choose(
                      page.whole, [&] { return keep({}); },
                      [&] { return keep(part->mask(page)); });
                });
}

/// e^x where x <= 0, 0 where that is no normal number; NaN stays. A power of two
/// times 2^f with |f| <= 1/2, whose polynomial is within 1e-7. e^0 is 1: what sees
/// nothing of some pages must not change.
static Value expOfNegative(TileBuilder &b, Value x) {
  auto type = cast<VectorType>(x.getType());
  auto constant = [&](double value) { return b.constant(type, value); };
  Value power = b.mul(x, constant(1.44269504088896341));
  // Adding 1.5 * 2^23 rounds to an integer, which is left in the lowest bits.
  Value magic = constant(12582912.0);
  Value shifted = b.add(power, magic);
  Value f = b.sub(power, b.sub(shifted, magic));
  Value sum = constant(1.32647272e-3);
  for (double factor :
       {9.67151264e-3, 5.55073374e-2, 0.240222421, 0.693146978, 1.0})
    sum = b.fma(sum, f, constant(factor));
  auto bitsType = b.i32s(type.getDimSize(0));
  auto bits = [&](Value value) -> Value {
    return vector::BitCastOp::create(b, bitsType, value);
  };
  Value exponent =
      arith::ShLIOp::create(b, bits(shifted), b.constant(bitsType, 23));
  Value result = vector::BitCastOp::create(
      b, type, arith::AddIOp::create(b, bits(sum), exponent));
  Value isTiny = b.compare(arith::CmpFPredicate::OLT, power, constant(-126));
  return b.select(isTiny, constant(0), result);
}

/// Online softmax: the new maximum, the sum and result rescaled, and the
/// probabilities of the pages.
void PromptAttention::soften(int64_t index, Value most, const Pages &pages,
                             MutableArrayRef<Value> state) {
  constexpr int64_t lanes = AttentionPart::lanes;
  Value before = state[part->maximumOf(index)];
  Value maximum = b.max(before, b.maxLanes(most));
  Value shrink = expOfNegative(b, b.broadcast(b.sub(before, maximum), lanes));
  Value factor = vector::ExtractOp::create(b, shrink, ArrayRef<int64_t>{0});
  Value total = b.loop(
      pages.begin, pages.end, 1, b.constant(b.f32s(lanes), 0),
      [&](Value place, ValueRange sum) -> SmallVector<Value> {
        SmallVector<Value> p;
        Value first = b.mulIndex(place, pageTokens), added = sum[0];
        for (int64_t v = 0; v < AttentionPart::vectors; ++v) {
          Value score = b.loadF32s(
              scores, {b.index(index), b.addIndex(first, v * lanes)}, lanes);
          p.push_back(
              expOfNegative(b, b.sub(score, b.broadcast(maximum, lanes))));
          added = b.add(added, p.back());
        }
        part->keepProbabilities(index, {{}, {}, place, {}}, p);
        return {added};
      })[0];
  state[part->maximumOf(index)] = maximum;
  Value &sum = state[part->sumOf(index)];
  sum = b.fma(sum, factor, b.sumLanes(total));
  for (int64_t c = 0; c < part->chunks(); ++c) {
    Value &result = state[part->resultOf(index) + c];
    result = b.mul(result, b.broadcast(factor, part->width));
  }
}

} // namespace llmc
