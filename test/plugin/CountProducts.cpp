//===- CountProducts.cpp - a pass that llmc-opt loads -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Counts the products of a module by the encoding of their weights. It uses what
// a plugin needs of llmc-opt: types and ops of the llm dialect across the border
// of the library, one function of the dialect, and a dialect of its own.
//===----------------------------------------------------------------------===//
#include "dialects/llm/LLMDialect.h"

#include "mlir/Pass/Pass.h"
#include "mlir/Tools/Plugins/DialectPlugin.h"
#include "mlir/Tools/Plugins/PassPlugin.h"

using namespace mlir;

namespace {

class TestDialect : public Dialect {
public:
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(TestDialect)
  explicit TestDialect(MLIRContext *context)
      : Dialect(getDialectNamespace(), context, TypeID::get<TestDialect>()) {}
  static constexpr StringLiteral getDialectNamespace() { return "llmc_test"; }
};

struct CountProducts : PassWrapper<CountProducts, OperationPass<ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(CountProducts)
  StringRef getArgument() const final { return "test-count-products"; }
  StringRef getDescription() const final {
    return "counts products with integer and with float weights";
  }

  void runOnOperation() override {
    int64_t grids = 0, floats = 0;
    getOperation().walk([&](llm::LinearOp linear) {
      auto encoding = llm::getEncoding(linear.getWeight().getType());
      ++(encoding && encoding.getGrid() ? grids : floats);
    });
    OpBuilder builder(&getContext());
    auto set = [&](StringRef name, int64_t count) {
      getOperation()->setAttr(name, builder.getI64IntegerAttr(count));
    };
    set("llmc_test.grids", grids);
    set("llmc_test.floats", floats);
  }
};

} // namespace

static void registerCountProducts() { PassRegistration<CountProducts>(); }

extern "C" LLVM_ATTRIBUTE_WEAK PassPluginLibraryInfo mlirGetPassPluginInfo() {
  return {MLIR_PLUGIN_API_VERSION, "llmc_test_plugin", "1",
          registerCountProducts};
}

extern "C" LLVM_ATTRIBUTE_WEAK DialectPluginLibraryInfo
mlirGetDialectPluginInfo() {
  return {MLIR_PLUGIN_API_VERSION, "llmc_test_plugin", "1",
          [](DialectRegistry *registry) { registry->insert<TestDialect>(); }};
}
