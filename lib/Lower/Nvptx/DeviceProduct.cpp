//===- DeviceProduct.cpp - rows times panels on a device --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   block = a panel x a tile of rows
//     thread = an output row of the panel x a slice of k
//       for block of k in the slice: llm.tile.dot
//     slices add up through shared memory, in order
//     epilogue, store
//
// Neighbouring threads take neighbouring output rows, which is how a panel lies in
// memory: a warp's loads are whole lines.
//===----------------------------------------------------------------------===//
#include "DeviceProduct.h"
#include "Threads.h"

#include "../Cpu/PanelLoads.h"
#include "../Cpu/Ranges.h"

using namespace mlir;
using namespace mlir::llm;

namespace llmc {

//===----------------------------------------------------------------------===//
// What both forms share
//===----------------------------------------------------------------------===//

DeviceProduct::DeviceProduct(TileBuilder &b, const KernelArgs &args,
                             bool isOfPrompts)
    : b(b), args(args), isOfPrompts(isOfPrompts) {
  KernelOp kernel = args.kernel;
  products = llvm::to_vector(kernel.getBody().front().getOps<LinearOp>());
  weight = cast<PackedType>(products[0].getWeight().getType());
  lanes = getPanelRows(weight);
  slices = threads / lanes;
  for (LinearOp product : products)
    operands.push_back({args.get(product.getInput()),
                        args.get(product.getWeight()),
                        cast<PackedType>(product.getWeight().getType()),
                        dyn_cast<PackedType>(product.getInput().getType())});
}

bool DeviceProduct::hasPrompts(KernelOp kernel) {
  KernelArgs args;
  args.kernel = kernel;
  LinearOp product = *kernel.getBody().front().getOps<LinearOp>().begin();
  return product.getBatch() &&
         getIsa(args).narrowsPrompts(getEncoding(product.getInput().getType()));
}

Value DeviceProduct::isMine(Value row) {
  if (!hasPrompts(args.kernel))
    return {};
  Value isPrompt = Ranges(b, args.batch).isPromptRow(row);
  return isOfPrompts ? isPrompt : b.negate(isPrompt);
}

void DeviceProduct::whenMine(Value row, llvm::function_ref<void()> body) {
  if (Value condition = isMine(row))
    return b.when(condition, body);
  body();
}

/// A thread of a warp has every 32nd row.
Value DeviceProduct::isAnyMine(Value first, int64_t count, Value rows) {
  assert(hasPrompts(args.kernel) && "others have all rows");
  Value any = b.f32(0);
  for (int64_t at = 0; at < count; at += warpThreads) {
    Value inTile = b.addIndex(b.remIndex(b.thread, warpThreads), at);
    Value row = b.addIndex(
        first, Value(arith::MinUIOp::create(b, inTile, b.index(count - 1))));
    Value exists = b.compare(arith::CmpIPredicate::ult, row, rows);
    any = b.select(b.both(exists, isMine(row)), b.f32(1), any);
  }
  return b.compare(arith::CmpFPredicate::OGT, maxWarp(b, any), b.f32(0));
}

Value countPanelTiles(TileBuilder &b, Value rows, int64_t tileRows,
                      PackedType weight) {
  Value tiles = b.divIndex(b.addIndex(rows, tileRows - 1), tileRows);
  return b.mulIndex(tiles, countPanels(weight));
}

Value countGenerated(TileBuilder &b, KernelOp kernel,
                     const LaunchCounts &counts, Value blocks) {
  if (!DeviceProduct::hasPrompts(kernel))
    return blocks;
  Value any =
      b.compare(arith::CmpIPredicate::ult, counts.promptRows, counts.rows);
  return b.select(any, blocks, b.index(0));
}

Value countPrompts(TileBuilder &b, const LaunchCounts &counts, Value blocks,
                   int64_t least, int64_t behind) {
  Value areMine =
      b.compare(arith::CmpIPredicate::uge, counts.promptRows, b.index(least));
  if (behind)
    areMine = b.both(areMine, b.compare(arith::CmpIPredicate::ult,
                                        counts.promptRows, b.index(behind)));
  return b.select(areMine, blocks, b.index(0));
}

void DeviceProduct::finish(Value row, Value column,
                           llvm::function_ref<Value(int64_t)> sum) {
  DenseMap<Value, Value> sums;
  for (auto [p, product] : llvm::enumerate(products)) {
    Value &whole = sums[product.getResult()];
    whole = b.broadcast(sum(p), 1);
    if (product.getBias())
      whole = b.add(whole, b.loadF32s(args.get(product.getBias()), column, 1,
                                      maskColumns(b, weight, column, 1)));
  }
  auto store = [&] {
    SmallVector<Value> at = {row, column};
    storeYields(b, {args, at, /*lanes=*/1, /*mask=*/{}},
                [&](Value value) { return sums.lookup(value); });
  };
  if (weight.getRows() % lanes == 0)
    return store();
  b.when(
      b.compare(arith::CmpIPredicate::ult, column, b.index(weight.getRows())),
      store);
}

//===----------------------------------------------------------------------===//
// Slices of k
//===----------------------------------------------------------------------===//

/// Of `slices` of a weight, the first block of number `slice`.
static Value findSlice(TileBuilder &b, PackedType of, int64_t slices,
                       Value slice) {
  return b.divIndex(b.mulIndex(slice, countTiles(of)), slices);
}

Value DeviceProduct::getFirstBlock(PackedType of, Value slice) {
  return findSlice(b, of, slices, slice);
}

SliceSums::SliceSums(TileBuilder &b, int64_t products, int64_t rows,
                     int64_t lanes)
    : lanes(lanes), slices(DeviceProduct::threads / lanes), b(b) {
  assert(slices >= rows && "every row has threads that finish it");
  lane = b.remIndex(b.thread, lanes);
  slice = b.divIndex(b.thread, lanes);
  partial = allocateShared(b, {products, rows, slices, lanes}, b.getF32Type());
}

void SliceSums::multiply(int64_t p, const PanelProduct &operand, Value row,
                         int64_t count, Value panel) {
  SmallVector<Value> sums = operand.dotBlocks(
      b, row, count, {panel, /*lane=*/0, /*count=*/1, /*lanes=*/1, lane},
      /*prefetch=*/false, findSlice(b, operand.weight, slices, slice),
      findSlice(b, operand.weight, slices, b.addIndex(slice, 1)));
  for (auto [r, sum] : llvm::enumerate(sums))
    b.store(vector::ExtractOp::create(b, sum, ArrayRef<int64_t>{0}), partial,
            {b.index(p), b.index(r), slice, lane});
}

Value addSlices(TileBuilder &b, Value partial, int64_t product, Value row,
                Value lane) {
  int64_t slices = cast<MemRefType>(partial.getType()).getDimSize(2);
  Value sum;
  for (int64_t s = 0; s < slices; ++s) {
    Value part = b.load(partial, {b.index(product), row, b.index(s), lane});
    sum = sum ? b.add(sum, part) : part;
  }
  return sum;
}

Value SliceSums::get(int64_t p) {
  return addSlices(b, partial, p, slice, lane);
}

//===----------------------------------------------------------------------===//
// Few rows
//===----------------------------------------------------------------------===//

namespace {

constexpr int64_t tileRows = 4;

/// Rows of bytes as rows of as many bf16 as fit.
Value viewBFloats(TileBuilder &b, Value rows) {
  int64_t bytes = cast<MemRefType>(rows.getType()).getDimSize(1);
  Value count = b.dim(rows, 0);
  Value flat = memref::ReinterpretCastOp::create(
      b, MemRefType::get({ShapedType::kDynamic}, b.getI8Type()), rows,
      b.getIndexAttr(0), ArrayRef<OpFoldResult>{b.mulIndex(count, bytes)},
      ArrayRef<OpFoldResult>{b.getIndexAttr(1)});
  auto type =
      MemRefType::get({ShapedType::kDynamic, bytes / 2}, b.getBF16Type());
  return memref::ViewOp::create(b, type, flat, b.index(0), count);
}

class ProductTiler {
public:
  ProductTiler(TileBuilder &b, const KernelArgs &args, bool isOfPrompts)
      : b(b), args(args), kernel(b, args, isOfPrompts),
        sums(b, static_cast<int64_t>(kernel.products.size()), tileRows,
             kernel.lanes),
        isOfPrompts(isOfPrompts) {}

  void run() {
    if (isOfPrompts) {
      Value x = viewBFloats(b, kernel.operands[0].x);
      for (PanelProduct &operand : kernel.operands) {
        operand.x = x;
        operand.input = nullptr;
      }
    }
    Value rows = b.dim(args.results[0], 0);
    int64_t panels = countPanels(kernel.weight);
    panel = b.remIndex(b.worker, panels);
    Value first = b.mulIndex(b.divIndex(b.worker, panels), tileRows);
    if (!DeviceProduct::hasPrompts(args.kernel))
      return multiplyTile(first, rows);
    b.when(kernel.isAnyMine(first, tileRows, rows),
           [&] { multiplyTile(first, rows); });
  }

private:
  void multiplyTile(Value first, Value rows) {
    Value isFull =
        b.compare(arith::CmpIPredicate::ule, b.addIndex(first, tileRows), rows);
    auto branch = scf::IfOp::create(b, isFull, /*withElseRegion=*/true);
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(branch.thenBlock());
    multiply(first, tileRows);
    b.setInsertionPointToStart(branch.elseBlock());
    b.loop(first, rows, 1, [&](Value row) { multiply(row, 1); });
  }

  void multiply(Value row, int64_t count) {
    for (auto [p, operand] : llvm::enumerate(kernel.operands))
      sums.multiply(static_cast<int64_t>(p), operand, row, count, panel);
    b.meetThreads();
    // So many threads have a result each.
    Value exists =
        b.compare(arith::CmpIPredicate::ult, sums.slice, b.index(count));
    b.when(exists, [&] {
      Value mine = b.addIndex(row, sums.slice);
      kernel.whenMine(mine, [&] {
        kernel.finish(mine,
                      b.addIndex(b.mulIndex(panel, sums.lanes), sums.lane),
                      [&](int64_t p) { return sums.get(p); });
      });
    });
    b.meetThreads(); // before the next rows
  }

  TileBuilder &b;
  const KernelArgs &args;
  DeviceProduct kernel;
  SliceSums sums;
  bool isOfPrompts;
  Value panel;
};

} // namespace

static DeviceTiler getForm(KernelOp kernel, bool isOfPrompts) {
  LinearOp first = *kernel.getBody().front().getOps<LinearOp>().begin();
  auto weight = cast<PackedType>(first.getWeight().getType());
  return {DeviceProduct::threads, /*blocksWork=*/true,
          [=](TileBuilder &b, const LaunchCounts &counts) {
            Value blocks = countPanelTiles(b, counts.rows, tileRows, weight);
            return isOfPrompts ? countPrompts(b, counts, blocks)
                               : countGenerated(b, kernel, counts, blocks);
          },
          [=](TileBuilder &b, const KernelArgs &args) {
            ProductTiler(b, args, isOfPrompts).run();
          }};
}

std::optional<DeviceTiler> getDeviceProduct(KernelOp kernel) {
  auto products = kernel.getBody().front().getOps<LinearOp>();
  if (products.empty())
    return std::nullopt;
  LinearOp first = *products.begin();
  auto weight = cast<PackedType>(first.getWeight().getType());
  // Of heads see DeviceMatrices.cpp.
  if (getMatrixShape(first.getType()).size() != 2 ||
      weight.getShape().size() != 2)
    return std::nullopt;
  return getForm(kernel, /*isOfPrompts=*/false);
}

DeviceTiler getPromptProduct(KernelOp kernel) {
  DeviceTiler tiler = getForm(kernel, /*isOfPrompts=*/true);
  tiler.suffix = "_prompts";
  tiler.sharesRows = true;
  return tiler;
}

} // namespace llmc
