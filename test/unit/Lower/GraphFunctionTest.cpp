//===- GraphFunctionTest.cpp - graphs as native functions -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Graphs of onnx ops, compiled, against the interpreter on the ops as they were
// given: what raising, lowering and kernels make of them is the same numbers.
//===----------------------------------------------------------------------===//
#include "CompiledFunction.h"

using namespace llmc::test;

namespace {

const char *const sequences =
    R"(%x: tensor<?x?x24xf32> {onnx.name = "x", onnx.dims = ["batch", "seq", ""]})";

std::string graph(const std::string &inputs, const std::string &result,
                  const std::string &body, const std::string &weights = {}) {
  return functionModule(inputs, result + R"( {onnx.name = "y"})", body,
                        weights);
}

/// The linears of the function, each with or without a bias.
struct Linears {
  int64_t plain = 0, biased = 0;
  explicit Linears(mlir::ModuleOp module) {
    module->walk(
        [&](mlir::llm::LinearOp op) { (op.getBias() ? biased : plain) += 1; });
  }
};

TEST(GraphFunction, batchesAndSequencesAreRowsOfAProduct) {
  // 20 columns: the last panel is not full.
  CompiledFunction function(graph(sequences, "tensor<?x?x20xf32>", R"(
    %w = llm.param @w : tensor<24x20xf32>
    %y = onnx.MatMul(%x, %w) : (tensor<?x?x24xf32>, tensor<24x20xf32>) -> tensor<?x?x20xf32>
    return %y : tensor<?x?x20xf32>
)",
                                  "llm.weight @w : tensor<24x20xf32> source "
                                  "\"w\"\n"));
  EXPECT_EQ(Linears(function.function()).plain, 1);
  function.expectAgrees();
}

TEST(GraphFunction, aSummandPerColumnIsTheBias) {
  CompiledFunction function(graph(sequences, "tensor<?x?x16xf32>", R"(
    %w = llm.param @w : tensor<24x16xf32>
    %b = llm.param @b : tensor<16xf32>
    %p = onnx.MatMul(%x, %w) : (tensor<?x?x24xf32>, tensor<24x16xf32>) -> tensor<?x?x16xf32>
    %y = onnx.Add(%b, %p) : (tensor<16xf32>, tensor<?x?x16xf32>) -> tensor<?x?x16xf32>
    return %y : tensor<?x?x16xf32>
)",
                                  "llm.weight @w : tensor<24x16xf32> source "
                                  "\"w\"\nllm.weight @b : tensor<16xf32> "
                                  "source \"b\"\n"));
  EXPECT_EQ(Linears(function.function()).biased, 1);
  function.expectAgrees();
}

TEST(GraphFunction, whatElseReadsAProductKeepsItsBiasOutside) {
  CompiledFunction function(graph(sequences, "tensor<?x?x16xf32>", R"(
    %w = llm.param @w : tensor<24x16xf32>
    %b = llm.param @b : tensor<16xf32>
    %p = onnx.MatMul(%x, %w) : (tensor<?x?x24xf32>, tensor<24x16xf32>) -> tensor<?x?x16xf32>
    %s = onnx.Add(%p, %b) : (tensor<?x?x16xf32>, tensor<16xf32>) -> tensor<?x?x16xf32>
    %y = onnx.Mul(%s, %p) : (tensor<?x?x16xf32>, tensor<?x?x16xf32>) -> tensor<?x?x16xf32>
    return %y : tensor<?x?x16xf32>
)",
                                  "llm.weight @w : tensor<24x16xf32> source "
                                  "\"w\"\nllm.weight @b : tensor<16xf32> "
                                  "source \"b\"\n"));
  Linears linears(function.function());
  EXPECT_EQ(linears.plain, 1);
  EXPECT_EQ(linears.biased, 0);
  function.expectAgrees();
}

TEST(GraphFunction, aSummandThatIsNoVectorIsNoBias) {
  // One number for all columns, and one per row of a static sequence.
  for (std::string type : {"tensor<1xf32>", "tensor<5x1xf32>"}) {
    CompiledFunction function(graph(
        R"(%x: tensor<?x5x24xf32> {onnx.name = "x", onnx.dims = ["batch", "", ""]})",
        "tensor<?x5x16xf32>",
        "%w = llm.param @w : tensor<24x16xf32>\n%b = llm.param @b : " + type +
            R"(
    %p = onnx.MatMul(%x, %w) : (tensor<?x5x24xf32>, tensor<24x16xf32>) -> tensor<?x5x16xf32>
    %y = onnx.Add(%p, %b) : (tensor<?x5x16xf32>, )" +
            type + R"() -> tensor<?x5x16xf32>
    return %y : tensor<?x5x16xf32>
)",
        "llm.weight @w : tensor<24x16xf32> source \"w\"\nllm.weight @b : " +
            type + " source \"b\"\n"));
    EXPECT_EQ(Linears(function.function()).plain, 1);
    function.expectAgrees();
  }
}

/// A Gemm with these attributes, of a matrix [24, 16] or, transposed, [16, 24].
std::string gemm(const std::string &attributes, const std::string &matrix,
                 const std::string &input = "tensor<?x24xf32>") {
  std::string x =
      "%x: " + input + R"( {onnx.name = "x", onnx.dims = ["rows", ""]})";
  return graph(x, "tensor<?x16xf32>",
               "%w = llm.param @w : " + matrix +
                   "\n%b = llm.param @b : tensor<16xf32>\n%y = onnx.Gemm(%x, "
                   "%w, %b) {" +
                   attributes + "} : (" + input + ", " + matrix +
                   ", tensor<16xf32>) -> tensor<?x16xf32>\nreturn %y : "
                   "tensor<?x16xf32>\n",
               "llm.weight @w : " + matrix +
                   " source \"w\"\nllm.weight @b : tensor<16xf32> source "
                   "\"b\"\n");
}

TEST(GraphFunction, aGemmIsALinearWithABias) {
  for (auto [attributes, matrix] :
       {std::pair("transB = 1 : i64", "tensor<16x24xf32>"),
        std::pair("transB = 0 : i64", "tensor<24x16xf32>")}) {
    CompiledFunction function(gemm(attributes, matrix));
    EXPECT_EQ(Linears(function.function()).biased, 1) << attributes;
    function.expectAgrees();
  }
}

TEST(GraphFunction, factorsOfAGemmStayOutsideTheLinear) {
  CompiledFunction function(
      gemm("alpha = 5.0e-01 : f32, beta = 3.0 : f32", "tensor<24x16xf32>"));
  Linears linears(function.function());
  EXPECT_EQ(linears.plain, 1);
  EXPECT_EQ(linears.biased, 0);
  function.expectAgrees();
}

TEST(GraphFunction, oneVectorTimesAMatrixIsOneRow) {
  CompiledFunction function(
      graph(R"(%x: tensor<24xf32> {onnx.name = "x"})", "tensor<16xf32>", R"(
    %w = llm.param @w : tensor<24x16xf32>
    %y = onnx.MatMul(%x, %w) : (tensor<24xf32>, tensor<24x16xf32>) -> tensor<16xf32>
    return %y : tensor<16xf32>
)",
            "llm.weight @w : tensor<24x16xf32> source \"w\"\n"));
  EXPECT_EQ(Linears(function.function()).plain, 1);
  function.expectAgrees();
}

TEST(GraphFunction, rowsOfAStaticNumber) {
  CompiledFunction function(graph(
      R"(%x: tensor<3x2x24xf32> {onnx.name = "x"})", "tensor<3x2x16xf32>", R"(
    %w = llm.param @w : tensor<24x16xf32>
    %a = onnx.MatMul(%x, %w) : (tensor<3x2x24xf32>, tensor<24x16xf32>) -> tensor<3x2x16xf32>
    %y = onnx.Relu(%a) : (tensor<3x2x16xf32>) -> tensor<3x2x16xf32>
    return %y : tensor<3x2x16xf32>
)",
      "llm.weight @w : tensor<24x16xf32> source \"w\"\n"));
  EXPECT_EQ(Linears(function.function()).plain, 1);
  function.expectAgrees();
}

TEST(GraphFunction, batchesOfWeightsAreLoops) {
  // A matrix per head: no kernel has that for a batch of rows.
  CompiledFunction function(graph(
      R"(%x: tensor<?x2x?x24xf32> {onnx.name = "x", onnx.dims = ["batch", "", "seq", ""]})",
      "tensor<?x2x?x16xf32>", R"(
    %w = llm.param @w : tensor<2x24x16xf32>
    %y = onnx.MatMul(%x, %w) : (tensor<?x2x?x24xf32>, tensor<2x24x16xf32>) -> tensor<?x2x?x16xf32>
    return %y : tensor<?x2x?x16xf32>
)",
      "llm.weight @w : tensor<2x24x16xf32> source \"w\"\n"));
  EXPECT_EQ(Linears(function.function()).plain, 0);
  function.expectAgrees();
}

TEST(GraphFunction, aTableThatIsAlsoTheHeadIsReadInBothWays) {
  CompiledFunction function(graph(
      R"(%ids: tensor<?x?xi64> {onnx.name = "ids", onnx.dims = ["batch", "seq"]})",
      "tensor<?x?x5xf32>", R"(
    %t = llm.param @t : tensor<5x24xf32>
    %x = onnx.Gather(%t, %ids) {axis = 0 : i64} : (tensor<5x24xf32>, tensor<?x?xi64>) -> tensor<?x?x24xf32>
    %h = onnx.Transpose(%t) {perm = array<i64: 1, 0>} : (tensor<5x24xf32>) -> tensor<24x5xf32>
    %y = onnx.MatMul(%x, %h) : (tensor<?x?x24xf32>, tensor<24x5xf32>) -> tensor<?x?x5xf32>
    return %y : tensor<?x?x5xf32>
)",
      "llm.weight @t : tensor<5x24xf32> source \"t\"\n"));
  EXPECT_EQ(Linears(function.function()).plain, 1);
  function.expectAgrees();
}

} // namespace
