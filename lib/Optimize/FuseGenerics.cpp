//===- FuseGenerics.cpp - elementwise ops join what reads them ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Apart, an elementwise op writes its tensor and the next one reads it back: two
// trips through the cache per element, and a barrier. Upstream fuses; here is when
// it pays.
//===----------------------------------------------------------------------===//
#include "llmc/Optimize/Passes.h"
#include "llmc/Support/Explain.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace llmc {
#define GEN_PASS_DEF_FUSEGENERICS
#include "llmc/Optimize/Passes.h.inc"

using namespace mlir;
using linalg::GenericOp;

namespace {

/// Whether the op only moves elements, or changes their type: free where they are
/// read.
bool movesOnly(GenericOp op) {
  return llvm::all_of(
      op.getBody()->without_terminator(), [](Operation &inside) {
        return isa<arith::ConstantOp, arith::ExtFOp, arith::TruncFOp,
                   arith::ExtSIOp, arith::ExtUIOp, arith::IndexCastOp>(inside);
      });
}

/// Why the producer of `operand` stays apart; empty: it joins.
StringRef getDecline(OpOperand &operand) {
  auto producer = operand.get().getDefiningOp<GenericOp>();
  auto consumer = dyn_cast<GenericOp>(operand.getOwner());
  if (!producer || !consumer)
    return "it is no generic";
  if (movesOnly(producer))
    return "";
  if (!operand.get().hasOneUse())
    return "another op reads it as well";
  AffineMap map = consumer.getMatchingIndexingMap(&operand);
  if (map.getNumResults() < consumer.getNumLoops())
    return "each element would be computed more than once";
  return "";
}

struct FuseGenerics : impl::FuseGenericsBase<FuseGenerics> {
  void runOnOperation() override {
    MLIRContext *context = &getContext();
    RewritePatternSet patterns(context);
    linalg::populateElementwiseOpsFusionPatterns(
        patterns,
        [](OpOperand *operand) { return getDecline(*operand).empty(); });
    linalg::populateEraseUnusedOperandsAndResultsPatterns(patterns);
    GenericOp::getCanonicalizationPatterns(patterns, context);
    int64_t before = count();
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      return signalPassFailure();
    int64_t after = count();
    if (after < before)
      applied(getOperation(), getArgument(), [&] {
        return std::to_string(before) + " ops become " + std::to_string(after);
      });
    getOperation().walk([&](GenericOp op) {
      for (OpOperand *input : op.getDpsInputOperands())
        if (auto producer = input->get().getDefiningOp<GenericOp>();
            producer && !producer.getNumReductionLoops())
          decline(op, getArgument(), [&] {
            return ("an elementwise op stays apart: " + getDecline(*input))
                .str();
          });
    });
  }

  int64_t count() {
    int64_t ops = 0;
    getOperation().walk([&](GenericOp) { ++ops; });
    return ops;
  }
};

} // namespace
} // namespace llmc
