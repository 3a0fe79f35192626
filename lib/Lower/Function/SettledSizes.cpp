//===- SettledSizes.cpp - the sizes of a function's tensors ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// `tensor.dim` of every tensor that matters is asked for at the function's end;
// upstream's patterns lead it back to the arguments.
//===----------------------------------------------------------------------===//
#include "SettledSizes.h"
#include "CallKernels.h"

#include "dialects/llm/LLMDialect.h"

#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/Transforms/Transforms.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

using namespace mlir;

namespace llmc {

namespace {

/// A kernel has as many rows as its first input.
struct RowsOfKernel : OpRewritePattern<tensor::DimOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(tensor::DimOp op,
                                PatternRewriter &rewriter) const override {
    auto kernel = op.getSource().getDefiningOp<llm::KernelOp>();
    if (!kernel || op.getConstantIndex() != 0)
      return rewriter.notifyMatchFailure(op, "no rows of a kernel");
    rewriter.replaceOpWithNewOp<tensor::DimOp>(op, findRows(kernel), 0);
    return success();
  }
};

class SizeAsker {
public:
  explicit SizeAsker(func::FuncOp function)
      : function(function), end(function.getBody().front().getTerminator()),
        b(function.getLoc(), function.getContext()) {}

  FailureOr<SettledSizes> run() {
    b.setInsertionPoint(end);
    SmallVector<Value> results(end->getOperands());
    for (Value result : results)
      for (int64_t d = 0; d < getType(result).getRank(); ++d)
        ask(result, d);
    // Ops of a loop's body have sizes of a turn.
    for (Operation &op : *end->getBlock())
      visit(&op);
    RewritePatternSet patterns(b.getContext());
    memref::populateResolveRankedShapedTypeResultDimsPatterns(patterns);
    memref::populateResolveShapedTypeResultDimsPatterns(patterns);
    tensor::DimOp::getCanonicalizationPatterns(patterns, b.getContext());
    patterns.add<RowsOfKernel>(b.getContext());
    if (failed(applyPatternsGreedily(function, std::move(patterns))))
      return function.emitError("the sizes of its tensors do not settle");
    return takeAnswers(results.size());
  }

private:
  static RankedTensorType getType(Value tensor) {
    return cast<RankedTensorType>(tensor.getType());
  }

  /// As operands of the end, sizes survive the rewriting; their number there.
  unsigned ask(Value size) {
    end->insertOperands(end->getNumOperands(), size);
    return end->getNumOperands() - 1;
  }
  unsigned ask(Value tensor, int64_t dim) {
    return ask(tensor::DimOp::create(b, tensor, dim));
  }

  void visit(Operation *op) {
    if (auto computes = dyn_cast<linalg::LinalgOp>(op))
      return visitLoops(computes);
    if (auto slice = dyn_cast<tensor::ExtractSliceOp>(op))
      return visitSlice(slice.getSource(), slice);
    if (auto slice = dyn_cast<tensor::InsertSliceOp>(op))
      return visitSlice(slice.getDest(), slice);
    if (auto expand = dyn_cast<tensor::ExpandShapeOp>(op))
      return visitExpansion(expand);
    // Of a negative size there is nothing to compute.
    if (auto empty = dyn_cast<tensor::EmptyOp>(op))
      for (Value size : empty.getDynamicSizes())
        if (!size.getDefiningOp<tensor::DimOp>())
          atMost.push_back({ask(index(0)), ask(size)});
  }

  /// A dimension has as many elements as those that it becomes.
  void visitExpansion(tensor::ExpandShapeOp op) {
    SmallVector<OpFoldResult> sizes = op.getMixedOutputShape();
    for (auto [d, group] : llvm::enumerate(op.getReassociationIndices())) {
      if (group.size() == 1 || !op.getSrcType().isDynamicDim(d))
        continue;
      Value product = index(1);
      for (int64_t dim : group)
        product = b.createOrFold<arith::MulIOp>(
            product,
            getValueOrCreateConstantIndexOp(b, b.getLoc(), sizes[dim]));
      equal.push_back({ask(op.getSrc(), d), ask(product)});
    }
  }

  /// A loop has the size of every dimension that it runs over.
  void visitLoops(linalg::LinalgOp op) {
    SmallVector<std::pair<Value, int64_t>> first(op.getNumLoops());
    for (OpOperand &operand : op->getOpOperands()) {
      auto map = op.getMatchingIndexingMap(&operand);
      for (auto [d, expr] : llvm::enumerate(map.getResults())) {
        auto loop = dyn_cast<AffineDimExpr>(expr);
        if (!loop)
          continue;
        auto &[tensor, dim] = first[loop.getPosition()];
        if (!tensor) {
          tensor = operand.get();
          dim = d;
          continue;
        }
        if (!getType(tensor).isDynamicDim(dim) &&
            !getType(operand.get()).isDynamicDim(d))
          continue;
        equal.push_back({ask(tensor, dim), ask(operand.get(), d)});
      }
    }
  }

  /// offset + (size - 1) * stride < size of the whole, spelled without the case of
  /// no elements: offset + size * stride <= size of the whole + stride - 1.
  void visitSlice(Value whole, OffsetSizeAndStrideOpInterface slice) {
    for (auto [d, offset, size, stride] :
         llvm::enumerate(slice.getMixedOffsets(), slice.getMixedSizes(),
                         slice.getMixedStrides())) {
      std::optional<int64_t> step = getConstantIntValue(stride);
      if (!step || *step < 1)
        continue;
      Value begin = getValueOrCreateConstantIndexOp(b, b.getLoc(), offset);
      Value count = getValueOrCreateConstantIndexOp(b, b.getLoc(), size);
      Value last = arith::AddIOp::create(
          b, begin, arith::MulIOp::create(b, count, index(*step)));
      Value room = arith::AddIOp::create(
          b, tensor::DimOp::create(b, whole, int64_t(d)), index(*step - 1));
      atMost.push_back({ask(last), ask(room)});
      // A wrong number may be negative as well.
      atMost.push_back({ask(index(0)), ask(begin)});
      atMost.push_back({ask(index(0)), ask(count)});
    }
  }

  Value index(int64_t number) {
    return arith::ConstantIndexOp::create(b, number);
  }

  /// The results are the first operands, whatever values they have become.
  SettledSizes takeAnswers(unsigned results) {
    SettledSizes sizes;
    unsigned next = results;
    for (Value result : end->getOperands().take_front(results)) {
      sizes.results.emplace_back();
      for (int64_t d = 0; d < getType(result).getRank(); ++d)
        sizes.results.back().push_back(end->getOperand(next++));
    }
    for (auto [a, c] : equal)
      sizes.equal.push_back({end->getOperand(a), end->getOperand(c)});
    for (auto [small, large] : atMost)
      sizes.atMost.push_back({end->getOperand(small), end->getOperand(large)});
    end->eraseOperands(results, end->getNumOperands() - results);
    return sizes;
  }

  func::FuncOp function;
  Operation *end;
  ImplicitLocOpBuilder b;
  SmallVector<std::pair<unsigned, unsigned>> equal, atMost; // operands' numbers
};

} // namespace

FailureOr<SettledSizes> settleSizes(func::FuncOp function) {
  return SizeAsker(function).run();
}

} // namespace llmc
