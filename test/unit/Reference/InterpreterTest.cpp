//===- InterpreterTest.cpp - steps, weights and refusals ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Harness.h"

using namespace llmc;
using namespace llmc::test;

static ReferenceBatch batchOf(std::vector<int32_t> tokens,
                              std::vector<int32_t> logitRows) {
  ReferenceBatch batch = rowsOf(0, 0, static_cast<int32_t>(tokens.size()));
  batch.tokens = std::move(tokens);
  batch.logitRows = std::move(logitRows);
  return batch;
}

static constexpr llvm::StringRef lookup = R"(
  llm.weight @table : tensor<3x2xf32> value dense<[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]> : tensor<3x2xf32>
  func.func @step(%b: !llm.batch) -> tensor<?x2xf32> {
    %ids = llm.batch_tokens %b : tensor<?xi32>
    %t = llm.param @table : tensor<3x2xf32>
    %x = llm.embed %ids, %t : (tensor<?xi32>, tensor<3x2xf32>) -> tensor<?x2xf32>
    %rows = llm.batch_logit_rows %b : tensor<?xi32>
    %r = llm.embed %rows, %x : (tensor<?xi32>, tensor<?x2xf32>) -> tensor<?x2xf32>
    return %r : tensor<?x2xf32>
  })";

TEST(Interpreter, StepReturnsTheRowsThatWereAsked) {
  Program program(lookup);
  auto logits = program.interpreter->step(batchOf({2, 0, 1}, {0, 2}));
  ASSERT_TRUE(static_cast<bool>(logits)) << llvm::toString(logits.takeError());
  EXPECT_EQ(logits->rows, 2);
  EXPECT_EQ(logits->vocabulary, 2);
  expectNear(logits->values, {5, 6, 3, 4}, 0);
}

/// The message of a step that must fail.
static std::string stepError(Program &program, const ReferenceBatch &batch) {
  auto logits = program.interpreter->step(batch);
  if (!logits)
    return llvm::toString(logits.takeError());
  ADD_FAILURE() << "expected an error";
  return "";
}

TEST(Interpreter, RejectsBatchesThatMeanNothing) {
  Program program(lookup);
  EXPECT_NE(stepError(program, batchOf({3}, {0})).find("id 3"),
            std::string::npos);
  EXPECT_NE(
      stepError(program, batchOf({0}, {1})).find("logit rows lie in the batch"),
      std::string::npos);
  ReferenceBatch batch = batchOf({0, 1, 2}, {0});
  batch.sequences = {0, 1, 0};
  EXPECT_NE(stepError(program, batch).find("contiguous"), std::string::npos);
  batch = batchOf({0, 1}, {0});
  batch.positions.pop_back();
  EXPECT_NE(stepError(program, batch).find("2, 1 and 2"), std::string::npos);
  batch = batchOf({0}, {0});
  batch.positions = {-1};
  EXPECT_NE(stepError(program, batch).find("position -1"), std::string::npos);
}

TEST(Interpreter, TablesGiveTheWeightOfALayer) {
  Program program(R"(
    llm.weight @a : tensor<2xf32> value dense<[1.0, 2.0]> : tensor<2xf32>
    llm.weight @b : tensor<2xf32> value dense<[10.0, 20.0]> : tensor<2xf32>
    llm.weight_table @t : tensor<2xf32> [@a, @b, @a]
    func.func @f(%x: tensor<2xf32>) -> tensor<2xf32> {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c3 = arith.constant 3 : index
      %r = scf.for %i = %c0 to %c3 step %c1 iter_args(%y = %x) -> (tensor<2xf32>) {
        %w = llm.param @t[%i] : tensor<2xf32>
        %z = arith.addf %y, %w : tensor<2xf32>
        scf.yield %z : tensor<2xf32>
      }
      return %r : tensor<2xf32>
    })");
  expectNear(program.run({floats({2}, {0, 0})}), {12, 24}, 0);
}

TEST(Interpreter, WeightsOfUnknownSourcesAreAnError) {
  Program program(R"(
    llm.weight @w : tensor<2xf32> source "nowhere"
    func.func @f() -> tensor<2xf32> {
      %w = llm.param @w : tensor<2xf32>
      return %w : tensor<2xf32>
    })");
  EXPECT_NE(program.fail({}).find("nowhere"), std::string::npos);
}

TEST(Interpreter, PackedWeightsMeanTheirDequantisedValues) {
  Program program(R"(
    llm.weight @w : !llm.packed<2x32, #llm.q8_0> source "w"
    func.func @f(%x: tensor<?x32xf32>) -> tensor<?x2xf32> {
      %w = llm.param @w : !llm.packed<2x32, #llm.q8_0>
      %r = llm.linear %x, %w : (tensor<?x32xf32>, !llm.packed<2x32, #llm.q8_0>) -> tensor<?x2xf32>
      return %r : tensor<?x2xf32>
    })");
  // Row 0: scale 0.5, codes 0 .. 31; row 1: scale -2, codes -1.
  std::vector<uint8_t> bytes(2 * 34);
  bytes[0] = 0x00, bytes[1] = 0x38;   // 0.5 as f16
  bytes[34] = 0x00, bytes[35] = 0xc0; // -2 as f16
  for (int i = 0; i < 32; ++i) {
    bytes[2 + i] = static_cast<uint8_t>(i);
    bytes[36 + i] = 0xff;
  }
  auto encoding = mlir::llm::GgmlEncodingAttr::get(&program.context,
                                                   mlir::llm::GgmlFormat::Q8_0);
  SourceTensor source{"w", {2, 32}, encoding, bytes};
  ASSERT_FALSE(static_cast<bool>(program.store.addTensor(source)));
  expectNear(program.run({floats({1, 32}, std::vector<float>(32, 1))}),
             {0.5f * 496, 64});
}

TEST(Interpreter, OpsWithoutMeaningAreNamed) {
  Program program(R"(func.func @f(%x: tensor<2xf32>) -> tensor<2xf32> {
    %r = math.cbrt %x : tensor<2xf32>
    return %r : tensor<2xf32> })");
  EXPECT_EQ(program.fail({floats({2}, {1, 2})}),
            "no reference for op 'math.cbrt'");
}

TEST(Interpreter, ArgumentsMustFitTheirTypes) {
  Program program(R"(func.func @f(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
    return %x : tensor<?x2xf32> })");
  EXPECT_NE(program.fail({floats({1, 3}, {1, 2, 3})}).find("shape [1, 3]"),
            std::string::npos);
  EXPECT_NE(program.fail({floats({2, 2}, {1, 2, 3})}).find("3 elements"),
            std::string::npos);
  EXPECT_NE(program.fail({}).find("no tensor given for argument 0"),
            std::string::npos);
}

TEST(Interpreter, UnknownFunctionsAreAnError) {
  Program program("func.func private @f(tensor<2xf32>)");
  EXPECT_NE(program.fail({}).find("no function @f"), std::string::npos);
}
