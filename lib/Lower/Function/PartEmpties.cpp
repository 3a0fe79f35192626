//===- PartEmpties.cpp - new tensors are one for each use -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Two results that begin with one empty tensor begin with one buffer: what is
// written to a part of the second would stand in the first while that is still read.
//===----------------------------------------------------------------------===//
#include "llmc/Lower/Passes.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace llmc {
#define GEN_PASS_DEF_PARTEMPTIES
#include "llmc/Lower/Passes.h.inc"

using namespace mlir;

namespace {

struct PartEmpties : impl::PartEmptiesBase<PartEmpties> {
  void runOnOperation() override {
    SmallVector<tensor::EmptyOp> shared;
    getOperation()->walk([&](tensor::EmptyOp empty) {
      if (!empty->use_empty() && !empty->hasOneUse())
        shared.push_back(empty);
    });
    for (tensor::EmptyOp empty : shared)
      for (OpOperand &use :
           llvm::make_early_inc_range(llvm::drop_begin(empty->getUses()))) {
        OpBuilder builder(empty);
        use.set(builder.clone(*empty)->getResult(0));
      }
  }
};

} // namespace
} // namespace llmc
