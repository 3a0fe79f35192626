//===- StageContractsTest.cpp - which ops are legal after a stage ---------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "DriverTesting.h"

using namespace llmc;
using namespace llmc::testing;

static std::string check(Stage stage, llvm::StringRef text) {
  Context context;
  auto module = context.parse(text);
  if (!module)
    return "does not parse";
  return message(checkStageContract(stage, *module));
}

static const char *const rope = R"(
  func.func @step(%x: tensor<?x2x8xf32>, %p: tensor<?xi32>, %inv: tensor<4xf32>) -> tensor<?x2x8xf32> {
    %y = llm.rope half %x, %p, %inv : (tensor<?x2x8xf32>, tensor<?xi32>, tensor<4xf32>) -> tensor<?x2x8xf32>
    return %y : tensor<?x2x8xf32>
  })";

static const char *const kernel = R"(
  func.func @step(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
    %y = llm.kernel "act"(%x) : (tensor<?x8xf32>) -> tensor<?x8xf32> {
    ^bb0(%a: tensor<?x8xf32>):
      %b = llm.act silu %a : tensor<?x8xf32>
      llm.yield %b : tensor<?x8xf32>
    }
    return %y : tensor<?x8xf32>
  })";

TEST(StageContracts, ImportLeavesModelOps) {
  EXPECT_EQ(check(Stage::import, rope), "");
}

TEST(StageContracts, ImportLeavesNoKernels) {
  EXPECT_EQ(
      check(Stage::import, kernel)
          .find("internal error: 'llm.kernel' is not legal after stage import"),
      0u);
}

TEST(StageContracts, OptimizeLeavesNoRope) {
  std::string text = check(Stage::optimize, rope);
  EXPECT_EQ(
      text.find("internal error: 'llm.rope' is not legal after stage optimize"),
      0u)
      << text;
}

TEST(StageContracts, ScheduleLeavesModelOpsInKernelsOnly) {
  EXPECT_EQ(check(Stage::schedule, kernel), "");
  EXPECT_EQ(check(Stage::schedule, rope).find("no lowering yet for 'llm.rope'"),
            0u);
}

TEST(StageContracts, LowerLeavesTheLLVMDialectOnly) {
  EXPECT_EQ(check(Stage::lower, "llvm.func @f() { llvm.return }"), "");
  EXPECT_EQ(
      check(Stage::lower, "func.func private @f()")
          .find("internal error: 'func.func' is not legal after stage lower"),
      0u);
  EXPECT_EQ(check(Stage::lower, kernel).find("internal error: 'func.func'"),
            0u);
}

TEST(StageContracts, TheMessageSaysWhere) {
  Context context;
  auto module = mlir::parseSourceString<mlir::ModuleOp>(
      "func.func private @f() loc(\"model.gguf\":7:3)", &context);
  ASSERT_TRUE(bool(module));
  EXPECT_EQ(message(checkStageContract(Stage::lower, *module)),
            "internal error: 'func.func' is not legal after stage lower at "
            "model.gguf:7:3");
}
