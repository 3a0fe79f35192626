//===- RowsToGenerics.cpp - llm ops on rows as linalg.generic -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "RowsToGenerics.h"
#include "../Cpu/Tilers.h"
#include "dialects/llm/LLMRotation.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace mlir::llm;

namespace llmc {

using linalg::GenericOp;

namespace {

using Body = llvm::function_ref<Value(TileBuilder &, ValueRange)>;

/// Builds generics whose bodies compute in f32.
class GenericBuilder {
public:
  GenericBuilder(PatternRewriter &rewriter, Location loc)
      : rewriter(rewriter), b(loc, rewriter) {}

  /// Of the sizes of `like`, but `last` in the end (-1: as `like` has it).
  Value empty(Value like, Type element, int64_t last = -1) {
    SmallVector<OpFoldResult> sizes =
        tensor::getMixedSizes(b, b.getLoc(), like);
    if (last >= 0)
      sizes.back() = b.getIndexAttr(last);
    return tensor::EmptyOp::create(b, sizes, element);
  }

  /// `element(inputs...)` in every place of `like`'s result.
  Value map(ValueRange inputs, ArrayRef<AffineMap> maps, Value empty,
            Body element) {
    int64_t rank = maps.back().getNumDims();
    SmallVector<utils::IteratorType> loops(rank, utils::IteratorType::parallel);
    return generic(inputs, maps, empty, loops,
                   [&](TileBuilder &in, ValueRange values) {
                     return element(in, values.drop_back());
                   });
  }

  /// Sums of `element(inputs...)`, from zero; the loops of `sums` are the first.
  Value sum(ValueRange inputs, ArrayRef<AffineMap> maps, Value empty,
            ArrayRef<utils::IteratorType> loops, Body element) {
    Value zero = arith::ConstantOp::create(b, b.getF32FloatAttr(0));
    Value start = linalg::FillOp::create(b, zero, empty).getResult(0);
    return generic(
        inputs, maps, start, loops, [&](TileBuilder &in, ValueRange values) {
          return in.add(values.back(), element(in, values.drop_back()));
        });
  }

  AffineMap identity(int64_t rank) {
    return rewriter.getMultiDimIdentityMap(rank);
  }
  /// The first or the last dimensions of `rank` loops.
  AffineMap first(int64_t rank, int64_t count) {
    return identity(rank).getMajorSubMap(count);
  }
  AffineMap last(int64_t rank, int64_t count) {
    return identity(rank).getMinorSubMap(count);
  }

private:
  Value generic(ValueRange inputs, ArrayRef<AffineMap> maps, Value output,
                ArrayRef<utils::IteratorType> loops, Body element) {
    auto op = GenericOp::create(
        b, output.getType(), inputs, output, maps, loops,
        [&](OpBuilder &inner, Location loc, ValueRange values) {
          TileBuilder in(loc, inner);
          SmallVector<Value> wide;
          for (Value value : values)
            wide.push_back(convert(in, value, in.getF32Type()));
          Type type = values.back().getType();
          Value result = convert(in, element(in, wide), type);
          linalg::YieldOp::create(in, result);
        });
    return op.getResult(0);
  }

  /// Between floats; other values stay what they are.
  static Value convert(TileBuilder &in, Value value, Type type) {
    if (value.getType() == type || !isa<FloatType>(value.getType()))
      return value;
    if (value.getType().getIntOrFloatBitWidth() < type.getIntOrFloatBitWidth())
      return arith::ExtFOp::create(in, type, value);
    return arith::TruncFOp::create(in, type, value);
  }

  PatternRewriter &rewriter;
  ImplicitLocOpBuilder b;
};

RankedTensorType getTensor(Value value) {
  return dyn_cast_or_null<RankedTensorType>(value ? value.getType() : Type());
}

struct ActToGeneric : OpRewritePattern<ActOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ActOp op,
                                PatternRewriter &rewriter) const override {
    GenericBuilder b(rewriter, op.getLoc());
    RankedTensorType type = getTensor(op.getInput());
    AffineMap same = b.identity(type.getRank());
    Value result = b.map(op.getInput(), {same, same},
                         b.empty(op.getInput(), type.getElementType()),
                         [&](TileBuilder &in, ValueRange x) {
                           return applyAct(in, op.getFn(), x[0]);
                         });
    rewriter.replaceOp(op, result);
    return success();
  }
};

struct LinearToGeneric : OpRewritePattern<LinearOp> {
  LinearToGeneric(MLIRContext *context, const DenseSet<StringAttr> &packable)
      : OpRewritePattern(context), packable(packable) {}

  LogicalResult matchAndRewrite(LinearOp op,
                                PatternRewriter &rewriter) const override {
    RankedTensorType input = getTensor(op.getInput()),
                     weight = getTensor(op.getWeight());
    if (!input || !weight)
      return rewriter.notifyMatchFailure(op, "an operand is packed");
    auto param = op.getWeight().getDefiningOp<ParamOp>();
    if (param && packable.contains(param.getWeightAttr().getAttr()))
      return rewriter.notifyMatchFailure(op, "a kernel computes it");
    GenericBuilder b(rewriter, op.getLoc());
    // Loops: those of the result, then k.
    int64_t rank = input.getRank(), loops = rank + 1;
    auto dims = [&](ArrayRef<int64_t> chosen) {
      SmallVector<AffineExpr> exprs;
      for (int64_t dim : chosen)
        exprs.push_back(rewriter.getAffineDimExpr(dim));
      return AffineMap::get(loops, 0, exprs, rewriter.getContext());
    };
    SmallVector<int64_t> inputDims =
        llvm::to_vector(llvm::seq<int64_t>(0, rank - 1));
    inputDims.push_back(rank);
    AffineMap weightMap = weight.getRank() == 3 ? dims({1, rank - 1, rank})
                                                : dims({rank - 1, rank});
    SmallVector<utils::IteratorType> kinds(rank, utils::IteratorType::parallel);
    kinds.push_back(utils::IteratorType::reduction);
    int64_t columns = op.getType().getShape().back();
    Value sums =
        b.sum({op.getInput(), op.getWeight()},
              {dims(inputDims), weightMap, b.first(loops, rank)},
              b.empty(op.getInput(), rewriter.getF32Type(), columns), kinds,
              [](TileBuilder &in, ValueRange x) { return in.mul(x[0], x[1]); });
    Type element = op.getType().getElementType();
    if (!op.getBias() && element.isF32()) {
      rewriter.replaceOp(op, sums);
      return success();
    }
    AffineMap same = b.identity(rank);
    SmallVector<Value> inputs = {sums};
    SmallVector<AffineMap> maps = {same};
    if (op.getBias()) {
      inputs.push_back(op.getBias());
      maps.push_back(b.last(rank, 1));
    }
    maps.push_back(same);
    rewriter.replaceOp(op, b.map(inputs, maps, b.empty(sums, element),
                                 [](TileBuilder &in, ValueRange x) {
                                   return x.size() == 1 ? x[0]
                                                        : in.add(x[0], x[1]);
                                 }));
    return success();
  }

private:
  const DenseSet<StringAttr> &packable;
};

struct NormToGeneric : OpRewritePattern<NormOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(NormOp op,
                                PatternRewriter &rewriter) const override {
    GenericBuilder b(rewriter, op.getLoc());
    RankedTensorType type = getTensor(op.getInput());
    int64_t rank = type.getRank(), width = type.getShape().back();
    if (ShapedType::isDynamic(width))
      return rewriter.notifyMatchFailure(op, "the width is not known");
    Value input = op.getInput();
    bool centred = op.getKind() == NormKind::Layer;
    AffineMap same = b.identity(rank), row = rowMap(rewriter, rank);
    SmallVector<utils::IteratorType> kinds(rank, utils::IteratorType::parallel);
    kinds.back() = utils::IteratorType::reduction;
    auto sumRows = [&](ValueRange inputs, ArrayRef<AffineMap> maps,
                       Body element) {
      return b.sum(inputs, maps, emptyRows(rewriter, op.getLoc(), input), kinds,
                   element);
    };
    SmallVector<Value> rows = {input};
    SmallVector<AffineMap> maps = {same};
    if (centred) {
      rows.push_back(sumRows(input, {same, row},
                             [](TileBuilder &, ValueRange x) { return x[0]; }));
      maps.push_back(row);
    }
    auto centre = [&](TileBuilder &in, ValueRange x) -> Value {
      if (!centred)
        return x[0];
      return in.sub(x[0], in.mul(x[1], in.f32(1.0 / width)));
    };
    maps.push_back(row);
    Value squares = sumRows(rows, maps, [&](TileBuilder &in, ValueRange x) {
      Value value = centre(in, x);
      return in.mul(value, value);
    });
    rows.push_back(squares);
    for (Value parameter : {op.getWeight(), op.getBias()})
      if (parameter) {
        rows.push_back(parameter);
        maps.push_back(b.last(rank, getTensor(parameter).getRank()));
      }
    maps.push_back(same);
    double eps = op.getEps().convertToDouble();
    Value result =
        b.map(rows, maps, b.empty(input, type.getElementType()),
              [&](TileBuilder &in, ValueRange x) {
                size_t next = centred ? 2 : 1;
                Value mean = in.mul(x[next++], in.f32(1.0 / width));
                Value root =
                    math::SqrtOp::create(in, in.add(mean, in.f32(eps)));
                Value value = in.div(centre(in, x), root);
                if (next < x.size())
                  value = in.mul(value, x[next++]);
                return next < x.size() ? in.add(value, x[next]) : value;
              });
    rewriter.replaceOp(op, result);
    return success();
  }

private:
  /// All loops but the last.
  static AffineMap rowMap(PatternRewriter &rewriter, int64_t rank) {
    return rewriter.getMultiDimIdentityMap(rank).getMajorSubMap(rank - 1);
  }

  /// One number per row.
  static Value emptyRows(PatternRewriter &rewriter, Location loc, Value input) {
    SmallVector<OpFoldResult> sizes =
        tensor::getMixedSizes(rewriter, loc, input);
    sizes.pop_back();
    return tensor::EmptyOp::create(rewriter, loc, sizes, rewriter.getF32Type());
  }
};

struct BroadcastToGeneric : OpRewritePattern<BroadcastOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(BroadcastOp op,
                                PatternRewriter &rewriter) const override {
    GenericBuilder b(rewriter, op.getLoc());
    RankedTensorType from = getTensor(op.getInput()), to = op.getType();
    SmallVector<AffineExpr> exprs;
    for (auto [d, size] : llvm::enumerate(from.getShape()))
      exprs.push_back(size == 1 ? rewriter.getAffineConstantExpr(0)
                                : rewriter.getAffineDimExpr(
                                      to.getRank() - from.getRank() + d));
    AffineMap map =
        AffineMap::get(to.getRank(), 0, exprs, rewriter.getContext());
    SmallVector<Value> dynamic;
    if (op.getRows())
      dynamic.push_back(op.getRows());
    Value empty = tensor::EmptyOp::create(rewriter, op.getLoc(), to, dynamic);
    rewriter.replaceOp(
        op, b.map(op.getInput(), {map, b.identity(to.getRank())}, empty,
                  [](TileBuilder &, ValueRange x) { return x[0]; }));
    return success();
  }
};

/// Rows are matrices [A, B] for two products.
struct KronRotateToGeneric : OpRewritePattern<KronRotateOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(KronRotateOp op,
                                PatternRewriter &rewriter) const override {
    RankedTensorType type = getTensor(op.getInput());
    if (!type.getElementType().isF32())
      return rewriter.notifyMatchFailure(op, "rows are computed in f32");
    GenericBuilder b(rewriter, op.getLoc());
    const ReassociationIndices row = {0}, matrix = {1, 2};
    const SmallVector<ReassociationIndices> parts = {row, matrix};
    auto matrices =
        type.clone({type.getDimSize(0), getTensor(op.getLeft()).getDimSize(0),
                    getTensor(op.getRight()).getDimSize(0)});
    Value x = tensor::ExpandShapeOp::create(rewriter, op.getLoc(), matrices,
                                            op.getInput(), parts);
    // Loops: those of the result [t, i, j], then k.
    auto dims = [&](ArrayRef<int64_t> chosen) {
      SmallVector<AffineExpr> exprs;
      for (int64_t dim : chosen)
        exprs.push_back(rewriter.getAffineDimExpr(dim));
      return AffineMap::get(4, 0, exprs, rewriter.getContext());
    };
    SmallVector<utils::IteratorType> kinds(3, utils::IteratorType::parallel);
    kinds.push_back(utils::IteratorType::reduction);
    auto multiply = [&](Value with, ArrayRef<int64_t> rowDims,
                        ArrayRef<int64_t> withDims) {
      x = b.sum({x, with}, {dims(rowDims), dims(withDims), b.first(4, 3)},
                b.empty(x, rewriter.getF32Type()), kinds,
                [](TileBuilder &in, ValueRange both) {
                  return in.mul(both[0], both[1]);
                });
    };
    multiply(op.getLeft(), {0, 3, 2}, {3, 1});
    multiply(op.getRight(), {0, 1, 3}, {3, 2});
    rewriter.replaceOpWithNewOp<tensor::CollapseShapeOp>(op, type, x, parts);
    return success();
  }
};

struct EmbedToGeneric : OpRewritePattern<EmbedOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(EmbedOp op,
                                PatternRewriter &rewriter) const override {
    RankedTensorType table = getTensor(op.getTable());
    if (!table)
      return rewriter.notifyMatchFailure(op, "the table is packed");
    GenericBuilder b(rewriter, op.getLoc());
    OpFoldResult rows =
        tensor::getMixedSize(rewriter, op.getLoc(), op.getIds(), 0);
    Value empty = tensor::EmptyOp::create(
        rewriter, op.getLoc(),
        {rows, rewriter.getIndexAttr(table.getShape()[1])},
        op.getType().getElementType());
    rewriter.replaceOp(op,
                       b.map(op.getIds(), {b.first(2, 1), b.identity(2)}, empty,
                             [&](TileBuilder &in, ValueRange x) -> Value {
                               Value row = in.toIndex(x[0]);
                               Value column = linalg::IndexOp::create(in, 1);
                               return tensor::ExtractOp::create(
                                   in, op.getTable(), ValueRange{row, column});
                             }));
    return success();
  }
};

} // namespace

void populateRowsToGenerics(RewritePatternSet &patterns,
                            const DenseSet<StringAttr> &packable) {
  patterns.add<ActToGeneric, NormToGeneric, BroadcastToGeneric, EmbedToGeneric,
               KronRotateToGeneric>(patterns.getContext());
  patterns.add<LinearToGeneric>(patterns.getContext(), packable);
}

} // namespace llmc
