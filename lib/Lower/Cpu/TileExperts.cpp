//===- TileExperts.cpp - products with chosen matrices, and their sum -------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   for panel, (row, choice) in this worker's share   every worker has a part of
//     expert of the choice                            one generated row
//     for block of k: llm.tile.dot of one row         its panel stays in the cache
//     epilogue, store                                 while rows choose it again
//===----------------------------------------------------------------------===//
#include "PanelLoads.h"
#include "PanelProduct.h"
#include "Tilers.h"

using namespace mlir;
using namespace mlir::llm;

namespace llmc {

namespace {

class ExpertTiler {
public:
  ExpertTiler(TileBuilder &b, const KernelArgs &args) : b(b), args(args) {
    KernelOp kernel = args.kernel;
    products =
        llvm::to_vector(kernel.getBody().front().getOps<ExpertLinearOp>());
    ExpertLinearOp first = products[0];
    weight = cast<PackedType>(first.getWeight().getType());
    lanes = kernel.getSchedule()->getLanes();
    choices = getMatrixShape(first.getType())[1];
    isPerChoice = getMatrixShape(first.getInput().getType()).size() == 3;
    indices = args.get(first.getIndices());
    for (ExpertLinearOp product : products) {
      Value x = args.get(product.getInput());
      operands.push_back(
          {isPerChoice ? flattenHeads(b, x) : x, args.get(product.getWeight()),
           cast<PackedType>(product.getWeight().getType()), PackedType()});
    }
  }

  void run() {
    Value perPanel = b.mulIndex(b.dim(args.results[0], 0), choices);
    auto [begin, end] = b.share(b.mulIndex(perPanel, countPanels(weight)));
    b.loop(begin, end, 1, [&](Value item) {
      Value panel = arith::DivUIOp::create(b, item, perPanel);
      multiply(panel, arith::RemUIOp::create(b, item, perPanel));
    });
  }

private:
  /// One panel of the matrix that choice `chosen` of all rows names.
  void multiply(Value panel, Value chosen) {
    Value row = b.divIndex(chosen, choices);
    Value choice = b.remIndex(chosen, choices);
    Value expert = b.toIndex(b.load(indices, {row, choice}));
    Value inWeight = b.addIndex(b.mulIndex(expert, countPanels(weight)), panel);
    int64_t panelRows = getPanelRows(weight), strips = panelRows / lanes;
    DenseMap<Value, SmallVector<Value>> tiles;
    for (auto [product, operand] : llvm::zip(products, operands))
      tiles[product.getResult()] =
          operand.dot(b, isPerChoice ? chosen : row, 1,
                      {inWeight, 0, strips, lanes}, /*prefetch=*/true);
    for (int64_t s = 0; s < strips; ++s) {
      Value column = b.addIndex(b.mulIndex(panel, panelRows), s * lanes);
      Value at[] = {row, choice, column};
      TilePlace place{args, at, lanes, maskColumns(b, weight, column, lanes)};
      storeYields(b, place, [&](Value v) -> Value {
        auto it = tiles.find(v);
        return it == tiles.end() ? Value()
                                 : addBias(v, it->second[s], expert, place);
      });
    }
  }

  Value addBias(Value product, Value sum, Value expert,
                const TilePlace &place) {
    Value bias = product.getDefiningOp<ExpertLinearOp>().getBias();
    if (!bias)
      return sum;
    Value at[] = {expert, place.at.back()};
    return b.add(sum, b.loadF32s(args.get(bias), at, place.lanes, place.mask));
  }

  TileBuilder &b;
  const KernelArgs &args;
  SmallVector<ExpertLinearOp> products;
  SmallVector<PanelProduct> operands; // of each product
  PackedType weight;
  Value indices;
  int64_t lanes, choices;
  bool isPerChoice; // each choice has a row of its own
};

/// Weights times results of the experts, a few columns of a row at a time.
void tileCombine(TileBuilder &b, const KernelArgs &args, CombineOp combine) {
  Value input = args.get(combine.getInput());
  Value weights = args.get(combine.getWeights());
  int64_t choices = getMatrixShape(combine.getInput().getType())[1];
  int64_t columns = getMatrixShape(combine.getType())[1];
  int64_t lanes = getLanes(columns), tiles = columns / lanes;
  auto [begin, end] = b.share(b.mulIndex(b.dim(input, 0), tiles));
  b.loop(begin, end, 1, [&](Value item) {
    Value row = b.divIndex(item, tiles);
    Value column = b.mulIndex(b.remIndex(item, tiles), lanes);
    Value sum = b.constant(b.f32s(lanes), 0);
    for (int64_t j = 0; j < choices; ++j) {
      Value weight = b.load(weights, {row, b.index(j)});
      Value x = b.loadF32s(input, {row, b.index(j), column}, lanes);
      sum = b.fma(b.broadcast(weight, lanes), x, sum);
    }
    Value at[] = {row, column};
    storeYields(b, {args, at, lanes, {}}, [&](Value v) -> Value {
      return v.getDefiningOp<CombineOp>() ? sum : Value();
    });
  });
}

struct TileExperts
    : CpuTilerOpInterface::ExternalModel<TileExperts, ExpertLinearOp> {
  void tile(Operation *, TileBuilder &b, const KernelArgs &args) const {
    ExpertTiler(b, args).run();
  }
};
struct TileCombine
    : CpuTilerOpInterface::ExternalModel<TileCombine, CombineOp> {
  void tile(Operation *op, TileBuilder &b, const KernelArgs &args) const {
    tileCombine(b, args, cast<CombineOp>(op));
  }
};

} // namespace

void attachExpertTilers(MLIRContext *context) {
  ExpertLinearOp::attachInterface<TileExperts>(*context);
  CombineOp::attachInterface<TileCombine>(*context);
}

} // namespace llmc
