//===- HalfProduct.cpp - rows of prompts times panels, on tensor cores ------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   block = 64 rows x 8 panels, of each product as many
//     for 32 k: a stage of a ring
//       rows: copied ahead (cp.async); weights: see HalfWeights.h
//       warp = 32 rows x 4 panels: mma.sync m16n8k16
//     epilogue, store
//
// Rows are bf16 (`hasBFloatPrompts`), and so become weights: sums stay in registers over all
// of k, where those of bytes leave after each group. Output rows are the first operand,
// as in the kernels of other rows. Generated rows of the tile, which are no bf16, are multiplied as if
// they were, and not stored: a row's sums meet nobody else's.
//===----------------------------------------------------------------------===//
#include "DeviceProduct.h"
#include "HalfWeights.h"
#include "TensorCores.h"
#include "Threads.h"

using namespace mlir;
using namespace mlir::llm;

namespace llmc {

namespace {

constexpr int64_t threads = HalfWeights::threads;
constexpr int64_t tileRows = 64, warpRows = 32, warpTracks = 4;
constexpr int64_t columnRows = 8, panelRows = HalfWeights::panelRows;
constexpr int64_t perColumns = 4; // sums of a thread
constexpr int64_t warpColumns = warpRows / columnRows;
/// A stage of the ring: the weights, then lines of the rows, 32 k each.
constexpr int64_t stages = 4, lineBytes = HalfWeights::lineBytes;
constexpr int64_t stageBytes = HalfWeights::bytes + tileRows * lineBytes;
/// Where sums lie in place of the ring: f32 of an output row, of a row; rows 2 apart are 8
/// banks apart.
constexpr int64_t sumStride = 20, trackSums = tileRows * sumStride;

class HalfTiler {
public:
  HalfTiler(TileBuilder &b, const KernelArgs &args)
      : b(b), args(args), kernel(b, args, /*isOfPrompts=*/true),
        products(static_cast<int64_t>(kernel.products.size())),
        panels(HalfWeights::countPanels(products)),
        steps(kernel.weight.getCols() / HalfWeights::depth) {}

  void run() {
    rows = b.dim(args.results[0], 0);
    Value tiles = b.divIndex(b.addIndex(rows, tileRows - 1), tileRows);
    // Blocks that run at once have the same panels.
    firstRow =
        b.mulIndex(Value(arith::RemUIOp::create(b, b.worker, tiles)), tileRows);
    firstPanel =
        b.mulIndex(Value(arith::DivUIOp::create(b, b.worker, tiles)), panels);
    warp = b.divIndex(b.thread, warpThreads);
    lane = b.remIndex(b.thread, warpThreads);
    memory = allocateShared(b, {stages * stageBytes}, b.getI8Type());
    b.when(kernel.isAnyMine(firstRow, tileRows, rows), [&] {
      SmallVector<Value> sums = multiply();
      b.meetThreads(); // nobody reads the ring
      finish(sums);
    });
  }

private:
  Value isBelow(Value index, Value end) {
    return b.compare(arith::CmpIPredicate::ult, index, end);
  }

  //===--- rows on their way to shared memory -------------------------------------===//

  Value getStage(Value step) {
    return b.mulIndex(b.remIndex(step, stages), stageBytes);
  }

  /// 16 bytes of a thread and 32 rows. Rows that do not exist are the last one.
  void copyRows(Value step) {
    constexpr int64_t pieces = lineBytes / 16, atOnce = threads / pieces;
    Value x = kernel.operands[0].x;
    int64_t rowBytes = cast<MemRefType>(x.getType()).getDimSize(1);
    Value line = b.divIndex(b.thread, pieces);
    Value piece = b.remIndex(b.thread, pieces);
    Value to = b.addIndex(getStage(step), HalfWeights::bytes);
    Value byte = b.addIndex(b.mulIndex(step, lineBytes), b.mulIndex(piece, 16));
    for (int64_t at = 0; at < tileRows; at += atOnce) {
      Value row = arith::MinUIOp::create(
          b, b.addIndex(b.addIndex(firstRow, line), at), b.addIndex(rows, -1));
      copyAhead(
          b, x, b.addIndex(b.mulIndex(row, rowBytes), byte), memory,
          b.addIndex(to, HalfWeights::placeOf(b, b.addIndex(line, at), piece)),
          /*bytes=*/16);
    }
  }

  //===--- sums over k --------------------------------------------------------------===//

  SmallVector<Value> multiply() {
    HalfWeights weights(b, kernel.operands, firstPanel, memory);
    constexpr int64_t ahead = stages - 1;
    for (int64_t i = 0; i < ahead; ++i) {
      if (i < steps) {
        weights.copy(b.index(i), getStage(b.index(i)));
        copyRows(b.index(i));
      }
      commitCopies(b);
    }
    weights.store(weights.load(b.index(0)), getStage(b.index(0)));
    SmallVector<Value> state(warpTracks * warpColumns * perColumns, b.f32(0));
    state.push_back(
        weights.place(b.index(0), getStage(b.index(0)), b.index(0)));
    state = b.loop(
        b.index(0), b.index(steps), 1, state,
        [&](Value step, ValueRange carried) {
          waitForCopies(b, ahead - 1);
          b.meetThreads(); // all have waited, and nobody reads the stage before
          Value next = b.addIndex(step, ahead);
          b.when(isBelow(next, b.index(steps)), [&] {
            weights.copy(next, getStage(next));
            copyRows(next);
          });
          commitCopies(b);
          Value behind = arith::MinUIOp::create(b, b.addIndex(step, 1),
                                                b.index(steps - 1));
          SmallVector<Value> loaded = weights.load(behind);
          SmallVector<Value> all(carried);
          MutableArrayRef sums = MutableArrayRef(all).drop_back();
          for (int64_t half = 0; half < HalfWeights::halves; ++half)
            addHalf(weights, getStage(step), half, sums);
          Value stage = getStage(b.addIndex(step, 1));
          weights.store(loaded, stage);
          all.back() = weights.place(behind, stage, all.back());
          return all;
        });
    state.pop_back();
    return state;
  }

  /// 16 k of the stage.
  void addHalf(HalfWeights &weights, Value stage, int64_t half,
               MutableArrayRef<Value> sums) {
    Value firstLine = b.mulIndex(
        b.divIndex(warp, HalfWeights::tracks / warpTracks), warpRows);
    SmallVector<Value> columns; // two pairs of each 8 rows
    for (int64_t at = 0; at < warpRows; at += 2 * columnRows) {
      // Lane 8 i + j: line j of rows 8 (i / 2), piece i % 2.
      Value line =
          b.addIndex(b.addIndex(b.mulIndex(b.divIndex(lane, 16), columnRows),
                                b.remIndex(lane, 8)),
                     b.addIndex(firstLine, at));
      Value piece = b.addIndex(b.remIndex(b.divIndex(lane, 8), 2), 2 * half);
      Value place =
          b.addIndex(HalfWeights::placeOf(b, line, piece), HalfWeights::bytes);
      llvm::append_range(columns, loadLines(b, memory, b.addIndex(stage, place),
                                            b.getBF16Type()));
    }
    Value firstTrack = b.mulIndex(
        b.remIndex(warp, HalfWeights::tracks / warpTracks), warpTracks);
    for (int64_t track = 0; track < warpTracks; ++track) {
      SmallVector<Value> a =
          weights.getOperand(stage, b.addIndex(firstTrack, track), half, lane);
      for (int64_t c = 0; c < warpColumns; ++c) {
        auto place =
            sums.slice((track * warpColumns + c) * perColumns, perColumns);
        llvm::copy(multiplyHalves(b, a, ArrayRef(columns).slice(2 * c, 2),
                                  ValueRange(ArrayRef<Value>(place))),
                   place.begin());
      }
    }
  }

  //===--- results --------------------------------------------------------------------===//

  void finish(ArrayRef<Value> sums) {
    constexpr int64_t words = HalfWeights::tracks * trackSums;
    static_assert((words + tileRows) * 4 <= stages * stageBytes,
                  "sums and flags fit in place of the ring");
    auto type = MemRefType::get(
        {words + tileRows}, b.getF32Type(), MemRefLayoutAttrInterface(),
        cast<MemRefType>(memory.getType()).getMemorySpace());
    Value place =
        memref::ViewOp::create(b, type, memory, b.index(0), ValueRange());
    storeSums(sums, place);
    b.when(isBelow(b.thread, b.index(tileRows)), [&] {
      Value row = b.addIndex(firstRow, b.thread);
      Value isPrompt = b.both(isBelow(row, rows), kernel.isMine(row));
      b.store(b.select(isPrompt, b.f32(1), b.f32(0)), place,
              b.addIndex(b.thread, words));
    });
    b.meetThreads();
    int64_t perRow = panels * panelRows;
    b.loop(b.thread, b.index(tileRows * perRow), threads, [&](Value i) {
      Value inPanel = b.remIndex(i, panelRows);
      Value mine = b.remIndex(b.divIndex(i, panelRows), panels);
      Value inTile = b.divIndex(i, perRow);
      Value panel = b.addIndex(firstPanel, mine);
      Value isPrompt =
          b.compare(arith::CmpFPredicate::OGT,
                    b.load(place, b.addIndex(inTile, words)), b.f32(0));
      Value exists = isBelow(panel, b.index(countPanels(kernel.weight)));
      b.when(b.both(isPrompt, exists), [&] {
        Value first = b.addIndex(b.mulIndex(inTile, sumStride), inPanel);
        kernel.finish(b.addIndex(firstRow, inTile),
                      b.addIndex(b.mulIndex(panel, panelRows), inPanel),
                      [&](int64_t product) {
                        Value track = b.addIndex(mine, product * panels);
                        return b.load(
                            place,
                            b.addIndex(first, b.mulIndex(track, trackSums)));
                      });
      });
    });
  }

  /// [track, row, output row].
  void storeSums(ArrayRef<Value> sums, Value place) {
    constexpr int64_t across = HalfWeights::tracks / warpTracks;
    Value track = b.mulIndex(b.remIndex(warp, across), warpTracks);
    Value row = b.addIndex(b.mulIndex(b.divIndex(warp, across), warpRows),
                           b.mulIndex(b.remIndex(lane, 4), 2));
    Value own =
        b.addIndex(b.mulIndex(track, trackSums),
                   b.addIndex(b.mulIndex(row, sumStride), b.divIndex(lane, 4)));
    for (auto [i, sum] : llvm::enumerate(sums)) {
      int64_t number = static_cast<int64_t>(i);
      int64_t tile = number / perColumns, inTile = number % perColumns;
      int64_t at = tile / warpColumns * trackSums +
                   (tile % warpColumns * columnRows + inTile % 2) * sumStride +
                   inTile / 2 * (panelRows / 2);
      b.store(sum, place, b.addIndex(own, at));
    }
  }

  TileBuilder &b;
  const KernelArgs &args;
  DeviceProduct kernel;
  int64_t products, panels; // panels of each product in a block
  int64_t steps;            // stages of a row
  Value rows, firstRow, firstPanel, warp, lane;
  Value memory; // the ring, then sums
};

} // namespace

std::optional<DeviceTiler> getHalfProduct(KernelOp kernel) {
  auto products = llvm::to_vector(kernel.getBody().front().getOps<LinearOp>());
  if (products.size() > HalfWeights::mostProducts)
    return std::nullopt;
  auto weight = cast<PackedType>(products[0].getWeight().getType());
  int64_t panels =
      HalfWeights::countPanels(static_cast<int64_t>(products.size()));
  DeviceTiler tiler{
      threads, /*blocksWork=*/true,
      [=](TileBuilder &b, const LaunchCounts &counts) {
        Value tiles =
            b.divIndex(b.addIndex(counts.rows, tileRows - 1), tileRows);
        return countPrompts(
            b, counts,
            b.mulIndex(tiles, llvm::divideCeil(countPanels(weight), panels)));
      },
      [](TileBuilder &b, const KernelArgs &args) { HalfTiler(b, args).run(); }};
  tiler.suffix = "_prompts";
  tiler.sharesRows = true;
  return tiler;
}

} // namespace llmc
