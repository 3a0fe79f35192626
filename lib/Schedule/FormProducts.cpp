//===- FormProducts.cpp - products of a function become kernels -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A product with packed weights reads them front to back, several rows at a time;
// loops over linalg would fetch them anew for every few rows. So does what makes
// integers of its rows. All else of a function stays linalg.
//===----------------------------------------------------------------------===//
#include "llmc/Schedule/Passes.h"
#include "llmc/Support/Explain.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/IRMapping.h"

namespace llmc {
#define GEN_PASS_DEF_FORMPRODUCTS
#include "llmc/Schedule/Passes.h.inc"

using namespace mlir;
using namespace mlir::llm;

namespace {

/// The kernel of one op, named after it.
void form(KernelAnchorOpInterface op, TargetAttr target) {
  OpBuilder b(op);
  auto kernel = KernelOp::create(b, op.getLoc(), op->getResultTypes(),
                                 op->getName().stripDialect(),
                                 op->getOperands(), op.chooseSchedule(target),
                                 DenseI64ArrayAttr(), IntegerAttr());
  Block *body = b.createBlock(&kernel.getBody());
  IRMapping mapping;
  for (Value operand : op->getOperands())
    mapping.map(operand, body->addArgument(operand.getType(), op.getLoc()));
  Operation *inside = b.clone(*op, mapping);
  YieldOp::create(b, op.getLoc(), inside->getResults());
  op->replaceAllUsesWith(kernel);
  op.erase();
}

struct FormProducts : impl::FormProductsBase<FormProducts> {
  void runOnOperation() override {
    for (auto function : getOperation().getOps<func::FuncOp>()) {
      TargetAttr target = getTarget(function);
      if (!target) {
        function.emitError("llm-form-products: needs a target: run "
                           "llm-clone-targets first");
        return signalPassFailure();
      }
      SmallVector<KernelAnchorOpInterface> anchors;
      function.walk([&](KernelAnchorOpInterface op) {
        if (isa<LinearOp, QuantizeActOp>(op))
          anchors.push_back(op);
      });
      for (KernelAnchorOpInterface op : anchors) {
        if (std::string reason = op.getDecline(); !reason.empty()) {
          op->emitError("no lowering yet for this form of '")
              << op->getName() << "': " << reason;
          return signalPassFailure();
        }
        if (isa<LinearOp>(op))
          applied(op, getArgument(), "a product runs as a kernel");
        form(op, target);
      }
    }
  }
};

} // namespace
} // namespace llmc
