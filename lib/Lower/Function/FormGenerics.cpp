//===- FormGenerics.cpp - ops on tensors become linalg.generic ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One form for whatever walks over elements: fusion, bufferisation and the loops
// know it alone.
//===----------------------------------------------------------------------===//
#include "RowsToGenerics.h"

#include "llmc/Lower/Passes.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Tensor/Transforms/Transforms.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace llmc {
#define GEN_PASS_DEF_FORMGENERICS
#include "llmc/Lower/Passes.h.inc"

using namespace mlir;

namespace {

/// Ops that upstream spells by simpler ones: linalg.softmax.
struct DecomposeAggregated
    : OpInterfaceRewritePattern<linalg::AggregatedOpInterface> {
  using OpInterfaceRewritePattern::OpInterfaceRewritePattern;

  LogicalResult matchAndRewrite(linalg::AggregatedOpInterface op,
                                PatternRewriter &rewriter) const override {
    FailureOr<SmallVector<Value>> results = op.decomposeOperation(rewriter);
    if (failed(results))
      return rewriter.notifyMatchFailure(op, "upstream does not decompose it");
    rewriter.replaceOp(op, *results);
    return success();
  }
};

struct FormGenerics : impl::FormGenericsBase<FormGenerics> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    populateRowsToGenerics(patterns);
    linalg::populateElementwiseToLinalgConversionPatterns(patterns);
    tensor::populateDecomposeTensorConcatPatterns(patterns);
    linalg::populateDecomposePadPatterns(patterns);
    linalg::populateLinalgNamedOpsGeneralizationPatterns(patterns);
    patterns.add<DecomposeAggregated>(&getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
} // namespace llmc
