//===- DeviceMatrices.cpp - rows times one of many matrices -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One matrix per head, or the matrix of the expert that a row has chosen; a row of heads times
// one matrix is as many rows.
//
//   block = a panel of a matrix x a row that has chosen it, or 4 rows of a head
//     thread = an output row of the panel x a slice of k
//       for block of k in the slice: llm.tile.dot
//     slices add up through shared memory, in order
//     epilogue, store
//
// Blocks of one panel are neighbours: rows that chose alike find it in L2.
//===----------------------------------------------------------------------===//
#include "DeviceProduct.h"
#include "Threads.h"

#include "../Cpu/PanelLoads.h"
#include "../Cpu/PanelProduct.h"

using namespace mlir;
using namespace mlir::llm;

namespace llmc {

namespace {

constexpr int64_t tileRows = 4;

/// What the products of a kernel have alike, and how its rows meet matrices.
struct Matrices {
  explicit Matrices(KernelOp kernel) {
    for (Operation &op : kernel.getBody().front()) {
      if (auto product = dyn_cast<LinearOp>(op))
        add(product);
      if (auto product = dyn_cast<ExpertLinearOp>(op)) {
        indices = product.getIndices();
        add(product);
      }
    }
  }

  bool isEmpty() const { return products.empty(); }
  bool hasExperts() const { return indices != nullptr; }
  /// Of a head a matrix of its own.
  bool isPerHead() const {
    return !hasExperts() && weight.getShape().size() == 3;
  }
  /// Heads or choices of a row.
  int64_t getParts() const { return shape[1]; }

  struct Product {
    Value result, input, weight, bias;
  };
  SmallVector<Product> products;
  ArrayRef<int64_t> shape; // of results: rows, parts, columns
  PackedType weight;       // of the first
  Value indices;           // of experts; null of heads

private:
  template <typename Op> void add(Op product) {
    if (products.empty()) {
      shape = getMatrixShape(product.getType());
      weight = cast<PackedType>(product.getWeight().getType());
    }
    products.push_back({product.getResult(), product.getInput(),
                        product.getWeight(), product.getBias()});
  }
};

class MatrixTiler {
public:
  MatrixTiler(TileBuilder &b, const KernelArgs &args)
      : b(b), args(args), kernel(args.kernel),
        sums(b, static_cast<int64_t>(kernel.products.size()),
             kernel.hasExperts() ? 1 : tileRows, getPanelRows(kernel.weight)) {}

  void run() {
    rows = b.dim(args.results[0], 0);
    if (kernel.hasExperts())
      return multiplyChosen();
    Value count = rows;
    if (!kernel.isPerHead())
      count = b.mulIndex(rows, kernel.getParts());
    Value tiles = b.divIndex(b.addIndex(count, tileRows - 1), tileRows);
    panel = arith::DivUIOp::create(b, b.worker, tiles);
    Value first =
        b.mulIndex(arith::RemUIOp::create(b, b.worker, tiles), tileRows);
    matrix = b.index(0);
    if (kernel.isPerHead()) {
      matrix = b.divIndex(panel, countPanels(kernel.weight));
      panel = b.remIndex(panel, countPanels(kernel.weight));
    }
    multiplyTile(first, count);
  }

private:
  void multiplyChosen() {
    Value count = b.mulIndex(rows, kernel.getParts());
    panel = arith::DivUIOp::create(b, b.worker, count);
    Value chosen = arith::RemUIOp::create(b, b.worker, count);
    SmallVector<Value> choice = {b.divIndex(chosen, kernel.getParts()),
                                 b.remIndex(chosen, kernel.getParts())};
    matrix = b.toIndex(b.load(args.get(kernel.indices), choice));
    multiply(chosen, 1);
  }

  void multiplyTile(Value first, Value count) {
    Value isFull = b.compare(arith::CmpIPredicate::ule,
                             b.addIndex(first, tileRows), count);
    b.when(isFull, [&] { multiply(first, tileRows); });
    b.when(b.negate(isFull), [&] {
      b.loop(first, count, 1, [&](Value row) { multiply(row, 1); });
    });
  }

  /// Rows of a product, of which a row of the step may have several.
  PanelProduct getOperand(const Matrices::Product &product, Value &row) {
    Value x = args.get(product.input);
    if (kernel.isPerHead())
      x = viewHead(b, x, matrix);
    else if (cast<MemRefType>(x.getType()).getRank() == 3)
      x = flattenHeads(b, x);
    else // all choices of a row have it
      row = b.divIndex(row, kernel.getParts());
    return {x, args.get(product.weight),
            cast<PackedType>(product.weight.getType()),
            dyn_cast<PackedType>(product.input.getType())};
  }

  void multiply(Value row, int64_t count) {
    Value inWeight =
        b.addIndex(b.mulIndex(matrix, countPanels(kernel.weight)), panel);
    for (auto [p, product] : llvm::enumerate(kernel.products)) {
      Value ofProduct = row;
      PanelProduct operand = getOperand(product, ofProduct);
      sums.multiply(static_cast<int64_t>(p), operand, ofProduct, count,
                    inWeight);
    }
    b.meetThreads();
    // So many threads have a result each.
    Value column = b.addIndex(b.mulIndex(panel, sums.lanes), sums.lane);
    Value exists =
        b.both(b.compare(arith::CmpIPredicate::ult, sums.slice, b.index(count)),
               b.compare(arith::CmpIPredicate::ult, column,
                         b.index(kernel.weight.getRows())));
    b.when(exists, [&] { finish(b.addIndex(row, sums.slice), column); });
    b.meetThreads(); // before the next rows
  }

  void finish(Value row, Value column) {
    SmallVector<Value> at = {row, matrix, column};
    if (!kernel.isPerHead())
      at = {b.divIndex(row, kernel.getParts()),
            b.remIndex(row, kernel.getParts()), column};
    DenseMap<Value, Value> results;
    for (auto [p, product] : llvm::enumerate(kernel.products)) {
      Value sum = b.broadcast(sums.get(static_cast<int64_t>(p)), 1);
      SmallVector<Value> place = {column};
      if (kernel.hasExperts())
        place = {matrix, column};
      if (product.bias)
        sum = b.add(sum, b.loadF32s(args.get(product.bias), place, 1));
      results[product.result] = sum;
    }
    storeYields(b, {args, at, /*lanes=*/1, /*mask=*/{}},
                [&](Value value) { return results.lookup(value); });
  }

  TileBuilder &b;
  const KernelArgs &args;
  Matrices kernel;
  SliceSums sums;
  Value rows;
  Value panel, matrix; // of this block
};

} // namespace

std::optional<DeviceTiler> getDeviceMatrices(KernelOp kernel) {
  Matrices matrices(kernel);
  if (matrices.isEmpty() || matrices.shape.size() != 3 ||
      (!matrices.hasExperts() && DeviceProduct::hasPrompts(kernel)))
    return std::nullopt;
  return DeviceTiler{
      DeviceProduct::threads, /*blocksWork=*/true,
      [=](TileBuilder &b, const LaunchCounts &counts) {
        int64_t panels = countPanels(matrices.weight);
        if (matrices.hasExperts())
          return b.mulIndex(counts.rows, matrices.getParts() * panels);
        int64_t units = matrices.isPerHead() ? matrices.getParts() : 1;
        Value ofUnit = b.mulIndex(counts.rows, matrices.getParts() / units);
        Value tiles = b.divIndex(b.addIndex(ofUnit, tileRows - 1), tileRows);
        return b.mulIndex(tiles, units * panels);
      },
      [](TileBuilder &b, const KernelArgs &args) {
        MatrixTiler(b, args).run();
      }};
}

} // namespace llmc
