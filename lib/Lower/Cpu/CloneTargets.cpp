//===- CloneTargets.cpp - every function exists once per target -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which ops share a kernel and how wide a tile is depends on the machine, so the
// step is cloned before kernels are formed. Weights stay one copy: every target
// reads the same bytes.
//===----------------------------------------------------------------------===//
#include "Isa.h"

#include "llmc/Lower/Passes.h"
#include "llmc/Support/Explain.h"

namespace llmc {
#define GEN_PASS_DEF_CLONETARGETS
#include "llmc/Lower/Passes.h.inc"

using namespace mlir;
using namespace mlir::llm;

namespace {

struct CloneTargets : impl::CloneTargetsBase<CloneTargets> {
  using Base::Base;

  void runOnOperation() override {
    SmallVector<const Isa *> wanted(getIsas());
    if (!isas.empty())
      wanted = llvm::map_to_vector(
          isas, [](StringRef name) { return findIsa(name); });
    if (auto *it = llvm::find(wanted, nullptr); it != wanted.end()) {
      getOperation().emitError("llm-clone-targets: unknown instruction set '")
          << isas[it - wanted.begin()]
          << "': " << llvm::join(getKnownIsas(), ", ") << ", "
          << llvm::join(getKnownDevices(), ", ") << " are known";
      return signalPassFailure();
    }
    dropEqual(wanted);
    for (auto function :
         llvm::to_vector(getOperation().getOps<func::FuncOp>())) {
      for (const Isa *isa : wanted) {
        OpBuilder builder(function);
        auto clone = cast<func::FuncOp>(builder.clone(*function));
        clone.setName((function.getName() + "." + isa->getName()).str());
        setTarget(clone, isa->getTarget(&getContext()));
      }
      function.erase();
    }
  }

  /// An instruction set whose code would be that of another one that is wanted.
  void dropEqual(SmallVectorImpl<const Isa *> &wanted) {
    SmallVector<const Isa *> all(wanted.begin(), wanted.end());
    llvm::erase_if(wanted, [&](const Isa *isa) {
      if (!isa->getBase() || !llvm::is_contained(all, isa->getBase()) ||
          differs(*isa))
        return false;
      decline(getOperation(), "llm-clone-targets", [&] {
        return isa->getName().str() + " would be " +
               isa->getBase()->getName().str() +
               " again: no op has code of its own";
      });
      return true;
    });
  }

  bool differs(const Isa &isa) {
    return getOperation()
        .walk([&](Operation *op) {
          return isa.differsIn(op) ? WalkResult::interrupt()
                                   : WalkResult::advance();
        })
        .wasInterrupted();
  }
};

} // namespace
} // namespace llmc
