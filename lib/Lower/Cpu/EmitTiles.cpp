//===- EmitTiles.cpp - tile ops become instructions -------------------------===//
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
        rows(op.getRows()), strips(op.getStrips()), lanes(op.getLanes()),
        sums(op.getAccs()) {}

  void run() {
    if (op.getPrefetch())
      prefetch();
    auto grid = weight.getEncoding().getAffineGrid();
    for (int64_t s = 0; s < strips; ++s) {
      int64_t first = op.getLane() + s * lanes; // row after the panel's first
      Strip strip{s, b.addIndex(op.getPanel(), first / panelRows),
                  first % panelRows};
      if (grid && op.getInputType())
        dotIntegers(*grid, strip);
      else if (grid)
        dotDequantised(*grid, strip);
      else
        dotFloats(strip);
    }
    op.replaceAllUsesWith(sums);
    op.erase();
  }

private:
  /// Output rows `lane` .. `lane` + lanes of a panel; their sums are sums[index].
  struct Strip {
    int64_t index;
    Value panel;
    int64_t lane;
  };

  Value &sum(int64_t row, const Strip &strip) {
    return sums[row * strips + strip.index];
  }

  /// The same group of the panels that follow: the hardware does not follow two
  /// streams that end every few kilobytes.
  void prefetch() {
    auto type = cast<MemRefType>(op.getW().getType());
    int64_t group = getDotGroup(weight);
    bool grid = type.getElementType().isInteger(8);
    int64_t elements = grid ? type.getDimSize(2) : group * panelRows;
    int64_t line = 64 / (type.getElementTypeBitWidth() / 8);
    int64_t panels = llvm::divideCeil(strips * lanes, panelRows);
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

  /// The strip's f16 numbers at the head of a group: scales, then minimums.
  Value loadHead(const Strip &strip, int64_t which) {
    int64_t byte = 2 * (which * panelRows + strip.lane);
    Value at[] = {strip.panel, op.getGroup(), b.index(byte)};
    Value halves =
        b.loadBytesAs(op.getW(), at, VectorType::get(lanes, b.getF16Type()));
    return arith::ExtFOp::create(b, b.f32s(lanes), halves);
  }

  /// Unsigned codes of the k = 4j .. 4j+3 of each row: 4 bytes per row. Vector j
  /// of a panel holds them, or half of vector j/2 does.
  Value loadCodes(AffineGrid grid, const Strip &strip, int64_t j) {
    int64_t head = panelRows * (grid.hasMin ? 4 : 2);
    int64_t vector = grid.bits == 8 ? j : j / 2;
    int64_t byte = head + 4 * (panelRows * vector + strip.lane);
    Value at[] = {strip.panel, op.getGroup(), b.index(byte)};
    if (grid.bits == 8)
      return b.loadBytesAs(op.getW(), at, b.bytes(4 * lanes));
    Value pairs = b.loadBytesAs(op.getW(), at, b.i32s(lanes));
    if (j % 2)
      pairs = arith::ShRUIOp::create(b, pairs, b.constant(b.i32s(lanes), 4));
    Value low = b.constant(b.i32s(lanes), 0x0F0F0F0F);
    return vector::BitCastOp::create(b, b.bytes(4 * lanes),
                                     arith::AndIOp::create(b, pairs, low));
  }

  void dotIntegers(AffineGrid grid, const Strip &strip) {
    int64_t columns = weight.getCols(), groups = columns / gridGroup;
    Value first = b.mulIndex(op.getGroup(), gridGroup),
          quarter = b.mulIndex(op.getGroup(), 4);
    auto loadX = [&](int64_t r, Value at, int64_t offset, Type type) {
      Value place[] = {b.addIndex(op.getRow(), r), b.addIndex(at, offset)};
      return b.loadBytesAs(op.getX(), place, type);
    };
    auto total = [&](int64_t r) {
      return loadX(r, quarter, columns + 4 * groups, b.getI32Type());
    };
    SmallVector<Value> products =
        isa.dot(b, {rows, lanes, grid.bits, grid.zero, gridGroup / 4,
                    [&](int64_t j) { return loadCodes(grid, strip, j); },
                    [&](int64_t r, int64_t j) {
                      return loadX(r, first, 4 * j, b.getI32Type());
                    },
                    [&](int64_t r) -> Value {
                      return arith::MulIOp::create(
                          b, total(r), b.constant(b.getI32Type(), -grid.zero));
                    }});
    Value scale = loadHead(strip, 0);
    Value min = grid.hasMin ? loadHead(strip, 1) : Value();
    for (int64_t r = 0; r < rows; ++r) {
      Value rowScale = loadX(r, quarter, columns, b.getF32Type());
      Value exact = arith::SIToFPOp::create(b, b.f32s(lanes), products[r]);
      Value both = b.mul(scale, b.broadcast(rowScale, lanes));
      sum(r, strip) = b.fma(exact, both, sum(r, strip));
      if (!min)
        continue;
      Value rowSum =
          b.mul(rowScale, arith::SIToFPOp::create(b, b.getF32Type(), total(r)));
      sum(r, strip) = b.fma(min, b.broadcast(rowSum, lanes), sum(r, strip));
    }
  }

  void dotDequantised(AffineGrid grid, const Strip &strip) {
    Value scale = loadHead(strip, 0);
    Value min = grid.hasMin ? loadHead(strip, 1) : Value();
    Value first = b.mulIndex(op.getGroup(), gridGroup);
    for (int64_t k = 0; k < gridGroup; ++k) {
      Value word = vector::BitCastOp::create(b, b.i32s(lanes),
                                             loadCodes(grid, strip, k / 4));
      if (k % 4)
        word = arith::ShRUIOp::create(b, word,
                                      b.constant(word.getType(), 8 * (k % 4)));
      word = arith::AndIOp::create(b, word, b.constant(word.getType(), 255));
      if (grid.zero)
        word = arith::SubIOp::create(b, word,
                                     b.constant(word.getType(), grid.zero));
      Value value =
          b.mul(arith::SIToFPOp::create(b, b.f32s(lanes), word), scale);
      if (min)
        value = b.add(value, min);
      addProducts(value, b.addIndex(first, k), strip);
    }
  }

  //===--- floats -------------------------------------------------------------===//

  void dotFloats(const Strip &strip) {
    int64_t group = getDotGroup(weight);
    Value first = b.mulIndex(op.getGroup(), group);
    for (int64_t i = 0; i < group; ++i) {
      Value k = b.addIndex(first, i);
      Value at[] = {strip.panel, k, b.index(strip.lane)};
      addProducts(b.loadF32s(op.getW(), at, lanes), k, strip);
    }
  }

  /// sums of the strip += weights[k] * x[., k]
  void addProducts(Value weights, Value k, const Strip &strip) {
    for (int64_t r = 0; r < rows; ++r) {
      Value x = b.load(op.getX(), {b.addIndex(op.getRow(), r), k});
      sum(r, strip) = b.fma(weights, b.broadcast(x, lanes), sum(r, strip));
    }
  }

  TileBuilder &b;
  const Isa &isa;
  TileDotOp op;
  PackedType weight;
  int64_t rows, strips, lanes;
  SmallVector<Value> sums;
};

struct EmitTiles : impl::EmitTilesBase<EmitTiles> {
  void runOnOperation() override {
    for (auto function : getOperation().getOps<func::FuncOp>()) {
      TargetAttr target = getTarget(function);
      const Isa *isa = target ? findIsa(target.getIsa()) : nullptr;
      if (isa) {
        emit(function, *isa);
        continue;
      }
      function.emitError("llm-emit-tiles: needs a target of a known "
                         "instruction set: run llm-clone-targets first");
      return signalPassFailure();
    }
  }

  void emit(func::FuncOp function, const Isa &isa) {
    OpBuilder builder(function);
    function->setAttr("target_cpu", builder.getStringAttr("x86-64"));
    function->setAttr("target_features", LLVM::TargetFeaturesAttr::get(
                                             &getContext(), isa.getFeatures()));
    function.walk([&](TileDotOp op) {
      TileBuilder b(op.getLoc(), &getContext());
      b.setInsertionPoint(op);
      DotEmitter(b, isa, op).run();
    });
  }
};

} // namespace
} // namespace llmc
