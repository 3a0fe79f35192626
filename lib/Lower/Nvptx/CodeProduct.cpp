//===- CodeProduct.cpp - few rows of bytes times panels of codes ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   block = a panel x 4 rows, or one
//     for some blocks of k of each slice: a stage of a ring, copied ahead (CodeRing.h)
//       thread = an output row of the panel x a slice of k
//         for block of k, group of it: dp4a of the group's codes, exact
//           sum += exact * (scale of weights * scale of rows)
//     slices add up through shared memory, in order
//     epilogue, store
//
// The sums are those of DeviceProduct.h, to the last bit.
//===----------------------------------------------------------------------===//
#include "CodeRing.h"

#include "../Cpu/PanelLoads.h"

#include "dialects/llm/ActRow.h"

using namespace mlir;
using namespace mlir::llm;

namespace llmc {

namespace {

constexpr int64_t threads = CodeRing::threads;
constexpr int64_t tileRows = 4, panelRows = CodeRing::panelRows;
constexpr int64_t most = 16; // bytes of a load

class CodeTiler {
public:
  CodeTiler(TileBuilder &b, const KernelArgs &args)
      : b(b), args(args), kernel(b, args),
        drawing(*getGridPanel(kernel.weight)), act(kernel.operands[0].input) {}

  void run() {
    rows = b.dim(args.results[0], 0);
    lane = b.remIndex(b.thread, panelRows);
    slice = b.divIndex(b.thread, panelRows);
    int64_t panels = countPanels(kernel.weight);
    panel = b.remIndex(b.worker, panels);
    firstRow = b.mulIndex(b.divIndex(b.worker, panels), tileRows);
    CodeRing ring(b, kernel, panel, tileRows);
    Value isOne =
        b.compare(arith::CmpIPredicate::eq, b.addIndex(firstRow, 1), rows);
    auto branch = scf::IfOp::create(b, isOne, /*withElseRegion=*/true);
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(branch.thenBlock());
    compute(ring, 1);
    b.setInsertionPointToStart(branch.elseBlock());
    compute(ring, tileRows);
  }

private:
  /// Rows that do not exist are the last one, and not stored.
  void compute(CodeRing &ring, int64_t count) {
    Value panels = ring.getPanels();
    SmallVector<Value> sums = ring.multiply(
        count, b.constant(b.f32s(1), 0),
        [&](Value chunk, Value slot, MutableArrayRef<Value> sums) {
          addPart(panels, ring.getPart(slice, chunk, slot), sums);
        });
    storeSums(ring.getSums(), sums, count);
    b.meetThreads();
    finish(ring, count);
  }

  Value isBelow(Value index, Value end) {
    return b.compare(arith::CmpIPredicate::ult, index, end);
  }

  //===--- sums over k ------------------------------------------------------------===//

  void addPart(Value panels, const CodeRing::Part &part,
               MutableArrayRef<Value> sums) {
    SmallVector<Value> added =
        b.loop(part.begin, part.end, 1, SmallVector<Value>(sums),
               [&](Value inSlice, ValueRange carried) {
                 SmallVector<Value> all(carried);
                 Value number = arith::SubIOp::create(b, inSlice, part.begin);
                 GridStrip strip(b, drawing, panels, part.index, number, lane,
                                 /*lanes=*/1);
                 addBlock(strip, b.addIndex(part.firstBlock, inSlice), all);
                 return all;
               });
    llvm::copy(added, sums.begin());
  }

  void addBlock(GridStrip &strip, Value block, MutableArrayRef<Value> sums) {
    int64_t groups = drawing.grid.getGroups(), unit = drawing.getUnitGroups();
    Value first = b.mulIndex(block, groups);
    auto addUnit = [&](Value inBlock, MutableArrayRef<Value> running) {
      for (int64_t number = 0; number < unit; ++number)
        addGroup(strip, {inBlock, number},
                 b.addIndex(b.addIndex(first, inBlock), number), running);
    };
    if (groups == unit)
      return addUnit(b.index(0), sums);
    SmallVector<Value> added =
        b.loop(b.index(0), b.index(groups), unit, SmallVector<Value>(sums),
               [&](Value inBlock, ValueRange carried) {
                 SmallVector<Value> all(carried);
                 addUnit(inBlock, all);
                 return all;
               });
    llvm::copy(added, sums.begin());
  }

  /// Byte `at` + `offset` of row `r` of the tile as so many words.
  Value loadX(int64_t r, Value at, int64_t offset, int64_t words) {
    Value row = firstRow;
    if (r > 0)
      row = arith::MinUIOp::create(b, b.addIndex(firstRow, r),
                                   b.addIndex(rows, -1));
    Value place[] = {row, b.addIndex(at, offset)};
    Value bytes = vector::LoadOp::create(
        b, b.bytes(4 * words), kernel.operands[0].x, place,
        /*nontemporal=*/false, llvm::MaybeAlign(4 * words));
    return vector::BitCastOp::create(b, b.i32s(words), bytes);
  }

  Value loadNumber(int64_t r, Value group, int64_t offset, Type type) {
    Value word = vector::BitCastOp::create(
        b, VectorType::get(1, type), loadX(r, b.mulIndex(group, 4), offset, 1));
    return vector::ExtractOp::create(b, word, ArrayRef<int64_t>{0});
  }

  /// `group` of the block is `inRow` of the row.
  void addGroup(GridStrip &strip, GroupOfUnit group, Value inRow,
                MutableArrayRef<Value> sums) {
    const Grid &grid = drawing.grid;
    int64_t planes = act.getPlanes();
    auto count = static_cast<int64_t>(sums.size());
    Value first = b.mulIndex(inRow, grid.group);
    int64_t bits = act.getBytes() | kernel.weight.getCols() | grid.group;
    int64_t together = std::min(most, bits & -bits) / 4; // quads
    DenseMap<std::pair<int64_t, int64_t>, Value> loaded;
    auto word = [&](int64_t r, int64_t, int64_t j) -> Value {
      Value &words = loaded[{r, j / together}];
      if (!words)
        words =
            loadX(r / planes, first,
                  act.getCodesOffset(r % planes) + j / together * together * 4,
                  together);
      return vector::ExtractOp::create(b, words,
                                       ArrayRef<int64_t>{j % together});
    };
    auto codes = [&](int64_t, int64_t j) { return strip.loadCodes(group, j); };
    auto total = [&](int64_t r, int64_t, int64_t factor) -> Value {
      Value sum = loadNumber(r / planes, inRow, act.getSumsOffset(r % planes),
                             b.getI32Type());
      return arith::MulIOp::create(b, sum, b.constant(b.getI32Type(), factor));
    };
    IntegerTile tile{count * planes,
                     /*strips=*/1,
                     /*lanes=*/1,
                     grid.getByteBits(),
                     grid.getByteZero(),
                     drawing.getProductVectors(),
                     codes,
                     word,
                     total,
                     planes,
                     act.getBytes(),
                     /*address=*/nullptr};
    SmallVector<Value> exact = getIsa(args).dot(b, tile);
    GridStrip::Scales scales = strip.loadScales(group);
    auto scaleOf = [&](int64_t r, int64_t offset) {
      return b.broadcast(loadNumber(r, inRow, offset, b.getF32Type()), 1);
    };
    auto asFloat = [&](int64_t at) -> Value {
      return arith::SIToFPOp::create(b, b.f32s(1), exact[at]);
    };
    for (int64_t r = 0; r < count; ++r) {
      Value product = asFloat(r * planes);
      if (planes == 2)
        product =
            b.fma(asFloat(r * planes + 1),
                  b.constant(b.f32s(1), 1.0 / Int8ActEncodingAttr::fineSteps),
                  product);
      Value scale = b.mul(scales.scale, scaleOf(r, act.getScalesOffset()));
      sums[r] = b.fma(product, scale, sums[r]);
      if (scales.min)
        sums[r] =
            b.fma(scales.min, scaleOf(r, act.getScaledSumsOffset()), sums[r]);
    }
  }

  //===--- results ----------------------------------------------------------------===//

  void storeSums(Value place, ArrayRef<Value> sums, int64_t count) {
    for (auto [i, sum] : llvm::enumerate(sums)) {
      int64_t number = static_cast<int64_t>(i);
      b.store(vector::ExtractOp::create(b, sum, ArrayRef<int64_t>{0}), place,
              {b.index(number / count), b.index(number % count), slice, lane});
    }
  }

  /// So many threads have a result each.
  void finish(CodeRing &ring, int64_t count) {
    Value row = b.addIndex(firstRow, slice);
    Value isMine = b.both(isBelow(slice, b.index(count)), isBelow(row, rows));
    b.when(isMine, [&] {
      Value column = b.addIndex(b.mulIndex(panel, panelRows), lane);
      kernel.finish(row, column, [&](int64_t product) {
        return ring.addSlices(product, slice, lane);
      });
    });
  }

  TileBuilder &b;
  const KernelArgs &args;
  DeviceProduct kernel;
  GridPanel drawing;
  ActRow act;
  Value rows, lane, slice, panel, firstRow;
};

} // namespace

std::optional<DeviceTiler> getCodeProduct(KernelOp kernel) {
  if (!CodeRing::fits(kernel, tileRows))
    return std::nullopt;
  LinearOp first = *kernel.getBody().front().getOps<LinearOp>().begin();
  auto weight = cast<PackedType>(first.getWeight().getType());
  DeviceTiler tiler{
      threads, /*blocksWork=*/true,
      [=](TileBuilder &b, const LaunchCounts &counts) {
        return countPanelTiles(b, counts.rows, tileRows, weight);
      },
      [](TileBuilder &b, const KernelArgs &args) { CodeTiler(b, args).run(); }};
  tiler.awaitsLaunches = true;
  return tiler;
}

} // namespace llmc
