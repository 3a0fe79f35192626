//===- TensorProduct.cpp - many rows of bytes times panels, on tensor cores -===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   block = 64 rows x 4 panels
//     warp = a panel x the rows
//       for slice of k, for group of it:
//         weights: from memory to registers, a group ahead
//         rows: through shared memory, a stage of some groups ahead
//         for 8 rows at a time: mma.sync of the group's codes, exact
//           sums += exact * (scale of weights * scale of rows)
//     epilogue, store
//
// A panel is read once for 64 rows, and a row once for 64 columns. The rows' codes of
// 32 k lie one behind the other, [step, row, k], so that a lane's 8 bytes are one
// load and those of a warp lie together. Weights of 2:4 stay so (mma.sp): of rows steps are 16 k, of which
// ldmatrix loads four.
//===----------------------------------------------------------------------===//
#include "DeviceProduct.h"
#include "TensorCores.h"
#include "Threads.h"
#include "WeightFragments.h"

#include "dialects/llm/ActRow.h"

using namespace mlir;
using namespace mlir::llm;

namespace llmc {

namespace {

constexpr int64_t tileRows = 64, columnRows = 8; // rows of one mma.sync
constexpr int64_t warps = DeviceProduct::threads / warpThreads;
/// Sums of a thread: of each 8 rows, 2 rows of 2 output rows.
constexpr int64_t perColumns = 4, outputs = tileRows / columnRows * perColumns;
/// k of a stage, of groups that are no longer.
constexpr int64_t stageDepth = 128;

/// How the rows of one stage lie in shared memory, in words.
struct StageLayout {
  StageLayout(PackedType input, const Grid &grid, int64_t stepDepth)
      : planes(ActRow(input).getPlanes()),
        groups(std::max<int64_t>(stageDepth / grid.group, 1)),
        depth(groups * grid.group), stepWords(tileRows * stepDepth / 4),
        planeWords(tileRows * depth / 4), scales(planes * planeWords),
        sums(scales + groups * tileRows),
        words(grid.hasMin ? sums + groups * tileRows : sums) {}

  int64_t planes, groups, depth; // k
  int64_t stepWords, planeWords;
  int64_t scales, sums; // [group, row]; sums of grids with a minimum
  int64_t words;
};

class TensorTiler {
public:
  TensorTiler(TileBuilder &b, const KernelArgs &args)
      : b(b), args(args), kernel(b, args),
        drawing(*getGridPanel(kernel.weight)), grid(drawing.grid),
        act(kernel.operands[0].input), isSparse(drawing.kept.isTwoOfFour()),
        stepDepth(grid.group % 32 || isSparse ? 16 : 32),
        stage(kernel.operands[0].input, grid, stepDepth),
        groups(kernel.weight.getCols() / grid.group) {}

  void run() {
    rows = b.dim(args.results[0], 0);
    Value tiles = b.divIndex(b.addIndex(rows, tileRows - 1), tileRows);
    // Blocks that run at once have the same panels.
    Value tile = arith::RemUIOp::create(b, b.worker, tiles);
    firstRow = b.mulIndex(tile, tileRows);
    warp = b.divIndex(b.thread, warpThreads);
    lane = b.remIndex(b.thread, warpThreads);
    panel = b.addIndex(
        b.mulIndex(arith::DivUIOp::create(b, b.worker, tiles), warps), warp);
    int64_t products = kernel.products.size();
    int64_t words =
        std::max(2 * stage.words, products * outputs * DeviceProduct::threads);
    memory = allocateShared(b, words, b.getI32Type());
    SmallVector<SmallVector<Value>> sums;
    for (const PanelProduct &operand : kernel.operands) {
      if (!sums.empty())
        b.meetThreads(); // others still read the last stage
      sums.push_back(multiply(operand));
    }
    b.meetThreads();
    finish(sums);
  }

private:
  //===--- rows on their way to shared memory ---------------------------------===//

  /// Starts the copies of a stage: 16 bytes of codes per thread and 32 k, then scales.
  void copyStage(const PanelProduct &operand, Value number) {
    Value base = getStage(number);
    Value row = b.divIndex(b.thread, 2), half = b.remIndex(b.thread, 2);
    Value k = b.addIndex(b.mulIndex(number, stage.depth), b.mulIndex(half, 16));
    int64_t bytes = std::min<int64_t>(16, act.getBytes() & -act.getBytes());
    for (int64_t plane = 0; plane < stage.planes; ++plane)
      for (int64_t at = 0; at < stage.depth; at += 32)
        whereExists(b.addIndex(k, at), kernel.weight.getCols(), [&] {
          Value word =
              b.addIndex(getCopy(row, half, at), plane * stage.planeWords);
          for (int64_t byte = 0; byte < 16; byte += bytes)
            copyAhead(b, operand.x, clampRow(row),
                      b.addIndex(k, act.getCodesOffset(plane) + at + byte),
                      memory, b.addIndex(b.addIndex(base, word), byte / 4),
                      bytes);
        });
    copyNumbers(operand, number, act.getScalesOffset(),
                b.addIndex(base, stage.scales));
    if (grid.hasMin)
      copyNumbers(operand, number, act.getScaledSumsOffset(),
                  b.addIndex(base, stage.sums));
  }

  /// Where 16 of each 32 k go, from `at` of the stage on.
  Value getCopy(Value row, Value half, int64_t at) {
    if (stepDepth == 32)
      return b.addIndex(b.addIndex(b.mulIndex(row, 8), b.mulIndex(half, 4)),
                        at / 32 * stage.stepWords);
    return b.addIndex(
        b.addIndex(b.mulIndex(row, 4), b.mulIndex(half, stage.stepWords)),
        at / 16 * stage.stepWords);
  }

  /// A number of each group and row.
  void copyNumbers(const PanelProduct &operand, Value number, int64_t offset,
                   Value to) {
    constexpr int64_t atOnce = DeviceProduct::threads / tileRows;
    Value row = b.remIndex(b.thread, tileRows);
    Value mine = b.divIndex(b.thread, tileRows);
    for (int64_t g = 0; g < stage.groups; g += atOnce) {
      Value inStage = b.addIndex(mine, g);
      auto copy = [&] {
        Value group = b.addIndex(b.mulIndex(number, stage.groups), inStage);
        whereExists(group, groups, [&] {
          copyAhead(
              b, operand.x, clampRow(row),
              b.addIndex(b.mulIndex(group, 4), offset), memory,
              b.addIndex(to, b.addIndex(b.mulIndex(inStage, tileRows), row)),
              /*bytes=*/4);
        });
      };
      if (stage.groups % atOnce)
        b.when(isBelow(inStage, stage.groups), copy);
      else
        copy();
    }
  }

  /// Only the last stage may be a part of one.
  void whereExists(Value index, int64_t count,
                   llvm::function_ref<void()> body) {
    if (groups % stage.groups)
      b.when(isBelow(index, count), body);
    else
      body();
  }

  Value isBelow(Value index, int64_t count) {
    return b.compare(arith::CmpIPredicate::ult, index, b.index(count));
  }
  Value getStage(Value number) {
    return b.mulIndex(b.remIndex(number, 2), stage.words);
  }
  /// Rows that do not exist are the last one.
  Value clampRow(Value row) {
    return arith::MinUIOp::create(b, b.addIndex(firstRow, row),
                                  arith::SubIOp::create(b, rows, b.index(1)));
  }

  //===--- sums over k ----------------------------------------------------------===//

  SmallVector<Value> multiply(const PanelProduct &operand) {
    int64_t panels = countPanels(kernel.weight);
    Value mine =
        panels % warps
            ? Value(arith::MinUIOp::create(b, panel, b.index(panels - 1)))
            : panel;
    WeightFragments weights(b, drawing, operand.w, mine, lane);
    copyStage(operand, b.index(0));
    SmallVector<Value> state(outputs, b.f32(0));
    llvm::append_range(state, weights.load(b.index(0)));
    SmallVector<Value> zeros(outputs, b.f32(0));
    state =
        b.loop(b.index(0), b.index(kernel.slices), 1, state,
               [&](Value slice, ValueRange carried) {
                 auto groupOf = [&](Value bound) {
                   return b.mulIndex(kernel.getFirstBlock(kernel.weight, bound),
                                     grid.getGroups());
                 };
                 SmallVector<Value> start = zeros;
                 llvm::append_range(start, carried.drop_front(outputs));
                 SmallVector<Value> next =
                     b.loop(groupOf(slice), groupOf(b.addIndex(slice, 1)), 1,
                            start, [&](Value group, ValueRange inner) {
                              return addGroup(operand, weights, group, inner);
                            });
                 for (int64_t i = 0; i < outputs; ++i)
                   next[i] = b.add(carried[i], next[i]);
                 return next;
               });
    state.resize(outputs);
    return state;
  }

  /// Sums, then the weights of the group as they were loaded.
  SmallVector<Value> addGroup(const PanelProduct &operand,
                              WeightFragments &weights, Value group,
                              ValueRange carried) {
    Value number = b.divIndex(group, stage.groups);
    Value inStage = b.remIndex(group, stage.groups);
    b.when(b.compare(arith::CmpIPredicate::eq, inStage, b.index(0)),
           [&] { beginStage(operand, number); });
    Value next =
        arith::MinUIOp::create(b, b.addIndex(group, 1), b.index(groups - 1));
    SmallVector<Value> loaded = weights.load(next);
    WeightFragments::Group codes =
        weights.unpack(group, carried.drop_front(outputs));
    Value base = getStage(number);
    Value words = b.addIndex(
        b.addIndex(base, getLaneWord()),
        b.mulIndex(inStage, grid.group / stepDepth * stage.stepWords));
    Value numbers = b.addIndex(b.addIndex(base, b.mulIndex(inStage, tileRows)),
                               b.mulIndex(b.remIndex(lane, 4), 2));
    SmallVector<Value> sums(carried.take_front(outputs));
    for (int64_t at = 0; at < tileRows; at += columnRows)
      addColumns(weights, codes, b.addIndex(words, at * stepDepth / 4),
                 b.addIndex(numbers, at),
                 MutableArrayRef(sums).slice(at / columnRows * perColumns,
                                             perColumns));
    llvm::append_range(sums, loaded);
    return sums;
  }

  /// Whether ldmatrix loads columns: of 64 k, of which lane 8i+j names row j of step i.
  bool loadsMatrices() const { return isSparse && grid.group % 64 == 0; }
  /// Of the words of 8 rows, where this lane's begin.
  Value getLaneWord() {
    if (loadsMatrices())
      return b.addIndex(b.mulIndex(b.divIndex(lane, 8), stage.stepWords),
                        b.mulIndex(b.remIndex(lane, 8), stepDepth / 4));
    return b.mulIndex(lane, stepDepth / 16);
  }

  /// What was copied ahead is there for all, and the stage before it is free.
  void beginStage(const PanelProduct &operand, Value number) {
    waitForCopies(b);
    b.meetThreads();
    Value next = b.addIndex(number, 1);
    b.when(isBelow(next, llvm::divideCeil(groups, stage.groups)),
           [&] { copyStage(operand, next); });
  }

  /// One group of 8 rows.
  void addColumns(WeightFragments &weights, const WeightFragments::Group &group,
                  Value words, Value numbers, MutableArrayRef<Value> sums) {
    SmallVector<SmallVector<Value>> products; // of each plane
    for (int64_t plane = 0; plane < stage.planes; ++plane)
      products.push_back(
          weights.multiply(group, [&](int64_t step, int64_t count) {
            int64_t first = step * weights.getDepth() / stepDepth;
            return loadColumns(b.addIndex(words, plane * stage.planeWords +
                                                     first * stage.stepWords),
                               count);
          }));
    auto asFloats = [&](int64_t offset) {
      SmallVector<Value> floats = loadWords(b.addIndex(numbers, offset), 2);
      for (Value &word : floats)
        word = arith::BitcastOp::create(b, b.getF32Type(), word);
      return floats;
    };
    SmallVector<Value> scales = asFloats(stage.scales), sumsOfRows;
    if (grid.hasMin)
      sumsOfRows = asFloats(stage.sums);
    weights.addScaled(group, products, scales, sumsOfRows, sums);
  }

  /// Of the lane's row and steps of rows.
  SmallVector<Value> loadColumns(Value at, int64_t count) {
    if (loadsMatrices())
      return loadLineWords(b, memory, b.mulIndex(at, 4));
    if (!isSparse)
      return loadWords(at, count);
    SmallVector<Value> columns;
    for (int64_t i = 0; i < count; ++i)
      llvm::append_range(columns,
                         loadWords(b.addIndex(at, i * stage.stepWords), 1));
    return columns;
  }

  SmallVector<Value> loadWords(Value at, int64_t count) {
    Value vector = vector::LoadOp::create(b, b.i32s(count), memory, at,
                                          /*nontemporal=*/false,
                                          llvm::MaybeAlign(4 * count));
    SmallVector<Value> words;
    for (int64_t i = 0; i < count; ++i)
      words.push_back(
          vector::ExtractOp::create(b, vector, ArrayRef<int64_t>{i}));
    return words;
  }

  //===--- results ----------------------------------------------------------------===//

  /// A thread's sums go through memory of its own, so that the epilogue is a loop.
  void finish(ArrayRef<SmallVector<Value>> sums) {
    auto place = [&](int64_t product, Value index) {
      return b.addIndex(b.mulIndex(b.addIndex(index, product * outputs),
                                   DeviceProduct::threads),
                        b.thread);
    };
    for (auto [p, ofProduct] : llvm::enumerate(sums))
      for (auto [i, sum] : llvm::enumerate(ofProduct))
        b.store(arith::BitcastOp::create(b, b.getI32Type(), sum), memory,
                place(p, b.index(i)));
    auto store = [&] {
      b.loop(b.index(0), b.index(outputs), 1, [&](Value i) {
        // See addColumns.
        Value row =
            b.addIndex(b.mulIndex(b.divIndex(i, perColumns), columnRows),
                       b.mulIndex(b.remIndex(lane, 4), 2));
        row = b.addIndex(b.addIndex(firstRow, row), b.remIndex(i, 2));
        Value inPanel =
            b.addIndex(b.divIndex(lane, 4),
                       b.mulIndex(b.remIndex(b.divIndex(i, 2), 2), 8));
        Value column = b.addIndex(b.mulIndex(panel, kernel.lanes), inPanel);
        b.when(b.compare(arith::CmpIPredicate::ult, row, rows), [&] {
          kernel.finish(row, column, [&](int64_t p) {
            return arith::BitcastOp::create(b, b.getF32Type(),
                                            b.load(memory, place(p, i)));
          });
        });
      });
    };
    int64_t panels = countPanels(kernel.weight);
    if (panels % warps)
      b.when(isBelow(panel, panels), store);
    else
      store();
  }

  TileBuilder &b;
  const KernelArgs &args;
  DeviceProduct kernel;
  GridPanel drawing;
  const Grid &grid;
  ActRow act;
  bool isSparse;     // weights of 2:4
  int64_t stepDepth; // k of rows in a step
  StageLayout stage;
  int64_t groups; // of a row
  Value rows, firstRow, warp, lane, panel;
  Value memory; // two stages, then sums: words in shared memory
};

} // namespace

std::optional<DeviceTiler> getTensorProduct(KernelOp kernel) {
  auto products = llvm::to_vector(kernel.getBody().front().getOps<LinearOp>());
  auto weight = cast<PackedType>(products[0].getWeight().getType());
  // More of them and their sums are more than a block's memory.
  constexpr size_t mostProducts = 2;
  auto isAlike = [&](LinearOp product) {
    return product.getWeight().getType() == weight;
  };
  if (products.size() > mostProducts || !llvm::all_of(products, isAlike) ||
      !WeightFragments::fits(weight) ||
      !isa<Int8ActEncodingAttr>(getEncoding(products[0].getInput().getType())))
    return std::nullopt;
  DeviceTiler tiler{
      DeviceProduct::threads, /*blocksWork=*/true,
      [weight](TileBuilder &b, const LaunchCounts &counts) {
        Value tiles =
            b.divIndex(b.addIndex(counts.rows, tileRows - 1), tileRows);
        return b.mulIndex(tiles, llvm::divideCeil(countPanels(weight), warps));
      },
      [](TileBuilder &b, const KernelArgs &args) {
        TensorTiler(b, args).run();
      }};
  // A tile of 64 rows costs about what four tiles of few rows do.
  tiler.leastRows = 17;
  tiler.suffix = "_many";
  return tiler;
}

} // namespace llmc
