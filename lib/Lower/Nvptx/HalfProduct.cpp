//===- HalfProduct.cpp - rows of prompts times panels, on tensor cores ------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   block = 64 rows x 8 panels, of each product as many
//     for 32 k: a stage of a ring
//       rows: copied ahead (cp.async); weights: see HalfWeights.h
//       warp = 32 rows x 4 panels: mma.sync m16n8k16, or mma.sp m16n8k32 of 2:4
//     epilogue, store
//
// Rows are bf16 (`hasBFloatPrompts`), and so become weights: sums stay in registers over all
// of k, where those of bytes leave after each group. Output rows are the first operand,
// as in the kernels of other rows. Generated rows of the tile, which are no bf16, are multiplied as if
// they were, and not stored: a row's sums meet nobody else's.
//===----------------------------------------------------------------------===//
#include "HalfTile.h"
#include "TensorCores.h"
#include "Threads.h"

using namespace mlir;
using namespace mlir::llm;

namespace llmc {

namespace {

constexpr HalfShape halfShape = {/*rows=*/64, /*tracks=*/8};
constexpr int64_t warpRows = 32, warpTracks = 4;
constexpr int64_t columnRows = 8, panelRows = HalfWeights::panelRows;
constexpr int64_t perColumns = 4; // sums of a thread
constexpr int64_t warpColumns = warpRows / columnRows;
constexpr int64_t stages = 4; // of the ring

class HalfTiler : HalfTile {
public:
  HalfTiler(TileBuilder &b, const KernelArgs &args)
      : HalfTile(b, args, halfShape) {
    assert(shape.sumBytes() <= stages * shape.partBytes() &&
           "sums fit in place of the ring");
  }

  void run() {
    memory = allocateShared(b, {stages * shape.partBytes()}, b.getI8Type());
    HalfTile::run([&] {
      SmallVector<Value> sums = multiply();
      b.meetThreads(); // nobody reads the ring
      finish([&](Value place) { storeSums(sums, place); });
    });
  }

private:
  Value getStage(Value step) {
    return b.mulIndex(b.remIndex(step, stages), shape.partBytes());
  }
  void copyRows(Value step) {
    HalfTile::copyRows(step, b.addIndex(getStage(step), shape.weightBytes()));
  }

  //===--- sums over k --------------------------------------------------------------===//

  SmallVector<Value> multiply() {
    HalfWeights weights(b, kernel.operands, shape.tracks, firstPanel, memory);
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
          addStage(weights, getStage(step), sums);
          Value stage = getStage(b.addIndex(step, 1));
          weights.store(loaded, stage);
          all.back() = weights.place(behind, stage, all.back());
          return all;
        });
    state.pop_back();
    return state;
  }

  void addStage(HalfWeights &weights, Value stage,
                MutableArrayRef<Value> sums) {
    if (weights.areSparse())
      return addSparse(weights, stage, sums);
    for (int64_t half = 0; half < HalfWeights::halves; ++half)
      addHalf(weights, stage, half, sums);
  }

  /// Two pairs of each 8 rows, of 16 k of the stage.
  SmallVector<Value> loadColumns(Value stage, int64_t half) {
    Value firstLine =
        b.mulIndex(b.divIndex(warp, shape.tracks / warpTracks), warpRows);
    SmallVector<Value> columns;
    for (int64_t at = 0; at < warpRows; at += 2 * columnRows) {
      // Lane 8 i + j: line j of rows 8 (i / 2), piece i % 2.
      Value line =
          b.addIndex(b.addIndex(b.mulIndex(b.divIndex(lane, 16), columnRows),
                                b.remIndex(lane, 8)),
                     b.addIndex(firstLine, at));
      Value piece = b.addIndex(b.remIndex(b.divIndex(lane, 8), 2), 2 * half);
      Value place =
          b.addIndex(HalfWeights::placeOf(b, line, piece), shape.weightBytes());
      llvm::append_range(columns, loadLines(b, memory, b.addIndex(stage, place),
                                            b.getBF16Type()));
    }
    return columns;
  }

  Value getFirstTrack() {
    return b.mulIndex(b.remIndex(warp, shape.tracks / warpTracks), warpTracks);
  }

  /// Sums of a track and 8 rows of this warp.
  static MutableArrayRef<Value> getSums(MutableArrayRef<Value> sums,
                                        int64_t track, int64_t column) {
    return sums.slice((track * warpColumns + column) * perColumns, perColumns);
  }

  /// 16 k of the stage.
  void addHalf(HalfWeights &weights, Value stage, int64_t half,
               MutableArrayRef<Value> sums) {
    SmallVector<Value> columns = loadColumns(stage, half);
    for (int64_t track = 0; track < warpTracks; ++track) {
      SmallVector<Value> a = weights.getOperand(
          stage, b.addIndex(getFirstTrack(), track), half, lane);
      for (int64_t c = 0; c < warpColumns; ++c) {
        MutableArrayRef<Value> place = getSums(sums, track, c);
        llvm::copy(multiplyHalves(b, a, ArrayRef(columns).slice(2 * c, 2),
                                  ValueRange(ArrayRef<Value>(place))),
                   place.begin());
      }
    }
  }

  /// All of its 32 k, weights of 2:4.
  void addSparse(HalfWeights &weights, Value stage,
                 MutableArrayRef<Value> sums) {
    SmallVector<Value> columns[] = {loadColumns(stage, 0),
                                    loadColumns(stage, 1)};
    Value indices;
    for (int64_t track = 0; track < warpTracks; ++track) {
      Value mine = b.addIndex(getFirstTrack(), track);
      if (track % 2 == 0)
        indices = weights.getIndices(stage, mine, lane);
      SmallVector<Value> a = weights.getSparseOperand(stage, mine, lane);
      for (int64_t c = 0; c < warpColumns; ++c) {
        MutableArrayRef<Value> place = getSums(sums, track, c);
        SmallVector<Value> all;
        for (const SmallVector<Value> &half : columns)
          llvm::append_range(all, ArrayRef(half).slice(2 * c, 2));
        llvm::copy(multiplySparseHalves(b, a, all,
                                        ValueRange(ArrayRef<Value>(place)),
                                        indices, track % 2),
                   place.begin());
      }
    }
  }

  //===--- results --------------------------------------------------------------------===//

  void storeSums(ArrayRef<Value> sums, Value place) {
    constexpr int64_t across = halfShape.tracks / warpTracks;
    Value firstTrack = b.mulIndex(b.remIndex(warp, across), warpTracks);
    Value firstRow = b.addIndex(b.mulIndex(b.divIndex(warp, across), warpRows),
                                b.mulIndex(b.remIndex(lane, 4), 2));
    Value own = placeOfSum(firstTrack, firstRow, b.divIndex(lane, 4));
    for (auto [i, sum] : llvm::enumerate(sums)) {
      int64_t number = static_cast<int64_t>(i);
      int64_t tile = number / perColumns, inTile = number % perColumns;
      b.store(sum, place,
              b.addIndex(own, getSumOffset(tile / warpColumns,
                                           tile % warpColumns * columnRows +
                                               inTile % 2,
                                           inTile / 2 * (panelRows / 2))));
    }
  }
};

} // namespace

DeviceTiler getHalfProduct(KernelOp kernel, int64_t behind) {
  DeviceTiler tiler{
      halfShape.countThreads(), /*blocksWork=*/true,
      [=](TileBuilder &b, const LaunchCounts &counts) {
        return countPrompts(b, counts,
                            b.mulIndex(halfShape.countTiles(b, counts.rows),
                                       halfShape.countColumns(kernel)),
                            /*least=*/1, behind);
      },
      [](TileBuilder &b, const KernelArgs &args) { HalfTiler(b, args).run(); }};
  tiler.suffix = "_prompts";
  tiler.sharesRows = true;
  return tiler;
}

} // namespace llmc
