//===- FormGenerics.cpp - ops on tensors become linalg.generic ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One form for whatever walks over elements: fusion, bufferisation and the loops
// know it alone.
//===----------------------------------------------------------------------===//
#include "RowsToGenerics.h"

#include "llmc/Lower/Passes.h"

#include "dialects/llm/LLMDialect.h"

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

/// Whether a kernel reads or writes such rows: floats, or integers made of them.
bool takesKernel(Type rows) {
  return isa<llm::PackedType>(rows) || getElementTypeOrSelf(rows).isF32();
}

/// Weights of the model that nothing reads but products which a kernel can compute.
/// One whose value stands in the IR has no packed form.
DenseSet<StringAttr> findPackable(ModuleOp module) {
  DenseSet<StringAttr> packable, others;
  for (auto weight : module.getOps<llm::WeightOp>())
    if (!weight.getSource())
      others.insert(weight.getSymNameAttr());
  module.walk([&](llm::ParamOp param) {
    StringAttr weight = param.getWeightAttr().getAttr();
    for (OpOperand &use : param.getResult().getUses()) {
      auto product = dyn_cast<llm::LinearOp>(use.getOwner());
      bool fits =
          product && use.get() == product.getWeight() &&
          llm::getMatrixShape(param.getType()).size() == 2 &&
          llm::getMatrixShape(product.getInput().getType()).size() == 2 &&
          takesKernel(product.getInput().getType()) &&
          takesKernel(product.getType());
      (fits ? packable : others).insert(weight);
    }
  });
  for (StringAttr weight : others)
    packable.erase(weight);
  return packable;
}

struct FormGenerics : impl::FormGenericsBase<FormGenerics> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    DenseSet<StringAttr> packable = findPackable(getOperation());
    populateRowsToGenerics(patterns, packable);
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
