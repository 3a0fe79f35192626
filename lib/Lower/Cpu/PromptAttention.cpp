//===- PromptAttention.cpp - attention of a prompt's rows -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "PromptAttention.h"
#include "Isa.h"
#include "Powers.h"

#include "dialects/llm/AttentionParts.h"

using namespace mlir;
using namespace mlir::llm;

namespace llmc {

/// Queries of a block. Their sums fill the registers: four vectors of 16 slots each
/// where there are 32 of 512 bits, one where there are 16 of 256.
static constexpr int64_t together = 6;

/// Queries of a tile: their states stay near beside the pages, which are copied once
/// for all of them. Tile registers are so fast that copies are worth twice the states,
/// and at least a whole group's.
static int64_t getMostQueries(int64_t channels, bool hasTiles) {
  int64_t most = std::clamp<int64_t>(12288 / channels, 24, 192);
  return hasTiles ? std::max(2 * most, BFloat16TileAttention::groupQueries)
                  : most;
}

static int64_t getTileHeads(int64_t group, int64_t most) {
  int64_t heads = std::min(group, most);
  while (group % heads)
    --heads;
  return heads;
}

bool PromptAttention::handles(AttentionOp op, const Isa &isa) {
  return PageLayout(op.getCache().getType()).valueDim ||
         BFloat16Attention::handles(op, isa);
}

PromptAttention::PromptAttention(TileBuilder &b, const KernelArgs &args,
                                 AttentionOp op)
    : b(b), args(args), op(op), kvHeads(op.getCache().getType().getHeads()),
      group(getMatrixShape(op.getType())[1] / kvHeads) {
  PageLayout layout(op.getCache().getType());
  const Isa &isa = getIsa(args);
  bool isNarrow = BFloat16Attention::handles(op, isa);
  bool hasTiles = isNarrow && isa.multipliesTilesOfBFloat16();
  int64_t most = getMostQueries(layout.channels, hasTiles);
  heads = getTileHeads(group, most);
  perTile = kvHeads * (group / heads);
  mostRows = most / heads;
  int64_t queries = llvm::alignTo(heads * mostRows, together);
  if (isNarrow) {
    mostPages = BFloat16Attention::getMostPages(layout);
    if (hasTiles)
      queries = llvm::alignTo(queries, BFloat16TileAttention::groupQueries);
    auto make = [&]<typename Part>(Part *&own) {
      own = new Part(b, args, op, together, mostPages, queries);
      part.reset(own);
      narrow = own;
    };
    if (hasTiles) {
      make(tiles);
      tiles->allocate(mostPages);
    } else {
      make(narrow);
    }
  } else {
    mostPages = 4;
    part = std::make_unique<AttentionPart>(b, args, op, together, mostPages);
  }
  stateSize = attention::getStateSize(layout.channels);
  states = b.allocate({queries, stateSize}, b.getF32Type());
  scores = tiles
               ? tiles->getProducts()
               : b.allocate({together, mostPages * pageTokens}, b.getF32Type());
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
void PromptAttention::forEachBlock(Value begin, Value end,
                                   llvm::function_ref<void(Value)> body) {
  Value last = b.addIndex(count, -1);
  b.loop(begin, end, together, [&](Value first) {
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

void PromptAttention::forEachBlock(llvm::function_ref<void(Value)> body) {
  forEachBlock(b.index(0), count, body);
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
  if (tiles)
    tiles->startPages();
  if (narrow)
    b.loop(pages.begin, pages.end, 1, [&](Value place) {
      narrow->copyPage(getPage(pages, place), kvHead);
    });
  if (tiles)
    return b.loop(b.index(0), count, BFloat16TileAttention::groupQueries,
                  [&](Value first) { attendGroup(pages, first); });
  forEachBlock([&](Value) { attendBlock(pages); });
}

SmallVector<Value> PromptAttention::softenBlock(const Pages &pages) {
  SmallVector<Value> most = keepScores(pages);
  SmallVector<Value> state = loadStates();
  for (int64_t i = 0; i < together; ++i) {
    Value factor = soften(i, most[i], pages, state[part->maximumOf(i)],
                          state[part->sumOf(i)]);
    for (int64_t c = 0; c < part->chunks(); ++c) {
      Value &result = state[part->resultOf(i) + c];
      result = b.mul(result, b.broadcast(factor, part->width));
    }
  }
  return state;
}

/// The same of states that stay in memory. Few maxima still grow after the first pages.
void PromptAttention::softenInMemory(const Pages &pages) {
  SmallVector<Value> most = keepScores(pages);
  int64_t channels = part->layout.channels;
  for (int64_t i = 0; i < together; ++i) {
    Value line = b.addIndex(firstQuery, i);
    Value atMaximum[] = {line, b.index(channels)};
    Value atSum[] = {line, b.index(channels + 1)};
    Value maximum = b.load(states, atMaximum), sum = b.load(states, atSum);
    Value factor = soften(i, most[i], pages, maximum, sum);
    b.store(maximum, states, atMaximum);
    b.store(sum, states, atSum);
    b.when(b.compare(arith::CmpFPredicate::UNE, factor, b.f32(1)), [&] {
      Value factors = b.broadcast(factor, part->width);
      b.loop(b.index(0), b.index(channels), part->width, [&](Value c) {
        Value at[] = {line, c};
        b.storeVector(b.mul(b.loadF32s(states, at, part->width), factors),
                      states, at);
      });
    });
  }
}

/// The queries of the tile from `first` on, as many as meet pages at once.
void PromptAttention::attendGroup(const Pages &pages, Value first) {
  constexpr int64_t most = BFloat16TileAttention::groupQueries, tileRows = 16;
  Value end = arith::MinUIOp::create(b, b.addIndex(first, most), count);
  Value rows = arith::SubIOp::create(b, end, first);
  // Whole blocks, whose last query may be there again and is stored again; and tiles.
  for (int64_t size : {together, tileRows})
    rows = b.mulIndex(b.divIndex(b.addIndex(rows, size - 1), size), size);
  tiles->multiplyGroup(first, rows, pages.begin, pages.end);
  forEachBlock(first, end, [&](Value) { softenInMemory(pages); });
  tiles->addGroup(rows, pages.begin, pages.end, states);
  b.when(tiles->hasOthers(), [&] {
    forEachBlock(first, end, [&](Value) {
      b.loop(pages.begin, pages.end, 1, [&](Value place) {
        tiles->addOthers(getPage(pages, place), states);
      });
    });
  });
}

void PromptAttention::attendBlock(const Pages &pages) {
  SmallVector<Value> state = softenBlock(pages);
  storeStates(b.loop(pages.begin, pages.end, 1, state,
                     [&](Value place, ValueRange carried) {
                       SmallVector<Value> next(carried);
                       part->accumulate(getPage(pages, place), next);
                       return next;
                     }));
}

Value PromptAttention::getScoreLine(int64_t index) {
  return tiles ? tiles->getLine(index) : b.index(index);
}

/// Scores go to memory, the greatest of each query is returned: NaN, and so its sum,
/// where some score is, if probabilities do not say so. Those that are not seen are below
/// all numbers. Products of tiles are in memory already.
SmallVector<Value> PromptAttention::keepScores(const Pages &pages) {
  constexpr int64_t lanes = AttentionPart::lanes;
  Value none = b.constant(b.f32s(lanes), -INFINITY);
  SmallVector<Value> start(together, none);
  if (!part->keepsNaN())
    start.append(together,
                 b.constant(VectorType::get(lanes, b.getI1Type()), 0));
  SmallVector<Value> found = b.loop(
      pages.begin, pages.end, 1, start, [&](Value place, ValueRange before) {
        AttentionPart::Page page = getPage(pages, place);
        SmallVector<Value> values =
            part->isPlain() ? part->multiply(page) : part->score(page);
        return b.choose(
            page.whole,
            [&] { return keepScores(place, values, /*allowed=*/{}, before); },
            [&] {
              return keepScores(place, values, part->mask(page), before);
            });
      });
  SmallVector<Value> most;
  for (int64_t i = 0; i < together; ++i) {
    most.push_back(b.maxLanes(found[i]));
    if (part->keepsNaN())
      continue;
    Value isNumber =
        b.compare(arith::CmpFPredicate::OLT, most[i], b.f32(INFINITY));
    Value hasNaN = vector::ReductionOp::create(b, vector::CombiningKind::OR,
                                               found[together + i]);
    most[i] = b.select(b.both(isNumber, b.negate(hasNaN)), most[i], b.f32(NAN));
  }
  return most;
}

/// Of one page: `found` has the greatest per lane, and then which lanes had NaN.
SmallVector<Value> PromptAttention::keepScores(Value place,
                                               ArrayRef<Value> values,
                                               ArrayRef<Value> allowed,
                                               ValueRange found) {
  constexpr int64_t lanes = AttentionPart::lanes;
  constexpr int64_t vectors = AttentionPart::vectors;
  bool areThere = tiles && part->isPlain() && allowed.empty();
  Value first = b.mulIndex(place, pageTokens);
  Value none = b.constant(b.f32s(lanes), -INFINITY), last;
  SmallVector<Value> next(found);
  for (int64_t at = 0; at < together * vectors; ++at) {
    int64_t query = at / vectors;
    Value score = values[at];
    if (!allowed.empty())
      score = b.select(allowed[at], score, none);
    next[query] = b.max(next[query], score);
    if (!areThere)
      b.storeVector(
          score, scores,
          {getScoreLine(query), b.addIndex(first, at % vectors * lanes)});
    if (!part->keepsNaN() && at % 2)
      next[together + query] = arith::OrIOp::create(
          b, next[together + query],
          b.compare(arith::CmpFPredicate::UNO, last, score));
    last = score;
  }
  return next;
}

static constexpr double log2OfE = 1.44269504088896341;

/// Online softmax: the new maximum and sum, and the probabilities of the pages. Returns
/// what the result before is scaled by.
Value PromptAttention::soften(int64_t index, Value most, const Pages &pages,
                              Value &maximum, Value &sum) {
  constexpr int64_t lanes = AttentionPart::lanes;
  double scale = part->isPlain() ? op.getScale().convertToDouble() : 1;
  Value before = maximum;
  maximum = b.max(before, b.mul(most, b.f32(scale)));
  Value distance = b.mul(b.sub(before, maximum), b.f32(log2OfE));
  Value shrink = powerOfNegative(b, b.broadcast(distance, lanes));
  Value factor = vector::ExtractOp::create(b, shrink, ArrayRef<int64_t>{0});
  // score * scale - maximum, in powers of two; a number also where nothing was seen.
  Value seen = b.max(b.f32(-1e37), maximum);
  Value slope = b.constant(b.f32s(lanes), scale * log2OfE);
  Value below = b.broadcast(b.mul(seen, b.f32(-log2OfE)), lanes);
  Value total = b.loop(
      pages.begin, pages.end, 1, b.constant(b.f32s(lanes), 0),
      [&](Value place, ValueRange sum) -> SmallVector<Value> {
        SmallVector<Value> powers;
        Value first = b.mulIndex(place, pageTokens);
        for (int64_t v = 0; v < AttentionPart::vectors; ++v) {
          Value score = b.loadF32s(
              scores, {getScoreLine(index), b.addIndex(first, v * lanes)},
              lanes);
          powers.push_back(b.fma(score, slope, below));
        }
        return {part->keepPowers(index, {{}, {}, place, {}}, powers, sum[0])};
      })[0];
  sum = b.fma(sum, factor, b.sumLanes(total));
  return factor;
}

} // namespace llmc
