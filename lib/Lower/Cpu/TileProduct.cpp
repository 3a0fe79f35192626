//===- TileProduct.cpp - matrix products as loops over llm.tile.dot ---------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   for panels in this worker's share               weights stream once
//     for a tile of rows at a time, then half, then single ones
//       for strips of the panels                    an unpacked strip serves all rows
//         for block of k: llm.tile.dot              accumulators stay in registers
//         epilogue, store                           a single row: all strips at once
//
// One matrix per head is as many products, whose panels lie one behind the other;
// one matrix for all heads takes each head as a row.
//
// Where rows of prompts are bf16 they go another way, in runs of such rows:
//
//   for panels in this worker's share, two at a time
//     for many rows: all products, see BFloat16Product.h
//       epilogue, store
//===----------------------------------------------------------------------===//
#include "BFloat16Product.h"
#include "Ranges.h"
#include "Tilers.h"

using namespace mlir;
using namespace mlir::llm;

namespace llmc {

namespace {

class ProductTiler {
public:
  ProductTiler(TileBuilder &b, const KernelArgs &args) : b(b), args(args) {
    KernelOp kernel = args.kernel;
    products = llvm::to_vector(kernel.getBody().front().getOps<LinearOp>());
    schedule = *kernel.getSchedule();
    LinearOp first = products[0];
    weight = cast<PackedType>(first.getWeight().getType());
    panelRows = getPanelRows(weight);
    ArrayRef<int64_t> shape = getMatrixShape(first.getType());
    heads = shape.size() == 3 ? shape[1] : 0;
    isPerHead = weight.getShape().size() == 3;
    assert(schedule.getPanels() * panelRows %
                   (schedule.getStrips() * schedule.getLanes()) ==
               0 &&
           "tiles end where units of panels end");
  }

  void run() {
    int64_t unit = schedule.getPanels();
    assert(countPanels(weight) % unit == 0 &&
           "the schedule divides the panels");
    int64_t units = countPanels(weight) / unit;
    Value rows = b.dim(args.results[0], 0);
    if (!isPerHead) {
      bind({});
      if (narrowsPrompts())
        return multiplyByPhase();
      return multiplyShare(b.index(0), heads ? b.mulIndex(rows, heads) : rows);
    }
    auto [begin, end] = b.share(b.index(heads * units));
    b.loop(begin, end, 1, [&](Value i) {
      bind(b.divIndex(i, units));
      multiply(b.mulIndex(b.remIndex(i, units), unit), b.index(0), rows);
    });
  }

private:
  /// The operands of each product; `head` is null where all heads have one matrix.
  void bind(Value ofHead) {
    head = ofHead;
    operands.clear();
    for (LinearOp product : products) {
      Value x = args.get(product.getInput());
      if (head)
        x = viewHead(b, x, head);
      else if (heads)
        x = flattenHeads(b, x);
      operands.push_back({x, args.get(product.getWeight()),
                          cast<PackedType>(product.getWeight().getType()),
                          dyn_cast<PackedType>(product.getInput().getType())});
    }
  }

  //===--- prompts ------------------------------------------------------------===//

  bool narrowsPrompts() {
    return llvm::all_of(products, [&](LinearOp op) {
      return op.getBatch() &&
             getIsa(args).narrowsPrompts(getEncoding(op.getInput().getType()));
    });
  }

  void multiplyByPhase() {
    int64_t panels = countPanels(weight) % 2 == 0 ? 2 : 1;
    BFloat16Buffers buffers = BFloat16Product::allocate(b, operands, panels);
    std::vector<BFloat16Product> tiles;
    for (const PanelProduct &operand : operands)
      tiles.emplace_back(b, operand, panels, buffers);
    Ranges(b, args.batch)
        .forEachRun([&](Value isPrompt, Value first, Value end) {
          b.when(isPrompt, [&] { multiplyPrompt(tiles, panels, first, end); });
          b.when(b.negate(isPrompt), [&] { multiplyShare(first, end); });
        });
  }

  /// This worker's panels times the rows [first, end).
  void multiplyPrompt(MutableArrayRef<BFloat16Product> tiles, int64_t panels,
                      Value first, Value end) {
    auto [begin, last] = b.share(b.index(countPanels(weight) / panels));
    b.loop(begin, last, 1, [&](Value unit) {
      Value panel = b.mulIndex(unit, panels);
      b.loop(first, end, BFloat16Product::mostRows, [&](Value row) {
        Value rows =
            arith::MinUIOp::create(b, arith::SubIOp::create(b, end, row),
                                   b.index(BFloat16Product::mostRows));
        for (BFloat16Product &product : tiles)
          product.multiply(row, rows, panel);
        b.loop(b.index(0), rows, 1, [&](Value inTile) {
          for (int64_t index = 0; index < panels; ++index)
            finishSums(tiles, b.addIndex(row, inTile), inTile,
                       b.addIndex(panel, index), index);
        });
      });
    });
  }

  void finishSums(MutableArrayRef<BFloat16Product> tiles, Value row,
                  Value inTile, Value panel, int64_t index) {
    Value column = b.mulIndex(panel, panelRows);
    Value mask = maskColumns(b, weight, column, panelRows);
    SmallVector<Value> at = place(row, column);
    finish({args, at, panelRows, mask}, [&](Value value) -> Value {
      auto product = value.getDefiningOp<LinearOp>();
      if (!product)
        return {};
      size_t number = llvm::find(products, product) - products.begin();
      return tiles[number].loadSums(inTile, index);
    });
  }

  //===--- rows of f32 and of codes -------------------------------------------===//

  /// This worker's panels times the rows [firstRow, endRow).
  void multiplyShare(Value firstRow, Value endRow) {
    int64_t unit = schedule.getPanels();
    auto [begin, end] = b.share(b.index(countPanels(weight) / unit));
    b.loop(begin, end, 1,
           [&](Value i) { multiply(b.mulIndex(i, unit), firstRow, endRow); });
  }

  /// The rows [firstRow, endRow) times the panels of one unit.
  void multiply(Value first, Value firstRow, Value endRow) {
    int64_t lanes = schedule.getLanes(), strips = schedule.getStrips();
    int64_t unitRows = schedule.getPanels() * panelRows;
    Value done = firstRow;
    for (int64_t tileRows : getTiles()) {
      Value left = arith::SubIOp::create(b, endRow, done);
      Value end =
          b.addIndex(done, b.mulIndex(b.divIndex(left, tileRows), tileRows));
      b.loop(done, end, tileRows, [&](Value row) {
        for (int64_t at = 0; at < unitRows; at += strips * lanes)
          block(row, tileRows,
                {b.addIndex(first, at / panelRows), at % panelRows, strips,
                 lanes},
                /*prefetch=*/true);
      });
      done = end;
    }
    b.loop(done, endRow, 1, [&](Value row) {
      block(row, 1, {first, 0, unitRows / lanes, lanes}, /*prefetch=*/true);
    });
  }

  /// Rows of the tiles, the largest first. What is left of the largest is worth a
  /// smaller one; the sums of all products are in registers at once.
  SmallVector<int64_t> getTiles() {
    constexpr int64_t least = 4;
    SmallVector<int64_t> tiles = {schedule.getRows()};
    while (tiles.back() >= 2 * least)
      tiles.push_back(tiles.back() / 2);
    if (products.size() > 1 && tiles.size() > 1)
      tiles.erase(tiles.begin());
    return tiles;
  }

  /// `rows` rows x the strips: products over all k, then the epilogue.
  void block(Value row, int64_t rows, Strips strips, bool prefetch) {
    Strips inWeight = strips;
    if (head)
      inWeight.panel =
          b.addIndex(b.mulIndex(head, countPanels(weight)), strips.panel);
    DenseMap<Value, SmallVector<Value>> tiles;
    for (auto [product, operand] : llvm::zip(products, operands))
      tiles[product.getResult()] =
          operand.dot(b, row, rows, inWeight, prefetch);
    for (int64_t s = 0; s < strips.count; ++s) {
      Value column = b.addIndex(b.mulIndex(strips.panel, panelRows),
                                strips.lane + s * strips.lanes);
      Value mask = maskColumns(b, weight, column, strips.lanes);
      for (int64_t r = 0; r < rows; ++r) {
        SmallVector<Value> at = place(b.addIndex(row, r), column);
        finish({args, at, strips.lanes, mask}, [&](Value value) -> Value {
          auto it = tiles.find(value);
          return it == tiles.end() ? Value() : it->second[r * strips.count + s];
        });
      }
    }
  }

  /// Where a result lies: a row of the product is a row, or a head of one.
  SmallVector<Value> place(Value row, Value column) {
    if (head)
      return {row, head, column};
    if (heads)
      return {b.divIndex(row, heads), b.remIndex(row, heads), column};
    return {row, column};
  }

  void finish(const TilePlace &place, llvm::function_ref<Value(Value)> tile) {
    storeYields(b, place, [&](Value v) -> Value {
      Value sum = tile(v);
      auto product = v.getDefiningOp<LinearOp>();
      if (!sum || !product.getBias())
        return sum;
      return b.add(sum, b.loadF32s(args.get(product.getBias()), place.at.back(),
                                   place.lanes, place.mask));
    });
  }

  TileBuilder &b;
  const KernelArgs &args;
  ScheduleAttr schedule;
  SmallVector<LinearOp> products;
  SmallVector<PanelProduct> operands; // of each product
  PackedType weight;
  int64_t heads;     // of a row; 0 where it has none
  int64_t panelRows; // output rows of a panel
  bool isPerHead;    // one matrix for each
  Value head;        // of one matrix per head, the one that is multiplied
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
