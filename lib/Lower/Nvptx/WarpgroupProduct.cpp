//===- WarpgroupProduct.cpp - many rows of prompts times panels, by wgmma ---===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   block = 128 rows x 16 panels, of each product as many; two warpgroups
//     for 64 k: a stage of a ring, two parts of 32 k
//       rows: copied ahead (cp.async); weights: see HalfWeights.h
//       warpgroup = 64 rows x 256 output rows: wgmma m64n256k16
//     epilogue, store
//
// mma.sync reaches some 60 % of what the tensor cores of sm_90 can do, and asks for its operands
// by ldmatrix. wgmma takes them from shared memory, as HalfProduct.cpp has them there: lines
// along k are swizzled by 64 bytes, weights that were copied are lines of a k, swizzled by 32.
// Products of a stage run while the next one is waited for:
//
//   stage s: copies of s have ended, all meet; products of s - 1 run
//     copy s + 2 to where s - 2 was: its products had ended before all met
//     begin the products of s
//     weights that are no bf16: those of s + 1 become it, to where s - 3 was
//     products of s - 1 have ended
//
// On sm_90 a product of 16 k rounds once in either form, and alike (MMA-Sim,
// arXiv:2511.10909), so they have the same bits; decision 38 says what holds if not.
//===----------------------------------------------------------------------===//
#include "HalfTile.h"
#include "TensorCores.h"
#include "Threads.h"
#include "Warpgroups.h"

#include "../Cpu/Isa.h"

using namespace mlir;
using namespace mlir::llm;

namespace llmc {

namespace {

constexpr HalfShape groupShape = {/*rows=*/128, /*tracks=*/16};
constexpr int64_t panelRows = HalfWeights::panelRows;
constexpr int64_t groups = 2; // of four warps
static_assert(groups * groupThreads == groupShape.countThreads() &&
                  groups * groupRows == groupShape.rows,
              "a warpgroup has all output rows of a part of the rows");
/// Sums of a thread; those of 8 output rows are four.
constexpr int64_t threadSums = groupShape.tracks * panelRows / 2,
                  sumsOfEight = 4;
constexpr int64_t stages = 4, ahead = stages - 2, mostParts = 2;
constexpr int64_t ringBytes = stages * mostParts * groupShape.partBytes();

/// Lines of rows along k, and of weights.
constexpr MatrixLayout lines = {/*swizzle=*/HalfWeights::lineBytes,
                                /*isTransposed=*/false, /*leading=*/0,
                                /*stride=*/8 * HalfWeights::lineBytes};
constexpr MatrixLayout copiedLines = {
    /*swizzle=*/HalfWeights::copiedLineBytes, /*isTransposed=*/true,
    /*leading=*/HalfWeights::trackBytes,
    /*stride=*/8 * HalfWeights::copiedLineBytes};

class WarpgroupTiler : HalfTile {
public:
  WarpgroupTiler(TileBuilder &b, const KernelArgs &args)
      : HalfTile(b, args, groupShape), parts(steps % mostParts ? 1 : mostParts),
        count(steps / parts) {
    assert(shape.sumBytes() <= ringBytes && "sums fit in place of the ring");
  }

  void run() {
    memory = getLaunchedShared(b, ringBytes);
    HalfTile::run([&] {
      HalfWeights weights(b, kernel.operands, shape.tracks, firstPanel, memory);
      SmallVector<Value> sums = multiply(weights);
      b.meetThreads(); // nobody reads the ring
      finish([&](Value place) { storeSums(sums, place); });
    });
  }

private:
  //===--- the ring -------------------------------------------------------------===//

  Value getPart(Value stage, int64_t part) {
    return b.addIndex(
        b.mulIndex(b.remIndex(stage, stages), parts * shape.partBytes()),
        part * shape.partBytes());
  }
  Value getStep(Value stage, int64_t part) {
    return b.addIndex(b.mulIndex(stage, parts), part);
  }

  void copyStage(HalfWeights &weights, Value stage) {
    for (int64_t part = 0; part < parts; ++part) {
      Value to = getPart(stage, part);
      weights.copy(getStep(stage, part), to);
      copyRows(getStep(stage, part), b.addIndex(to, shape.weightBytes()));
    }
  }

  /// Weights of stage `of` that become bf16, to where stage `to` is.
  Value storeStage(HalfWeights &weights, Value of, Value to, Value unit) {
    for (int64_t part = 0; part < parts; ++part) {
      weights.store(weights.load(getStep(of, part)), getPart(to, part));
      unit = weights.place(getStep(of, part), getPart(to, part), unit);
    }
    return unit;
  }

  //===--- sums over k ----------------------------------------------------------===//

  SmallVector<Value> multiply(HalfWeights &weights) {
    for (int64_t i = 0; i < ahead; ++i) {
      if (i < count)
        copyStage(weights, b.index(i));
      commitCopies(b);
    }
    Value unit = storeStage(weights, b.index(0), b.index(0), b.index(0));
    Value nothing = LLVM::UndefOp::create(b, b.getF32Type());
    SmallVector<Value> state(threadSums, nothing); // the first product writes
    state.push_back(unit);
    state = b.loop(b.index(0), b.index(count), 1, state,
                   [&](Value stage, ValueRange carried) {
                     waitForCopies(b, ahead - 1);
                     showToProducts(b);
                     b.meetThreads();
                     Value next = b.addIndex(stage, ahead);
                     b.when(isBelow(next, b.index(count)),
                            [&] { copyStage(weights, next); });
                     commitCopies(b);
                     SmallVector<Value> sums =
                         beginStage(weights, stage, carried.drop_back());
                     Value behind = b.addIndex(stage, 1);
                     Value of =
                         arith::MinUIOp::create(b, behind, b.index(count - 1));
                     Value unit =
                         storeStage(weights, of, behind, carried.back());
                     waitForProducts(b, /*pending=*/1);
                     sums.push_back(unit);
                     return sums;
                   });
    return waitForSums(b, ValueRange(state).drop_back());
  }

  SmallVector<Value> beginStage(const HalfWeights &weights, Value stage,
                                ValueRange carried) {
    Value group = b.divIndex(warp, groupThreads / warpThreads);
    Value firstLine = b.mulIndex(group, groupRows * HalfWeights::lineBytes);
    MatrixLayout layout = weights.isCopied() ? copiedLines : lines;
    // Of 16 k: bytes of a line, or lines.
    int64_t halfLine = groupDepth * 2,
            half = layout.isTransposed ? groupDepth * layout.swizzle : halfLine;
    SmallVector<Value> sums(carried);
    openProducts(b);
    for (int64_t part = 0; part < parts; ++part) {
      Value begin = getPart(stage, part);
      Value row = b.addIndex(b.addIndex(begin, shape.weightBytes()), firstLine);
      for (int64_t i = 0; i < HalfWeights::halves; ++i) {
        Value adds =
            part || i
                ? b.constant(b.getI32Type(), 1)
                : Value(arith::IndexCastOp::create(b, b.getI32Type(), stage));
        sums = beginProduct(
            b, sums,
            describeMatrix(b, memory, b.addIndex(row, i * halfLine), lines),
            lines.isTransposed,
            describeMatrix(b, memory, b.addIndex(begin, i * half), layout),
            layout.isTransposed, adds);
      }
    }
    commitProducts(b);
    return sums;
  }

  //===--- results --------------------------------------------------------------===//

  void storeSums(ArrayRef<Value> sums, Value place) {
    // Lane 4 g + t: rows g and 8 + g, output rows 2 t and 2 t + 1 of each 8.
    Value row =
        b.addIndex(b.mulIndex(warp, groupWarpRows), b.divIndex(lane, 4));
    Value own = placeOfSum(b.index(0), row, b.mulIndex(b.remIndex(lane, 4), 2));
    for (auto [i, sum] : llvm::enumerate(sums)) {
      int64_t number = static_cast<int64_t>(i);
      int64_t column = number / sumsOfEight * 8 + number % 2;
      b.store(sum, place,
              b.addIndex(own, getSumOffset(column / panelRows,
                                           number % sumsOfEight / 2 * 8,
                                           column % panelRows)));
    }
  }

  int64_t parts; // of a stage: those of all its k
  int64_t count; // stages of a row
};

/// Below this many blocks a GPU with wgmma has multiprocessors without work, and tiles a
/// quarter as large are faster although their products are slower: 60 % of 132.
constexpr int64_t leastBlocks = 80;

/// From so many rows on that there are as many blocks. Of 64 rows half a tile is empty.
int64_t getLeastRows(KernelOp kernel) {
  int64_t rowTiles =
      llvm::divideCeil(leastBlocks, groupShape.countColumns(kernel));
  return (rowTiles - 1) * groupShape.rows + groupRows + 1;
}

} // namespace

static DeviceTiler getWarpgroupProduct(KernelOp kernel) {
  DeviceTiler tiler{groupShape.countThreads(), /*blocksWork=*/true,
                    [=](TileBuilder &b, const LaunchCounts &counts) {
                      return countPrompts(
                          b, counts,
                          b.mulIndex(groupShape.countTiles(b, counts.rows),
                                     groupShape.countColumns(kernel)),
                          getLeastRows(kernel));
                    },
                    [](TileBuilder &b, const KernelArgs &args) {
                      WarpgroupTiler(b, args).run();
                    }};
  tiler.suffix = "_prompts_many";
  tiler.sharesRows = true;
  tiler.sharedBytes = ringBytes;
  return tiler;
}

SmallVector<DeviceTiler> getHalfProducts(KernelOp kernel) {
  auto products = llvm::to_vector(kernel.getBody().front().getOps<LinearOp>());
  if (products.size() > HalfWeights::mostProducts)
    return {getPromptProduct(kernel)};
  KernelArgs args;
  args.kernel = kernel;
  bool isSparse = llvm::all_of(products, [](LinearOp product) {
    return HalfWeights::isTwoOfFour(
        cast<PackedType>(product.getWeight().getType()));
  });
  if (!getIsa(args).multipliesInWarpgroups() || isSparse)
    return {getHalfProduct(kernel, /*behind=*/0)};
  return {getHalfProduct(kernel, getLeastRows(kernel)),
          getWarpgroupProduct(kernel)};
}

} // namespace llmc
