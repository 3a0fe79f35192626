//===- EmitTiles.cpp - every function exists once per instruction set -------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Emitters of llm.tile.dot by kind of operands:
//   int8 rows x integer grid    integer dot per group of 32, then one fma per scale
//   f32 rows x integer grid     weights are dequantised in registers, once for all rows
//   f32 rows x floats           weights are widened, once for all rows
//===----------------------------------------------------------------------===//
#include "Isa.h"

#include "llmc/Lower/Passes.h"

namespace llmc {
#define GEN_PASS_DEF_EMITTILES
#include "llmc/Lower/Passes.h.inc"

using namespace mlir;
using namespace mlir::llm;

namespace {

class DotEmitter {
public:
  DotEmitter(TileBuilder &b, const Isa &isa, TileDotOp op)
      : b(b), isa(isa), op(op), weight(cast<PackedType>(op.getWeightType())),
        rows(op.getRows()), panels(op.getPanels()), sums(op.getAccs()) {}

  void run() {
    if (op.getPrefetch())
      prefetch();
    auto grid = weight.getEncoding().getAffineGrid();
    for (int64_t u = 0; u < panels; ++u) {
      Value panel = b.addIndex(op.getPanel(), u);
      if (grid && op.getInputType())
        dotIntegers(*grid, panel, u);
      else if (grid)
        dotDequantised(*grid, panel, u);
      else
        dotFloats(panel, u);
    }
    op.replaceAllUsesWith(sums);
    op.erase();
  }

private:
  Value &sum(int64_t row, int64_t panel) { return sums[row * panels + panel]; }

  /// The same group of the next panels: the hardware does not follow two streams
  /// that end every few kilobytes.
  void prefetch() {
    auto type = cast<MemRefType>(op.getW().getType());
    int64_t group = getDotGroup(weight);
    bool grid = type.getElementType().isInteger(8);
    int64_t elements = grid ? type.getDimSize(2) : group * panelRows;
    int64_t line = 64 / (type.getElementTypeBitWidth() / 8);
    for (int64_t u = 0; u < panels; ++u) {
      Value panel = b.addIndex(op.getPanel(), panels + u);
      for (int64_t at = 0; at < elements; at += line) {
        SmallVector<Value> place = {panel};
        if (grid)
          place.append({op.getGroup(), b.index(at)});
        else
          place.append(
              {b.addIndex(b.mulIndex(op.getGroup(), group), at / panelRows),
               b.index(0)});
        memref::PrefetchOp::create(b, op.getW(), place, /*isWrite=*/false,
                                   /*localityHint=*/3,
                                   /*isDataCache=*/true);
      }
    }
  }

  //===--- integer grids ----------------------------------------------------===//

  /// 16 f16 numbers at the head of a group: scales, then minimums.
  Value loadHead(Value panel, int64_t which) {
    Value at[] = {panel, op.getGroup(), b.index(which * 2 * panelRows)};
    Value halves = b.loadBytesAs(op.getW(), at,
                                 VectorType::get(panelRows, b.getF16Type()));
    return arith::ExtFOp::create(b, b.f32s(panelRows), halves);
  }

  /// 8 vectors of 64 unsigned codes; vector j holds k = 4j .. 4j+3 of each row.
  SmallVector<Value> loadCodes(AffineGrid grid, Value panel) {
    int64_t head = panelRows * (grid.hasMin ? 4 : 2);
    SmallVector<Value> codes;
    for (int64_t at = 0; at < panelRows * gridGroup * grid.bits / 8; at += 64) {
      Value place[] = {panel, op.getGroup(), b.index(head + at)};
      if (grid.bits == 8) {
        codes.push_back(b.loadBytesAs(op.getW(), place, b.bytes(64)));
        continue;
      }
      Value pairs = b.loadBytesAs(op.getW(), place, b.i32s(16));
      Value low = b.constant(b.i32s(16), 0x0F0F0F0F);
      Value shifted =
          arith::ShRUIOp::create(b, pairs, b.constant(b.i32s(16), 4));
      for (Value nibbles : {pairs, shifted})
        codes.push_back(vector::BitCastOp::create(
            b, b.bytes(64), arith::AndIOp::create(b, nibbles, low)));
    }
    return codes;
  }

  void dotIntegers(AffineGrid grid, Value panel, int64_t u) {
    int64_t columns = weight.getCols(), groups = columns / gridGroup;
    Value scale = loadHead(panel, 0);
    Value min = grid.hasMin ? loadHead(panel, 1) : Value();
    SmallVector<Value> codes = loadCodes(grid, panel);
    Value first = b.mulIndex(op.getGroup(), gridGroup),
          quarter = b.mulIndex(op.getGroup(), 4);
    for (int64_t r = 0; r < rows; ++r) {
      Value row = b.addIndex(op.getRow(), r);
      SmallVector<Value> words;
      for (int64_t j = 0; j < 8; ++j)
        words.push_back(b.loadBytesAs(
            op.getX(), {row, b.addIndex(first, 4 * j)}, b.getI32Type()));
      Value rowScale = b.loadBytesAs(
          op.getX(), {row, b.addIndex(quarter, columns)}, b.getF32Type());
      Value total = b.loadBytesAs(
          op.getX(), {row, b.addIndex(quarter, columns + 4 * groups)},
          b.getI32Type());
      Value correction;
      if (grid.zero)
        correction = arith::MulIOp::create(
            b, total, b.constant(b.getI32Type(), -grid.zero));
      Value products = isa.dot(b, grid, codes, words, correction);
      Value exact = arith::SIToFPOp::create(b, b.f32s(panelRows), products);
      Value both = b.mul(scale, b.broadcast(rowScale, panelRows));
      sum(r, u) = b.fma(exact, both, sum(r, u));
      if (!min)
        continue;
      Value rowSum =
          b.mul(rowScale, arith::SIToFPOp::create(b, b.getF32Type(), total));
      sum(r, u) = b.fma(min, b.broadcast(rowSum, panelRows), sum(r, u));
    }
  }

  void dotDequantised(AffineGrid grid, Value panel, int64_t u) {
    Value scale = loadHead(panel, 0);
    Value min = grid.hasMin ? loadHead(panel, 1) : Value();
    SmallVector<Value> codes = loadCodes(grid, panel);
    Value first = b.mulIndex(op.getGroup(), gridGroup);
    for (int64_t k = 0; k < gridGroup; ++k) {
      Value word =
          vector::BitCastOp::create(b, b.i32s(panelRows), codes[k / 4]);
      if (k % 4)
        word = arith::ShRUIOp::create(b, word,
                                      b.constant(word.getType(), 8 * (k % 4)));
      word = arith::AndIOp::create(b, word, b.constant(word.getType(), 255));
      if (grid.zero)
        word = arith::SubIOp::create(b, word,
                                     b.constant(word.getType(), grid.zero));
      Value value =
          b.mul(arith::SIToFPOp::create(b, b.f32s(panelRows), word), scale);
      if (min)
        value = b.add(value, min);
      addProducts(value, b.addIndex(first, k), u);
    }
  }

  //===--- floats -------------------------------------------------------------===//

  void dotFloats(Value panel, int64_t u) {
    int64_t group = getDotGroup(weight);
    Value first = b.mulIndex(op.getGroup(), group);
    for (int64_t i = 0; i < group; ++i) {
      Value k = b.addIndex(first, i);
      addProducts(b.loadF32s(op.getW(), {panel, k, b.index(0)}, panelRows), k,
                  u);
    }
  }

  /// sums of panel u += weights[k] * x[., k]
  void addProducts(Value weights, Value k, int64_t u) {
    for (int64_t r = 0; r < rows; ++r) {
      Value x = b.load(op.getX(), {b.addIndex(op.getRow(), r), k});
      sum(r, u) = b.fma(weights, b.broadcast(x, panelRows), sum(r, u));
    }
  }

  TileBuilder &b;
  const Isa &isa;
  TileDotOp op;
  PackedType weight;
  int64_t rows, panels;
  SmallVector<Value> sums;
};

struct EmitTiles : impl::EmitTilesBase<EmitTiles> {
  using Base::Base;

  void runOnOperation() override {
    SmallVector<func::FuncOp> originals =
        llvm::to_vector(getOperation().getOps<func::FuncOp>());
    if (isas.empty())
      for (const Isa *isa : getIsas())
        isas.push_back(isa->getName().str());
    for (const std::string &name : isas) {
      auto it = llvm::find_if(
          getIsas(), [&](const Isa *isa) { return isa->getName() == name; });
      if (it == getIsas().end()) {
        getOperation().emitError("llm-emit-tiles: unknown instruction set '")
            << name << "'";
        return signalPassFailure();
      }
      for (func::FuncOp function : originals)
        emit(function, **it);
    }
    for (func::FuncOp function : originals)
      function.erase();
  }

  void emit(func::FuncOp original, const Isa &isa) {
    OpBuilder builder(original);
    auto function = cast<func::FuncOp>(builder.clone(*original));
    std::string suffix = ("." + isa.getName()).str();
    function.setName((original.getName() + suffix).str());
    function->setAttr("target_cpu", builder.getStringAttr("x86-64"));
    function->setAttr("target_features", LLVM::TargetFeaturesAttr::get(
                                             &getContext(), isa.getFeatures()));
    function.walk([&](func::CallOp call) {
      call.setCallee((call.getCallee() + suffix).str());
    });
    function.walk([&](TileDotOp op) {
      TileBuilder b(op.getLoc(), &getContext());
      b.setInsertionPoint(op);
      DotEmitter(b, isa, op).run();
    });
  }
};

} // namespace
} // namespace llmc
