//===- SparseCodeProduct.cpp - few rows of bytes times panels of 2:4 --------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   block = a panel x 8 rows
//     for some blocks of k of each slice: a stage of a ring, copied ahead (CodeRing.h)
//       warp = the panel x two slices of k, one behind the other
//         for block of k, group of it: mma.sp of the group's codes, exact
//           sums += exact * (scale of weights * scale of rows)
//     slices add up through shared memory, in order
//     epilogue, store
//
// A thread that multiplies 4 codes at once must find their places first, each by selections among six
// words. Tensor cores take what is kept and where it was; they have 8 columns, so that up to 8 rows
// cost what one does. The sums are those of DeviceProduct.h, to the last bit.
//===----------------------------------------------------------------------===//
#include "CodeRing.h"
#include "Threads.h"
#include "WeightFragments.h"

#include "dialects/llm/ActRow.h"

using namespace mlir;
using namespace mlir::llm;

namespace llmc {

namespace {

constexpr int64_t threads = CodeRing::threads, panelRows = CodeRing::panelRows;
constexpr int64_t tileRows = 8; // columns of tensor cores
constexpr int64_t slicesOfWarp = CodeRing::slices * warpThreads / threads;
constexpr int64_t perSlice = 4; // sums of a thread: 2 rows of 2 output rows

class SparseCodeTiler {
public:
  SparseCodeTiler(TileBuilder &b, const KernelArgs &args)
      : b(b), args(args), kernel(b, args),
        drawing(*getGridPanel(kernel.weight)), act(kernel.operands[0].input) {}

  void run() {
    rows = b.dim(args.results[0], 0);
    warp = b.divIndex(b.thread, warpThreads);
    lane = b.remIndex(b.thread, warpThreads);
    int64_t panels = countPanels(kernel.weight);
    panel = b.remIndex(b.worker, panels);
    firstRow = b.mulIndex(b.divIndex(b.worker, panels), tileRows);
    CodeRing ring(b, kernel, panel, tileRows);
    Value inRing = ring.getPanels();
    SmallVector<Value> sums = ring.multiply(
        slicesOfWarp * perSlice, b.f32(0),
        [&](Value chunk, Value slot, MutableArrayRef<Value> sums) {
          for (int64_t i = 0; i < slicesOfWarp; ++i)
            addPart(inRing, ring.getPart(getSlice(i), chunk, slot),
                    sums.slice(i * perSlice, perSlice));
        });
    storeSums(ring.getSums(), sums);
    b.meetThreads();
    finish(ring);
  }

private:
  Value getSlice(int64_t number) {
    return b.addIndex(b.mulIndex(warp, slicesOfWarp), number);
  }

  void addPart(Value inRing, const CodeRing::Part &part,
               MutableArrayRef<Value> sums) {
    int64_t groups = drawing.grid.getGroups();
    WeightFragments weights(b, drawing, inRing, part.index, lane);
    Value first = b.mulIndex(part.begin, groups);
    SmallVector<Value> added =
        b.loop(first, b.mulIndex(part.end, groups), 1, SmallVector<Value>(sums),
               [&](Value inSlice, ValueRange carried) {
                 SmallVector<Value> all(carried);
                 Value inRow =
                     b.addIndex(b.mulIndex(part.firstBlock, groups), inSlice);
                 addGroup(weights, arith::SubIOp::create(b, inSlice, first),
                          inRow, all);
                 return all;
               });
    llvm::copy(added, sums.begin());
  }

  /// Group `number` of the ring is `inRow` of the row.
  void addGroup(WeightFragments &weights, Value number, Value inRow,
                MutableArrayRef<Value> sums) {
    WeightFragments::Group group = weights.unpack(number, weights.load(number));
    Value k = b.addIndex(b.mulIndex(inRow, drawing.grid.group),
                         b.mulIndex(b.remIndex(lane, 4), 4));
    Value mine = b.divIndex(lane, 4);
    SmallVector<SmallVector<Value>> products; // of each plane
    for (int64_t plane = 0; plane < act.getPlanes(); ++plane)
      products.push_back(
          weights.multiply(group, [&](int64_t step, int64_t words) {
            SmallVector<Value> columns;
            for (int64_t i = 0; i < words; ++i)
              columns.push_back(loadWord(mine, k,
                                         act.getCodesOffset(plane) +
                                             step * weights.getDepth() +
                                             i * WeightFragments::columnDepth));
            return columns;
          }));
    SmallVector<Value> scales;
    for (int64_t i : {0, 1}) {
      Value row = b.addIndex(b.mulIndex(b.remIndex(lane, 4), 2), i);
      scales.push_back(arith::BitcastOp::create(
          b, b.getF32Type(),
          loadWord(row, b.mulIndex(inRow, 4), act.getScalesOffset())));
    }
    // Grids with a minimum have no 2:4.
    weights.addScaled(group, products, scales, /*rowSums=*/{}, sums);
  }

  /// 4 bytes of a row of the tile; those that do not exist are the last one, and not stored.
  Value loadWord(Value inTile, Value byte, int64_t offset) {
    Value row = arith::MinUIOp::create(b, b.addIndex(firstRow, inTile),
                                       b.addIndex(rows, -1));
    Value place[] = {row, b.addIndex(byte, offset)};
    Value bytes =
        vector::LoadOp::create(b, b.bytes(4), kernel.operands[0].x, place,
                               /*nontemporal=*/false, llvm::MaybeAlign(4));
    return vector::ExtractOp::create(
        b, Value(vector::BitCastOp::create(b, b.i32s(1), bytes)),
        ArrayRef<int64_t>{0});
  }

  //===--- results ----------------------------------------------------------------===//

  /// Sums are [product, slice of the warp, output row g or g+8, row 2t or 2t+1].
  void storeSums(Value place, ArrayRef<Value> sums) {
    Value output = b.divIndex(lane, 4);
    Value row = b.mulIndex(b.remIndex(lane, 4), 2);
    for (auto [i, sum] : llvm::enumerate(sums)) {
      int64_t number = static_cast<int64_t>(i), inSlice = number % perSlice;
      b.store(sum, place,
              {b.index(number / (slicesOfWarp * perSlice)),
               b.addIndex(row, inSlice % 2),
               getSlice(number / perSlice % slicesOfWarp),
               b.addIndex(output, inSlice / 2 * (panelRows / 2))});
    }
  }

  /// Each thread has one.
  void finish(CodeRing &ring) {
    static_assert(threads == tileRows * panelRows);
    Value inTile = b.divIndex(b.thread, panelRows);
    Value output = b.remIndex(b.thread, panelRows);
    Value row = b.addIndex(firstRow, inTile);
    b.when(b.compare(arith::CmpIPredicate::ult, row, rows), [&] {
      Value column = b.addIndex(b.mulIndex(panel, panelRows), output);
      kernel.finish(row, column, [&](int64_t product) {
        return ring.addSlices(product, inTile, output);
      });
    });
  }

  TileBuilder &b;
  const KernelArgs &args;
  DeviceProduct kernel;
  GridPanel drawing;
  ActRow act;
  Value rows, warp, lane, panel, firstRow;
};

} // namespace

std::optional<DeviceTiler> getSparseCodeProduct(KernelOp kernel) {
  LinearOp first = *kernel.getBody().front().getOps<LinearOp>().begin();
  auto weight = cast<PackedType>(first.getWeight().getType());
  if (!CodeRing::fits(kernel, tileRows) ||
      !getGridPanel(weight)->kept.isTwoOfFour())
    return std::nullopt;
  DeviceTiler tiler{threads, /*blocksWork=*/true,
                    [=](TileBuilder &b, const LaunchCounts &counts) {
                      return countPanelTiles(b, counts.rows, tileRows, weight);
                    },
                    [](TileBuilder &b, const KernelArgs &args) {
                      SparseCodeTiler(b, args).run();
                    }};
  tiler.awaitsLaunches = true;
  return tiler;
}

} // namespace llmc
