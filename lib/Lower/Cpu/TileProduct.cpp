//===- TileProduct.cpp - matrix products as loops over llm.tile.dot ---------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   for panels in this worker's share               weights stream once
//     for 4 rows at a time
//       for strip of the panels                     an unpacked strip serves 4 rows
//         for block of k: llm.tile.dot              accumulators stay in registers
//         epilogue, store
//     for each row that is left: the same with all strips at once
//===----------------------------------------------------------------------===//
#include "PanelLoads.h"
#include "Tilers.h"

using namespace mlir;
using namespace mlir::llm;

namespace llmc {

namespace {

/// Consecutive strips of output rows: `count` vectors of `lanes`, the first at row
/// `lane` of `panel`.
struct Strips {
  Value panel;
  int64_t lane, count, lanes;
};

class ProductTiler {
public:
  ProductTiler(TileBuilder &b, const KernelArgs &args) : b(b), args(args) {
    KernelOp kernel = args.kernel;
    products = llvm::to_vector(kernel.getBody().front().getOps<LinearOp>());
    schedule = *kernel.getSchedule();
    auto weight = cast<PackedType>(products[0].getWeight().getType());
    columns = weight.getRows();
    panelRows = getPanelRows(weight);
    assert(panelRows % (schedule.getStrips() * schedule.getLanes()) == 0 &&
           "tiles end where panels end");
  }

  void run() {
    int64_t unit = schedule.getPanels(), tileRows = schedule.getRows();
    int64_t lanes = schedule.getLanes(), strips = schedule.getStrips();
    int64_t panels = llvm::divideCeil(columns, panelRows);
    assert(panels % unit == 0 && "the schedule divides the panels");
    Value rowCount = b.dim(args.results[0], 0);
    Value left = b.remIndex(rowCount, tileRows);
    Value full = arith::SubIOp::create(b, rowCount, left);
    auto [begin, end] = b.share(b.index(panels / unit));
    b.loop(begin, end, 1, [&](Value i) {
      Value first = b.mulIndex(i, unit);
      b.loop(b.index(0), full, tileRows, [&](Value row) {
        for (int64_t u = 0; u < unit; ++u)
          for (int64_t lane = 0; lane < panelRows; lane += strips * lanes)
            block(row, tileRows, {b.addIndex(first, u), lane, strips, lanes},
                  /*prefetch=*/false);
      });
      b.loop(full, rowCount, 1, [&](Value row) {
        block(row, 1, {first, 0, unit * panelRows / lanes, lanes},
              /*prefetch=*/true);
      });
    });
  }

private:
  /// `rows` rows x the strips: products over all k, then the epilogue.
  void block(Value row, int64_t rows, Strips strips, bool prefetch) {
    DenseMap<Value, SmallVector<Value>> tiles;
    for (LinearOp product : products)
      tiles[product.getResult()] = dot(product, row, rows, strips, prefetch);
    for (int64_t s = 0; s < strips.count; ++s) {
      Value column = b.addIndex(b.mulIndex(strips.panel, panelRows),
                                strips.lane + s * strips.lanes);
      Value mask = lastPanelMask(column, strips.lanes);
      for (int64_t r = 0; r < rows; ++r) {
        Value at[] = {b.addIndex(row, r), column};
        finish({args, at, strips.lanes, mask}, [&](Value value) -> Value {
          auto it = tiles.find(value);
          return it == tiles.end() ? Value() : it->second[r * strips.count + s];
        });
      }
    }
  }

  SmallVector<Value> dot(LinearOp product, Value row, int64_t rows,
                         Strips strips, bool prefetch) {
    auto weight = cast<PackedType>(product.getWeight().getType());
    auto input = dyn_cast<PackedType>(product.getInput().getType());
    Value x = args.get(product.getInput()), w = args.get(product.getWeight());
    Value blocks = b.index(weight.getCols() / getTileDepth(weight));
    SmallVector<Value> zeros(rows * strips.count,
                             b.constant(b.f32s(strips.lanes), 0));
    return b.loop(
        b.index(0), blocks, 1, zeros, [&](Value block, ValueRange accs) {
          auto tile = TileDotOp::create(
              b, accs.getTypes(), accs, x, row, w, strips.panel, block,
              b.getI64IntegerAttr(rows), b.getI64IntegerAttr(strips.count),
              b.getI64IntegerAttr(strips.lane), TypeAttr::get(weight),
              input ? TypeAttr::get(input) : TypeAttr(),
              prefetch ? b.getUnitAttr() : UnitAttr());
          return SmallVector<Value>(tile.getResults());
        });
  }

  /// Lanes that exist, when the last panel is padded.
  Value lastPanelMask(Value column, int64_t lanes) {
    if (columns % panelRows == 0)
      return {};
    Value left = arith::SubIOp::create(b, b.index(columns), column);
    return vector::CreateMaskOp::create(
        b, VectorType::get(lanes, b.getI1Type()), left);
  }

  void finish(const TilePlace &place, llvm::function_ref<Value(Value)> tile) {
    Value column = place.at.back();
    auto leaf = [&](Value v) -> Value {
      Value sum = tile(v);
      auto product = v.getDefiningOp<LinearOp>();
      if (!sum || !product.getBias())
        return sum;
      return b.add(sum, b.loadF32s(args.get(product.getBias()), column,
                                   place.lanes, place.mask));
    };
    for (auto [value, result] :
         llvm::zip(args.getYield().getValues(), args.results))
      b.storeVector(evaluateElementwise(b, place, value, leaf), result,
                    place.at, place.mask);
  }

  TileBuilder &b;
  const KernelArgs &args;
  ScheduleAttr schedule;
  SmallVector<LinearOp> products;
  int64_t columns, panelRows; // output rows, of the model and of a panel
};

struct TileProduct : CpuTilerOpInterface::ExternalModel<TileProduct, LinearOp> {
  void tile(Operation *, TileBuilder &b, const KernelArgs &args) const {
    ProductTiler(b, args).run();
  }
};

} // namespace

void attachProductTiler(MLIRContext *context) {
  LinearOp::attachInterface<TileProduct>(*context);
}

} // namespace llmc
