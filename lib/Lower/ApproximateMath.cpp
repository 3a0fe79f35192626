//===- ApproximateMath.cpp - vector functions become polynomials ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A softmax over a page would call expf 64 times; a polynomial takes a dozen
// instructions for 16 lanes. The approximations are upstream's.
//===----------------------------------------------------------------------===//
#include "llmc/Lower/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace llmc {
#define GEN_PASS_DEF_APPROXIMATEMATH
#include "llmc/Lower/Passes.h.inc"

using namespace mlir;

namespace {

struct ApproximateMath : impl::ApproximateMathBase<ApproximateMath> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    populateMathPolynomialApproximationPatterns(patterns, [](StringRef name) {
      return name == math::ExpOp::getOperationName() ||
             name == math::TanhOp::getOperationName() ||
             name == math::ErfOp::getOperationName() ||
             name == math::LogOp::getOperationName();
    });
    GreedyRewriteConfig config; // functions of numbers change no control flow
    config.setRegionSimplificationLevel(GreedySimplifyRegionLevel::Disabled);
    if (failed(
            applyPatternsGreedily(getOperation(), std::move(patterns), config)))
      signalPassFailure();
  }
};

} // namespace
} // namespace llmc
