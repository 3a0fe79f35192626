//===- TileAttention.cpp - attention to the paged cache ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A row's pages are attended in parts, each as if it were alone, and the parts are
// merged in order: what they are follows from the row's own slot, so its result
// depends neither on what else is in the batch nor on who attends which part
// (flash-decoding, https://crfm.stanford.edu/2023/10/12/flashdecoding.html).
//
//   few rows of long sequences: for (row, kv head, tile, part) in this worker's share
//     attend                                        the states go to scratch
//   barrier
//   for (row, query head) in this worker's share: merge
//
//   else for each range of rows
//     of a prompt: see PromptAttention.h
//     generated: for (row, kv head, tile of its query heads) in this worker's share
//       for each part: attend, merge
//
// Tiles of 5 heads are 3 + 2, of 7 are 4 + 3: the keys are read twice, not once per
// head.
//===----------------------------------------------------------------------===//
#include "Isa.h"
#include "PromptAttention.h"
#include "Ranges.h"
#include "Tilers.h"

#include "dialects/llm/AttentionParts.h"

using namespace mlir;
using namespace mlir::llm;

namespace llmc {

namespace {

/// Query heads that one pass over the cache serves: with four, each of them has
/// two registers for its sums where a target has 16, and four where it has 32.
int64_t getMostHeads(const Isa &isa) {
  return std::clamp<int64_t>(isa.getRegisters() / 4, 1, 4);
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
      : b(b), args(args), ranges(b, args.batch), result(args.results[0]),
        queryHeads(getMatrixShape(op.getType())[1]),
        kvHeads(op.getCache().getType().getHeads()),
        group(queryHeads / kvHeads),
        split(splitHeads(group, getMostHeads(getIsa(args)))),
        part(b, args, op, split.front().heads),
        stateSize(attention::getStateSize(part.layout.channels)) {
    if (PromptAttention::handles(op, getIsa(args)))
      prompts = std::make_unique<PromptAttention>(b, args, op);
    assert(queryHeads % kvHeads == 0 && "(C1) of llm.attention");
  }

  void run() {
    if (!args.teamScratch)
      return attendInTurn();
    auto branch =
        scf::IfOp::create(b, areFewAndLong(), /*withElseRegion=*/true);
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(branch.thenBlock());
    attendInParts();
    b.setInsertionPointToStart(branch.elseBlock());
    attendInTurn();
  }

private:
  /// Workers take whole tiles of rows. Later rows see more keys: items are dealt out
  /// in turn, not in runs.
  void attendInTurn() {
    b.loop(b.index(0), ranges.getCount(), 1, b.worker,
           [&](Value range, ValueRange turn) -> SmallVector<Value> {
             if (!prompts)
               return {attendGenerated(range, turn[0])};
             return {b.choose(
                 ranges.isPrompt(range),
                 [&] { return attendPrompt(range, turn[0]); },
                 [&] { return attendGenerated(range, turn[0]); })};
           });
  }

  Value attendPrompt(Value range, Value turn) {
    Value first = ranges.getFirstRow(range), rows = ranges.getRows(range);
    return deal(turn, prompts->cut(rows),
                [&](Value item) { prompts->attend(item, first, rows); });
  }

  Value attendGenerated(Value range, Value turn) {
    Value first = ranges.getFirstRow(range), rows = ranges.getRows(range);
    for (auto [firstHead, tiles] : getTiles()) {
      int64_t perRow = kvHeads * tiles.count;
      auto attend = [&, firstHead = firstHead, tiles = tiles](Value item) {
        begin(b.addIndex(first, b.divIndex(item, perRow)),
              b.remIndex(item, perRow), firstHead, tiles);
        attendWhole();
      };
      turn = deal(turn, b.mulIndex(rows, perRow), attend);
    }
    return turn;
  }

  /// The kinds of tiles, each with the first head of a group that it has.
  SmallVector<std::pair<int64_t, HeadTiles>> getTiles() {
    SmallVector<std::pair<int64_t, HeadTiles>> tiles;
    int64_t first = 0;
    for (HeadTiles kind : split) {
      tiles.push_back({first, kind});
      first += kind.heads * kind.count;
    }
    return tiles;
  }

  /// `body` for every workers-th item from `turn` on; whose turn is the next then.
  Value deal(Value turn, Value items, llvm::function_ref<void(Value)> body) {
    auto loop = scf::ForOp::create(b, turn, items, b.workers);
    {
      OpBuilder::InsertionGuard guard(b);
      b.setInsertionPointToStart(loop.getBody());
      body(loop.getInductionVar());
    }
    Value dealt = arith::RemUIOp::create(b, items, b.workers);
    Value behind = arith::SubIOp::create(b, b.workers, dealt);
    return arith::RemUIOp::create(b, b.addIndex(turn, behind), b.workers);
  }

  /// Tile `tile` of all those of the row of this kind.
  void begin(Value row, Value tile, int64_t first, HeadTiles tiles) {
    Value kvHead = b.divIndex(tile, tiles.count);
    Value inGroup = b.addIndex(
        b.mulIndex(b.remIndex(tile, tiles.count), tiles.heads), first);
    part.begin(row, b.addIndex(b.mulIndex(kvHead, group), inGroup), kvHead,
               tiles.heads);
  }

  RowParts getParts(Value row) {
    return cutRow(b, b.toIndex(b.load(args.batch.slots, row)),
                  attention::onCores);
  }

  SmallVector<Value> attendPart(const RowParts &parts, Value index,
                                Value behind) {
    Value first = arith::ShLIOp::create(b, index, parts.shift);
    Value end = arith::AddIOp::create(b, first, parts.size);
    return part.attend(first, arith::MinUIOp::create(b, end, parts.pages),
                       behind);
  }

  /// All parts of the tile, one behind the other.
  void attendWhole() {
    RowParts parts = getParts(part.getItem().queries.front().row);
    storeResults(b.loop(b.index(0), parts.count, 1, part.emptyState(),
                        [&](Value index, ValueRange state) {
                          SmallVector<Value> next =
                              attendPart(parts, index, /*behind=*/{});
                          Value isFirst = b.compare(arith::CmpIPredicate::eq,
                                                    index, b.index(0));
                          return b.choose(
                              isFirst, [&] { return next; },
                              [&] { return part.merge(state, next); });
                        }));
  }

  void storeResults(ValueRange state) {
    for (int64_t i = 0; i < part.count(); ++i)
      part.storeResult(i, state);
  }

  //===--- few rows of long sequences -----------------------------------------===//

  /// Pages lie anywhere, so the hardware does not know which comes: few rows fetch
  /// them themselves, of many rows the first has fetched what the others read.
  /// None of them is a prompt's.
  Value areFewAndLong() {
    constexpr int64_t mostRows = 16;
    Value rows = b.dim(result, 0), no = b.constant(b.getI1Type(), 0);
    return b.choose(
        b.compare(arith::CmpIPredicate::ule, rows, b.index(mostRows)),
        [&] {
          Value isAnyLong =
              b.loop(b.index(0), rows, 1, no,
                     [&](Value row, ValueRange found) -> SmallVector<Value> {
                       Value isLong =
                           b.compare(arith::CmpIPredicate::ugt,
                                     getParts(row).count, b.index(1));
                       return {arith::OrIOp::create(b, found[0], isLong)};
                     })[0];
          return prompts ? b.both(isAnyLong, b.negate(ranges.hasPrompt()))
                         : isAnyLong;
        },
        [&] { return no; });
  }

  /// As many rows at a time as the scratch of all workers has room for.
  void attendInParts() {
    Value bytes = b.dim(args.teamScratch, 0);
    auto type = MemRefType::get(ShapedType::kDynamic, b.getF32Type());
    states = memref::ViewOp::create(b, type, args.teamScratch, b.index(0),
                                    b.divIndex(bytes, sizeof(float)));
    int64_t rowBytes =
        attention::onCores.getScratchBytes(queryHeads, part.layout.channels);
    Value together =
        arith::MaxUIOp::create(b, b.divIndex(bytes, rowBytes), b.index(1));
    Value rows = b.dim(result, 0), zero = b.index(0);
    auto loop = scf::ForOp::create(b, zero, rows, together);
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(loop.getBody());
    firstRow = loop.getInductionVar();
    Value end = arith::MinUIOp::create(b, b.addIndex(firstRow, together), rows);
    auto others = scf::IfOp::create(
        b, b.compare(arith::CmpIPredicate::ugt, firstRow, zero),
        /*withElseRegion=*/false);
    {
      OpBuilder::InsertionGuard inner(b);
      b.setInsertionPointToStart(others.thenBlock());
      BarrierOp::create(b); // the states of the rows before are merged
    }
    b.loop(firstRow, end, 1, b.worker,
           [&](Value row, ValueRange turn) -> SmallVector<Value> {
             return {attendParts(row, turn[0])};
           });
    BarrierOp::create(b);
    mergeParts(end);
  }

  /// This worker's parts of the row; whose turn is next.
  Value attendParts(Value row, Value turn) {
    RowParts parts = getParts(row);
    for (auto [first, tiles] : getTiles()) {
      Value items = b.mulIndex(parts.count, kvHeads * tiles.count);
      turn = deal(turn, items, [&, first = first, tiles = tiles](Value item) {
        Value index = arith::RemUIOp::create(b, item, parts.count);
        begin(row, arith::DivUIOp::create(b, item, parts.count), first, tiles);
        storeStates(index, attendPart(parts, index, getBehind(parts, index)));
      });
    }
    return turn;
  }

  /// The block that this worker reads behind part `index`.
  Value getBehind(const RowParts &parts, Value index) {
    Value next = arith::AddIOp::create(b, index, b.workers);
    Value block = arith::ShLIOp::create(b, next, parts.shift);
    block = arith::MaxUIOp::create(b, block, part.getFirstBlock());
    return arith::MinUIOp::create(b, block, b.addIndex(parts.pages, -1));
  }

  /// Where the state of a head after part `index` lies.
  Value placeOf(Value row, Value head, Value index) {
    Value inRow = b.addIndex(
        b.mulIndex(arith::SubIOp::create(b, row, firstRow), queryHeads), head);
    Value place = b.addIndex(b.mulIndex(inRow, attention::onCores.most), index);
    return b.mulIndex(place, stateSize);
  }

  /// The result lies first, then the maximum and the sum.
  void storeStates(Value index, ValueRange state) {
    for (auto [h, query] : llvm::enumerate(part.getItem().queries)) {
      Value place = placeOf(query.row, query.head, index);
      for (int64_t c = 0; c < part.chunks(); ++c)
        b.storeVector(state[part.resultOf(h) + c], states,
                      b.addIndex(place, c * part.width));
      Value behind = b.addIndex(place, part.layout.channels);
      b.store(state[part.maximumOf(h)], states, behind);
      b.store(state[part.sumOf(h)], states, b.addIndex(behind, 1));
    }
  }

  SmallVector<Value> loadState(Value place) {
    Value behind = b.addIndex(place, part.layout.channels);
    SmallVector<Value> state = {b.load(states, behind),
                                b.load(states, b.addIndex(behind, 1))};
    for (int64_t c = 0; c < part.chunks(); ++c)
      state.push_back(
          b.loadF32s(states, b.addIndex(place, c * part.width), part.width));
    return state;
  }

  /// The results of the rows [firstRow, end).
  void mergeParts(Value end) {
    Value rows = arith::SubIOp::create(b, end, firstRow);
    auto [begin, last] = b.share(b.mulIndex(rows, queryHeads));
    b.loop(begin, last, 1, [&](Value item) {
      Value row = b.addIndex(firstRow, b.divIndex(item, queryHeads));
      Value head = b.remIndex(item, queryHeads);
      part.begin(row, head, b.divIndex(head, group), /*heads=*/1);
      storeResults(b.loop(b.index(1), getParts(row).count, 1,
                          loadState(placeOf(row, head, b.index(0))),
                          [&](Value index, ValueRange state) {
                            return part.merge(
                                state, loadState(placeOf(row, head, index)));
                          }));
    });
  }

  TileBuilder &b;
  const KernelArgs &args;
  Ranges ranges;
  Value result;
  int64_t queryHeads, kvHeads, group;
  SmallVector<HeadTiles> split;
  AttentionPart part;
  std::unique_ptr<PromptAttention> prompts; // null: as generated rows
  int64_t stateSize;                        // f32 of a head's state
  Value states, firstRow; // in scratch, and the first row that has states there
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
