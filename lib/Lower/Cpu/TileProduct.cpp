//===- TileProduct.cpp - matrix products as loops over llm.tile.dot ---------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   for pair of panels in this worker's share       weights stream once
//     for 4 rows at a time                          an unpacked panel serves 4 rows
//       for group of k: llm.tile.dot                accumulators stay in registers
//       epilogue, store
//     for each row that is left: the same with both panels at once
//===----------------------------------------------------------------------===//
#include "TileBuilder.h"

using namespace mlir;
using namespace mlir::llm;

namespace llmc {

namespace {

class ProductTiler {
public:
  ProductTiler(TileBuilder &b, const KernelArgs &args) : b(b), args(args) {
    KernelOp kernel = args.kernel;
    products = llvm::to_vector(kernel.getBody().front().getOps<LinearOp>());
    auto weight = cast<PackedType>(products[0].getWeight().getType());
    columns = weight.getShape()[0];
    panels = llvm::divideCeil(columns, panelRows);
  }

  void run() {
    KernelOp kernel = args.kernel;
    ScheduleAttr schedule = *kernel.getSchedule();
    int64_t unit = schedule.getPanels1();
    rowCount = b.dim(args.results[0], 0);
    auto [begin, end] = b.share(b.index(panels / unit));
    b.loop(begin, end, 1, [&](Value i) {
      Value panel = b.mulIndex(i, unit);
      Value left = b.remIndex(rowCount, schedule.getRows());
      Value full = arith::SubIOp::create(b, rowCount, left);
      b.loop(b.index(0), full, schedule.getRows(), [&](Value row) {
        for (int64_t u = 0; u < unit; u += schedule.getPanels())
          block(row, schedule.getRows(), b.addIndex(panel, u),
                std::min(schedule.getPanels(), unit - u), false);
      });
      b.loop(full, rowCount, 1,
             [&](Value row) { block(row, 1, panel, unit, true); });
    });
  }

private:
  /// `rows` x `width` panels: products over all k, then the epilogue.
  void block(Value row, int64_t rows, Value panel, int64_t width,
             bool prefetch) {
    DenseMap<Value, SmallVector<Value>> tiles;
    for (LinearOp product : products)
      tiles[product.getResult()] =
          dot(product, row, rows, panel, width, prefetch);
    for (int64_t u = 0; u < width; ++u) {
      Value at = b.addIndex(panel, u);
      Value column = b.mulIndex(at, panelRows);
      Value mask = lastPanelMask(column);
      for (int64_t r = 0; r < rows; ++r)
        finish(b.addIndex(row, r), column, mask, [&](Value value) -> Value {
          auto it = tiles.find(value);
          return it == tiles.end() ? Value() : it->second[r * width + u];
        });
    }
  }

  SmallVector<Value> dot(LinearOp product, Value row, int64_t rows, Value panel,
                         int64_t width, bool prefetch) {
    auto weight = cast<PackedType>(product.getWeight().getType());
    auto input = dyn_cast<PackedType>(product.getInput().getType());
    Value x = args.get(product.getInput()), w = args.get(product.getWeight());
    Value groups = b.index(weight.getCols() / getDotGroup(weight));
    SmallVector<Value> zeros(rows * width, b.constant(b.f32s(panelRows), 0));
    return b.loop(
        b.index(0), groups, 1, zeros, [&](Value group, ValueRange accs) {
          auto tile = TileDotOp::create(
              b, accs.getTypes(), accs, x, row, w, panel, group,
              b.getI64IntegerAttr(rows), b.getI64IntegerAttr(width),
              TypeAttr::get(weight), input ? TypeAttr::get(input) : TypeAttr(),
              prefetch ? b.getUnitAttr() : UnitAttr());
          return SmallVector<Value>(tile.getResults());
        });
  }

  /// Lanes that exist, when the last panel is padded.
  Value lastPanelMask(Value column) {
    if (columns % panelRows == 0)
      return {};
    Value left = arith::SubIOp::create(b, b.index(columns), column);
    return vector::CreateMaskOp::create(
        b, VectorType::get(panelRows, b.getI1Type()), left);
  }

  void finish(Value row, Value column, Value mask,
              llvm::function_ref<Value(Value)> tile) {
    Value at[] = {row, column};
    for (auto [value, result] :
         llvm::zip(args.getYield().getValues(), args.results)) {
      auto leaf = [&](Value v) -> Value {
        Value sum = tile(v);
        auto product = v.getDefiningOp<LinearOp>();
        if (!sum || !product.getBias())
          return sum;
        return b.add(sum, b.loadF32s(args.get(product.getBias()), column,
                                     panelRows, mask));
      };
      Value vector =
          evaluateElementwise(b, args, value, at, panelRows, mask, leaf);
      b.storeVector(vector, result, at, mask);
    }
  }

  TileBuilder &b;
  const KernelArgs &args;
  SmallVector<LinearOp> products;
  int64_t columns, panels;
  Value rowCount;
};

} // namespace

void tileProduct(TileBuilder &b, const KernelArgs &args) {
  ProductTiler(b, args).run();
}

} // namespace llmc
