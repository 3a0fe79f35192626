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
#include "Threads.h"
#include "WarpAttention.h"
#include "WeightedStates.h"

#include "../Cpu/Ranges.h"

using namespace mlir;
using namespace mlir::llm;

namespace llmc {

namespace {

constexpr int64_t warps = WarpAttention::warps, threads = warps * warpThreads;
constexpr attention::Parts parts = attention::onDevice;
constexpr double lowest = WarpAttention::lowest;

class DecodeTiler {
public:
  DecodeTiler(TileBuilder &b, const KernelArgs &args, AttentionOp op)
      : b(b), args(args), op(op), layout(op.getCache().getType()), tile(op),
        stateSize(attention::getStateSize(layout.channels)),
        pages(b, args, op, tile) {}

  void run() {
    Ranges ranges(b, args.batch);
    Value items = b.mulIndex(ranges.getCount(), tile.count);
    Value blocks = arith::DivUIOp::create(b, b.workers, items);
    Value item = arith::DivUIOp::create(b, b.worker, blocks);
    mine = arith::RemUIOp::create(b, b.worker, blocks);
    range = b.divIndex(item, tile.count);
    number = b.remIndex(item, tile.count);
    heads = tile.find(b, number);
    pages.allocate(heads);
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
  void allocate() {
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
    pages.beginRow(row);
    RowParts all = cutRow(b, pages.getSlot(), parts);
    firstBlock = pages.getFirstBlock();
    firstPart = arith::ShRUIOp::create(b, firstBlock, all.shift);
    Value count = arith::SubIOp::create(b, all.count, firstPart);
    Value isDirect = b.compare(arith::CmpIPredicate::eq, count, b.index(1));
    // Parts beyond the context have no block.
    Value begin = b.addIndex(firstPart, mine);
    b.when(b.compare(arith::CmpIPredicate::ult, begin, all.count), [&] {
      pages.copyQueries();
      auto loop = scf::ForOp::create(b, begin, all.count, sharing);
      {
        OpBuilder::InsertionGuard guard(b);
        b.setInsertionPointToStart(loop.getBody());
        attendPart(all, loop.getInductionVar(), isDirect);
      }
      b.when(b.negate(isDirect), [&] { finish(count); });
    });
  }

  //===--- a part ---------------------------------------------------------------===//

  void attendPart(const RowParts &all, Value part, Value isDirect) {
    Value first = arith::ShLIOp::create(b, part, all.shift);
    Value end = arith::MinUIOp::create(
        b, Value(arith::AddIOp::create(b, first, all.size)), all.pages);
    first = arith::MaxUIOp::create(b, first, firstBlock);
    pages.attend(first, end);
    b.meetThreads();
    WeightedStates sum(
        b, {pages.getStates(), b.index(0), WarpAttention::ringWords, warps},
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
    Value sink = b.load(args.get(op.getSinks()), heads.get(b, head));
    return {b.select(isFirst, sink, b.f32(lowest)),
            b.select(isFirst, b.f32(1), b.f32(0))};
  }

  /// Where the states of a head's parts begin in scratch, in f32.
  Value placeOf(Value head) {
    Value first =
        b.divIndex(b.addIndex(scratchByte, parts.counterBytes), sizeof(float));
    return b.addIndex(first,
                      b.mulIndex(heads.get(b, head), parts.most * stateSize));
  }

  /// `body` for the channels of each head that are this thread's, some at a time.
  void forEachResult(llvm::function_ref<void(Value, Value, int64_t)> body) {
    int64_t lanes = std::gcd<int64_t>(layout.channels, 4);
    int64_t perHead = layout.channels / lanes;
    b.loop(b.thread, b.index(tile.heads * perHead), threads, [&](Value i) {
      Value head = b.divIndex(i, perHead);
      auto store = [&] {
        body(head, b.mulIndex(b.remIndex(i, perHead), lanes), lanes);
      };
      if (tile.group % tile.heads)
        b.when(b.compare(arith::CmpIPredicate::ule,
                         b.addIndex(heads.first, head), heads.last),
               store);
      else
        store();
    });
  }

  void storeResult(Value head, Value channel,
                   const WeightedStates::Sum &found) {
    int64_t lanes = cast<VectorType>(found.result.getType()).getDimSize(0);
    Value inverse = b.broadcast(b.div(b.f32(1), found.sum), lanes);
    b.storeVector(b.mul(found.result, inverse), args.results[0],
                  {row, heads.get(b, head), channel});
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
  WarpAttention pages;
  Value range, number; // of the tile in the row
  HeadTile::Heads heads;
  Value mine, sharing;        // this block of those that share a row
  Value isLast;               // in shared memory
  Value scratch, scratchByte; // f32; of the range
  Value row, firstBlock, firstPart;
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
