//===- Relufy.cpp - a pass outside of llmc ----------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// SiLU becomes ReLU, whose zeros later passes could skip: the first step of
// "ReLU Strikes Back" (Mirzadeh et al., 2023, arXiv:2310.04564). The paper trains
// on; here one sees what the model loses without.
//===----------------------------------------------------------------------===//
#include "dialects/llm/LLMDialect.h"
#include "llmc/Support/Explain.h"

#include "mlir/Pass/Pass.h"
#include "mlir/Tools/Plugins/PassPlugin.h"

using namespace mlir;

namespace {

struct Relufy : PassWrapper<Relufy, OperationPass<ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(Relufy)
  StringRef getArgument() const final { return "relufy"; }
  StringRef getDescription() const final { return "SiLU becomes ReLU"; }

  void runOnOperation() override {
    getOperation().walk([&](llm::ActOp act) {
      if (act.getFn() != llm::ActFn::Silu)
        return llmc::decline(act, getArgument(), [&] {
          return llm::stringifyActFn(act.getFn()).str() + " is no SiLU";
        });
      act.setFn(llm::ActFn::Relu);
      llmc::applied(act, getArgument(), [] { return "SiLU becomes ReLU"; });
    });
  }
};

} // namespace

extern "C" LLVM_ATTRIBUTE_WEAK PassPluginLibraryInfo mlirGetPassPluginInfo() {
  return {MLIR_PLUGIN_API_VERSION, "relufy", "1",
          [] { PassRegistration<Relufy>(); }};
}
