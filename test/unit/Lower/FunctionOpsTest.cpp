//===- FunctionOpsTest.cpp - ops of function programs, compiled -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "CompiledFunction.h"

using namespace llmc::test;

namespace {

/// A generic: its maps and loops, its operands, the body's arguments and ops.
std::string generic(const std::string &maps, const std::string &loops,
                    const std::string &operands, const std::string &body) {
  return "linalg.generic {indexing_maps = [" + maps + "], iterator_types = [" +
         loops + "]} " + operands + " {\n" + body + "}";
}

const char *const rows =
    R"(%x: tensor<?x?xf32> {llm.name = "x", llm.dims = ["m", "n"]})";
const char *const rowsOut =
    R"(tensor<?x?xf32> {llm.name = "y", llm.dims = ["m", "n"]})";
const char *const sizes = R"(
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %m = tensor.dim %x, %c0 : tensor<?x?xf32>
  %n = tensor.dim %x, %c1 : tensor<?x?xf32>
)";

TEST(FunctionOps, elementwiseOpsOnTensors) {
  CompiledFunction function(functionModule(rows, rowsOut, R"(
    %a = arith.mulf %x, %x : tensor<?x?xf32>
    %b = math.exp %x : tensor<?x?xf32>
    %c = arith.addf %a, %b : tensor<?x?xf32>
    %d = math.tanh %c : tensor<?x?xf32>
    %e = math.sin %x : tensor<?x?xf32>
    %f = arith.subf %d, %e : tensor<?x?xf32>
    return %f : tensor<?x?xf32>
)"));
  function.expectAgrees();
}

TEST(FunctionOps, sumsOfRowsAndOfColumns) {
  for (std::string kept : {"d0", "d1"}) {
    CompiledFunction function(functionModule(
        rows, R"(tensor<?xf32> {llm.name = "y"})",
        std::string(sizes) + "%zero = arith.constant 0.0 : f32\n" +
            "%e = tensor.empty(%" + (kept == "d0" ? "m" : "n") +
            ") : tensor<?xf32>\n" +
            "%s = linalg.fill ins(%zero : f32) outs(%e : tensor<?xf32>) -> "
            "tensor<?xf32>\n%y = " +
            generic(
                "affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (" +
                    kept + ")>",
                kept == "d0" ? R"("parallel", "reduction")"
                             : R"("reduction", "parallel")",
                "ins(%x : tensor<?x?xf32>) outs(%s : tensor<?xf32>)", R"(
    ^bb0(%a: f32, %o: f32):
      %q = arith.mulf %a, %a : f32
      %t = arith.addf %o, %q : f32
      linalg.yield %t : f32
)") + " -> tensor<?xf32>\nreturn %y : tensor<?xf32>\n"));
    function.expectAgrees();
  }
}

TEST(FunctionOps, largestOfAllElements) {
  CompiledFunction function(
      functionModule(rows, R"(tensor<f32> {llm.name = "y"})", R"(
    %low = arith.constant 0xFF800000 : f32
    %e = tensor.empty() : tensor<f32>
    %s = linalg.fill ins(%low : f32) outs(%e : tensor<f32>) -> tensor<f32>
    %y = linalg.reduce ins(%x : tensor<?x?xf32>) outs(%s : tensor<f32>) dimensions = [0, 1]
      (%a: f32, %o: f32) {
        %t = arith.maximumf %a, %o : f32
        linalg.yield %t : f32
      }
    return %y : tensor<f32>
)"));
  function.expectAgrees(tolerance::exact);
}

TEST(FunctionOps, placeOfTheLargestIsTwoResultsAtOnce) {
  CompiledFunction function(functionModule(
      rows,
      R"(tensor<?xf32> {llm.name = "largest"}, tensor<?xi64> {llm.name = "place"})",
      std::string(sizes) + R"(
    %low = arith.constant 0xFF800000 : f32
    %none = arith.constant 0 : i64
    %e = tensor.empty(%m) : tensor<?xf32>
    %f = tensor.empty(%m) : tensor<?xi64>
    %s = linalg.fill ins(%low : f32) outs(%e : tensor<?xf32>) -> tensor<?xf32>
    %t = linalg.fill ins(%none : i64) outs(%f : tensor<?xi64>) -> tensor<?xi64>
    %y:2 = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>, affine_map<(i, j) -> (i)>], iterator_types = ["parallel", "reduction"]}
        ins(%x : tensor<?x?xf32>) outs(%s, %t : tensor<?xf32>, tensor<?xi64>) {
    ^bb0(%a: f32, %best: f32, %at: i64):
      %j = linalg.index 1 : index
      %here = arith.index_cast %j : index to i64
      %more = arith.cmpf ogt, %a, %best : f32
      %p = arith.select %more, %a, %best : f32
      %q = arith.select %more, %here, %at : i64
      linalg.yield %p, %q : f32, i64
    } -> (tensor<?xf32>, tensor<?xi64>)
    return %y#0, %y#1 : tensor<?xf32>, tensor<?xi64>
)"));
  function.expectAgrees(tolerance::exact);
}

TEST(FunctionOps, products) {
  CompiledFunction function(functionModule(
      R"(%a: tensor<?x?xf32> {llm.name = "a", llm.dims = ["m", "k"]}, %b: tensor<?x?xf32> {llm.name = "b", llm.dims = ["k", "n"]})",
      R"(tensor<?x?xf32> {llm.name = "y", llm.dims = ["m", "n"]})", R"(
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %m = tensor.dim %a, %c0 : tensor<?x?xf32>
    %n = tensor.dim %b, %c1 : tensor<?x?xf32>
    %zero = arith.constant 0.0 : f32
    %e = tensor.empty(%m, %n) : tensor<?x?xf32>
    %s = linalg.fill ins(%zero : f32) outs(%e : tensor<?x?xf32>) -> tensor<?x?xf32>
    %y = linalg.matmul ins(%a, %b : tensor<?x?xf32>, tensor<?x?xf32>) outs(%s : tensor<?x?xf32>) -> tensor<?x?xf32>
    return %y : tensor<?x?xf32>
)"));
  function.expectAgrees();
}

TEST(FunctionOps, attentionOfHeads) {
  // softmax(q k^T) v of [batch, heads, length, width], as exporters write it.
  CompiledFunction function(functionModule(
      R"(%q: tensor<?x2x?x8xf32> {llm.name = "q", llm.dims = ["b", "", "s", ""]}, %k: tensor<?x2x?x8xf32> {llm.name = "k", llm.dims = ["b", "", "u", ""]}, %v: tensor<?x2x?x8xf32> {llm.name = "v", llm.dims = ["b", "", "u", ""]})",
      R"(tensor<?x2x?x8xf32> {llm.name = "y"})", R"(
    %c0 = arith.constant 0 : index
    %c2 = arith.constant 2 : index
    %b = tensor.dim %q, %c0 : tensor<?x2x?x8xf32>
    %s = tensor.dim %q, %c2 : tensor<?x2x?x8xf32>
    %u = tensor.dim %k, %c2 : tensor<?x2x?x8xf32>
    %zero = arith.constant 0.0 : f32
    %e = tensor.empty(%b, %s, %u) : tensor<?x2x?x?xf32>
    %f = linalg.fill ins(%zero : f32) outs(%e : tensor<?x2x?x?xf32>) -> tensor<?x2x?x?xf32>
    %scores = linalg.generic {indexing_maps = [affine_map<(b, h, s, u, d) -> (b, h, s, d)>, affine_map<(b, h, s, u, d) -> (b, h, u, d)>, affine_map<(b, h, s, u, d) -> (b, h, s, u)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]}
        ins(%q, %k : tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>) outs(%f : tensor<?x2x?x?xf32>) {
    ^bb0(%i: f32, %j: f32, %o: f32):
      %p = arith.mulf %i, %j : f32
      %t = arith.addf %o, %p : f32
      linalg.yield %t : f32
    } -> tensor<?x2x?x?xf32>
    %probabilities = linalg.softmax dimension(3) ins(%scores : tensor<?x2x?x?xf32>) outs(%e : tensor<?x2x?x?xf32>) -> tensor<?x2x?x?xf32>
    %g = tensor.empty(%b, %s) : tensor<?x2x?x8xf32>
    %h = linalg.fill ins(%zero : f32) outs(%g : tensor<?x2x?x8xf32>) -> tensor<?x2x?x8xf32>
    %y = linalg.generic {indexing_maps = [affine_map<(b, h, s, d, u) -> (b, h, s, u)>, affine_map<(b, h, s, d, u) -> (b, h, u, d)>, affine_map<(b, h, s, d, u) -> (b, h, s, d)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]}
        ins(%probabilities, %v : tensor<?x2x?x?xf32>, tensor<?x2x?x8xf32>) outs(%h : tensor<?x2x?x8xf32>) {
    ^bb0(%i: f32, %j: f32, %o: f32):
      %p = arith.mulf %i, %j : f32
      %t = arith.addf %o, %p : f32
      linalg.yield %t : f32
    } -> tensor<?x2x?x8xf32>
    return %y : tensor<?x2x?x8xf32>
)"));
  function.expectAgrees();
}

TEST(FunctionOps, productsOfHeadsInTheLayoutOfTheirProjections) {
  // q k^T of [batch, length, heads, width]: keys lie apart, and widths are less
  // than a tile, a whole one, and more, with and without a rest.
  for (int64_t width : {3, 16, 20, 32, 48, 64, 100}) {
    SCOPED_TRACE(width);
    const std::string side = "tensor<?x?x2x" + std::to_string(width) + "xf32>";
    CompiledFunction function(functionModule(
        "%q: " + side +
            R"( {llm.name = "q", llm.dims = ["b", "s", "", ""]}, %k: )" + side +
            R"( {llm.name = "k", llm.dims = ["b", "u", "", ""]})",
        side + R"( {llm.name = "y"})",
        R"(
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %b = tensor.dim %q, %c0 : )" +
            side + R"(
    %s = tensor.dim %q, %c1 : )" +
            side + R"(
    %u = tensor.dim %k, %c1 : )" +
            side + R"(
    %zero = arith.constant 0.0 : f32
    %e = tensor.empty(%b, %s, %u) : tensor<?x2x?x?xf32>
    %f = linalg.fill ins(%zero : f32) outs(%e : tensor<?x2x?x?xf32>) -> tensor<?x2x?x?xf32>
    %scores = linalg.generic {indexing_maps = [affine_map<(b, h, s, u, d) -> (b, s, h, d)>, affine_map<(b, h, s, u, d) -> (b, u, h, d)>, affine_map<(b, h, s, u, d) -> (b, h, s, u)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]}
        ins(%q, %k : )" +
            side + ", " + side + R"() outs(%f : tensor<?x2x?x?xf32>) {
    ^bb0(%i: f32, %j: f32, %o: f32):
      %p = arith.mulf %i, %j : f32
      %t = arith.addf %o, %p : f32
      linalg.yield %t : f32
    } -> tensor<?x2x?x?xf32>
    %g = tensor.empty(%b, %s) : )" +
            side + R"(
    %h = linalg.fill ins(%zero : f32) outs(%g : )" +
            side + ") -> " + side + R"(
    %y = linalg.generic {indexing_maps = [affine_map<(b, s, h, d, u) -> (b, h, s, u)>, affine_map<(b, s, h, d, u) -> (b, u, h, d)>, affine_map<(b, s, h, d, u) -> (b, s, h, d)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]}
        ins(%scores, %k : tensor<?x2x?x?xf32>, )" +
            side + ") outs(%h : " + side + R"() {
    ^bb0(%i: f32, %j: f32, %o: f32):
      %p = arith.mulf %i, %j : f32
      %t = arith.addf %o, %p : f32
      linalg.yield %t : f32
    } -> )" +
            side + R"(
    return %y : )" +
            side + "\n"));
    // Rows and keys are what tiles divide: a large batch would cost the interpreter
    // a minute.
    for (int64_t size : {1, 2, 7, 16, 33})
      function.expectAgrees(
          function.inputs({{"b", 2}, {"s", size}, {"u", size + 2}}));
  }
}

TEST(FunctionOps, transposesAndBroadcasts) {
  CompiledFunction function(functionModule(
      std::string(rows) +
          R"(, %w: tensor<?xf32> {llm.name = "w", llm.dims = ["m"]})",
      R"(tensor<?x?xf32> {llm.name = "y"})", std::string(sizes) + R"(
    %e = tensor.empty(%n, %m) : tensor<?x?xf32>
    %y = linalg.generic {indexing_maps = [affine_map<(i, j) -> (j, i)>, affine_map<(i, j) -> (j)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]}
        ins(%x, %w : tensor<?x?xf32>, tensor<?xf32>) outs(%e : tensor<?x?xf32>) {
    ^bb0(%a: f32, %b: f32, %o: f32):
      %t = arith.addf %a, %b : f32
      linalg.yield %t : f32
    } -> tensor<?x?xf32>
    return %y : tensor<?x?xf32>
)"));
  function.expectAgrees(tolerance::exact);
}

TEST(FunctionOps, conditionsAreBytes) {
  CompiledFunction function(functionModule(
      std::string(rows) +
          R"(, %mask: tensor<?x?xi1> {llm.name = "mask", llm.dims = ["m", "n"]})",
      std::string(rowsOut) + R"(, tensor<?x?xi1> {llm.name = "positive"})", R"(
    %zero = arith.constant dense<0.0> : tensor<f32>
    %z = tensor.extract %zero[] : tensor<f32>
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %m = tensor.dim %x, %c0 : tensor<?x?xf32>
    %n = tensor.dim %x, %c1 : tensor<?x?xf32>
    %zeros = tensor.splat %z[%m, %n] : tensor<?x?xf32>
    %positive = arith.cmpf ogt, %x, %zeros : tensor<?x?xf32>
    %both = arith.andi %positive, %mask : tensor<?x?xi1>
    %y = arith.select %both, %x, %zeros : tensor<?x?xi1>, tensor<?x?xf32>
    return %y, %positive : tensor<?x?xf32>, tensor<?x?xi1>
)"));
  function.expectAgrees(tolerance::exact);
}

TEST(FunctionOps, rowsOfATable) {
  CompiledFunction function(functionModule(
      R"(%ids: tensor<?xi64> {llm.name = "ids", llm.dims = ["t"]}, %table: tensor<7x12xf32> {llm.name = "table"})",
      R"(tensor<?x12xf32> {llm.name = "y"})", R"(
    %c0 = arith.constant 0 : index
    %t = tensor.dim %ids, %c0 : tensor<?xi64>
    %e = tensor.empty(%t) : tensor<?x12xf32>
    %y = linalg.generic {indexing_maps = [affine_map<(t, k) -> (t)>, affine_map<(t, k) -> (t, k)>], iterator_types = ["parallel", "parallel"]}
        ins(%ids : tensor<?xi64>) outs(%e : tensor<?x12xf32>) {
    ^bb0(%id: i64, %o: f32):
      %row = arith.index_cast %id : i64 to index
      %k = linalg.index 1 : index
      %r = tensor.extract %table[%row, %k] : tensor<7x12xf32>
      linalg.yield %r : f32
    } -> tensor<?x12xf32>
    return %y : tensor<?x12xf32>
)"));
  function.expectAgrees(tolerance::exact);
}

TEST(FunctionOps, anIdBesideTheTableReadsTheNearestRow) {
  CompiledFunction function(functionModule(
      R"(%ids: tensor<2xi64> {llm.name = "ids"}, %table: tensor<3xf32> {llm.name = "table"})",
      R"(tensor<2xf32> {llm.name = "y"})", R"(
    %e = tensor.empty() : tensor<2xf32>
    %y = linalg.generic {indexing_maps = [affine_map<(t) -> (t)>, affine_map<(t) -> (t)>], iterator_types = ["parallel"]}
        ins(%ids : tensor<2xi64>) outs(%e : tensor<2xf32>) {
    ^bb0(%id: i64, %o: f32):
      %row = arith.index_cast %id : i64 to index
      %r = tensor.extract %table[%row] : tensor<3xf32>
      linalg.yield %r : f32
    } -> tensor<2xf32>
    return %y : tensor<2xf32>
)"));
  ASSERT_TRUE(function.ok());
  llmc::ReferenceTensor ids{{2}, {}, {-9223372036854775807, 1 << 30}};
  llmc::ReferenceTensor table{{3}, {1, 2, 3}, {}};
  for (const std::string &variant : function.variants())
    EXPECT_EQ((*function.call(variant, 1, {ids, table}))[0].floats,
              std::vector<float>({1, 3}));
}

TEST(FunctionOps, slicesAndJoinsMoveElements) {
  CompiledFunction function(functionModule(
      rows, R"(tensor<?x?xf32> {llm.name = "y"})", std::string(sizes) + R"(
    %j = tensor.concat dim(1) %x, %x : (tensor<?x?xf32>, tensor<?x?xf32>) -> tensor<?x?xf32>
    %s = tensor.extract_slice %j[0, %n] [%m, %n] [1, 1] : tensor<?x?xf32> to tensor<?x?xf32>
    %neg = arith.negf %s : tensor<?x?xf32>
    %y = tensor.concat dim(0) %neg, %x, %s : (tensor<?x?xf32>, tensor<?x?xf32>, tensor<?x?xf32>) -> tensor<?x?xf32>
    return %y : tensor<?x?xf32>
)"));
  function.expectAgrees(tolerance::exact);
}

TEST(FunctionOps, shapesOfRows) {
  CompiledFunction function(functionModule(
      R"(%x: tensor<?x?x12xf32> {llm.name = "x", llm.dims = ["b", "s", ""]})",
      R"(tensor<?x3x?x4xf32> {llm.name = "y"}, tensor<?x12xf32> {llm.name = "z"}, tensor<?x?x2x6xf32> {llm.name = "w"})",
      R"(
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %b = tensor.dim %x, %c0 : tensor<?x?x12xf32>
    %s = tensor.dim %x, %c1 : tensor<?x?x12xf32>
    %h = tensor.expand_shape %x [[0], [1], [2, 3]] output_shape [%b, %s, 3, 4] : tensor<?x?x12xf32> into tensor<?x?x3x4xf32>
    %e = tensor.empty(%b, %s) : tensor<?x3x?x4xf32>
    %y = linalg.transpose ins(%h : tensor<?x?x3x4xf32>) outs(%e : tensor<?x3x?x4xf32>) permutation = [0, 2, 1, 3]
    %flat = tensor.collapse_shape %x [[0, 1], [2]] : tensor<?x?x12xf32> into tensor<?x12xf32>
    %z = arith.addf %flat, %flat : tensor<?x12xf32>
    %back = tensor.expand_shape %z [[0, 1], [2, 3]] output_shape [%b, %s, 2, 6] : tensor<?x12xf32> into tensor<?x?x2x6xf32>
    %f = tensor.empty(%s, %b) : tensor<?x?x2x6xf32>
    %w = linalg.transpose ins(%back : tensor<?x?x2x6xf32>) outs(%f : tensor<?x?x2x6xf32>) permutation = [1, 0, 2, 3]
    return %y, %z, %w : tensor<?x3x?x4xf32>, tensor<?x12xf32>, tensor<?x?x2x6xf32>
)"));
  function.expectAgrees(tolerance::exact);
}

const char *const fixed = R"(%x: tensor<5x19xf32> {llm.name = "x"})";
const char *const fixedOut = R"(tensor<5x19xf32> {llm.name = "y"})";

TEST(FunctionOps, loopsCarryTensors) {
  CompiledFunction function(functionModule(fixed, fixedOut, R"(
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c3 = arith.constant 3 : index
    %y = scf.for %i = %c0 to %c3 step %c1 iter_args(%z = %x) -> (tensor<5x19xf32>) {
      %half = arith.mulf %z, %z : tensor<5x19xf32>
      %t = math.tanh %half : tensor<5x19xf32>
      scf.yield %t : tensor<5x19xf32>
    }
    return %y : tensor<5x19xf32>
)"));
  function.expectAgrees();
}

TEST(FunctionOps, aBranchIsTakenByAllWorkers) {
  for (int64_t chosen : {0, 1}) {
    CompiledFunction function(functionModule(
        std::string(fixed) + R"(, %which: tensor<i1> {llm.name = "which"})",
        fixedOut, R"(
    %c = tensor.extract %which[] : tensor<i1>
    %y = scf.if %c -> (tensor<5x19xf32>) {
      %a = arith.addf %x, %x : tensor<5x19xf32>
      scf.yield %a : tensor<5x19xf32>
    } else {
      scf.yield %x : tensor<5x19xf32>
    }
    return %y : tensor<5x19xf32>
)"));
    ASSERT_TRUE(function.ok());
    auto inputs = function.inputs({});
    inputs[1].ints = {chosen};
    function.expectAgrees(inputs, tolerance::exact);
  }
}

TEST(FunctionOps, rowsOfTheDialect) {
  CompiledFunction function(functionModule(
      R"(%x: tensor<?x24xf32> {llm.name = "x", llm.dims = ["t", ""]})",
      R"(tensor<?x10xf32> {llm.name = "y"})", R"(
    %g = llm.param @g : tensor<24xf32>
    %b = llm.param @b : tensor<24xf32>
    %w = llm.param @w : tensor<10x24xf32>
    %bias = llm.param @bias : tensor<10xf32>
    %n = llm.norm layer %x weight(%g) bias(%b) {eps = 1.0e-5 : f64} : (tensor<?x24xf32>, tensor<24xf32>, tensor<24xf32>) -> tensor<?x24xf32>
    %r = llm.norm rms %n weight(%g) {eps = 1.0e-6 : f64} : (tensor<?x24xf32>, tensor<24xf32>) -> tensor<?x24xf32>
    %a = llm.act gelu_erf %r : tensor<?x24xf32>
    %y = llm.linear %a, %w bias(%bias) : (tensor<?x24xf32>, tensor<10x24xf32>, tensor<10xf32>) -> tensor<?x10xf32>
    %z = llm.act silu %y : tensor<?x10xf32>
    return %z : tensor<?x10xf32>
)",
      R"(
  llm.weight @g : tensor<24xf32> value dense<1.5> : tensor<24xf32>
  llm.weight @b : tensor<24xf32> value dense<0.25> : tensor<24xf32>
  llm.weight @w : tensor<10x24xf32> value dense<0.125> : tensor<10x24xf32>
  llm.weight @bias : tensor<10xf32> value dense<[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, -9.0]> : tensor<10xf32>
)"));
  function.expectAgrees();
}

TEST(FunctionOps, rowsAreTurnedAroundAProduct) {
  CompiledFunction function(functionModule(
      R"(%x: tensor<?x12xf32> {llm.name = "x", llm.dims = ["t", ""]})",
      R"(tensor<?x12xf32> {llm.name = "y"})", R"(
    %a = llm.param @a : tensor<3x3xf32>
    %b = llm.param @b : tensor<4x4xf32>
    %w = llm.param @w : tensor<12x12xf32>
    %t = llm.kron_rotate %x, %a, %b : (tensor<?x12xf32>, tensor<3x3xf32>, tensor<4x4xf32>) -> tensor<?x12xf32>
    %p = llm.linear %t, %w : (tensor<?x12xf32>, tensor<12x12xf32>) -> tensor<?x12xf32>
    %y = llm.kron_rotate %p, %a, %b : (tensor<?x12xf32>, tensor<3x3xf32>, tensor<4x4xf32>) -> tensor<?x12xf32>
    return %y : tensor<?x12xf32>
)",
      R"(
  llm.weight @a : tensor<3x3xf32> value dense<[[1.0, 2.0, -1.0], [0.5, 0.0, 3.0], [-2.0, 1.0, 1.0]]> : tensor<3x3xf32>
  llm.weight @b : tensor<4x4xf32> value dense<[[0.0, 1.0, 0.0, 0.5], [1.0, 0.0, 2.0, 0.0], [0.0, -1.0, 1.0, 0.0], [3.0, 0.0, 0.0, 1.0]]> : tensor<4x4xf32>
  llm.weight @w : tensor<12x12xf32> source "w"
)"));
  function.expectAgrees();
}

TEST(FunctionOps, productsWithWeightsAreKernels) {
  // The last panel is not full; what feeds a kernel and what reads it are generics.
  CompiledFunction function(functionModule(
      R"(%x: tensor<?x32xf32> {llm.name = "x", llm.dims = ["t", ""]})",
      R"(tensor<?x32xf32> {llm.name = "y"}, tensor<?x20xf32> {llm.name = "z"})",
      R"(
    %w = llm.param @w : tensor<20x32xf32>
    %v = llm.param @v : tensor<32x20xf32>
    %t = math.tanh %x : tensor<?x32xf32>
    %a = llm.linear %t, %w : (tensor<?x32xf32>, tensor<20x32xf32>) -> tensor<?x20xf32>
    %b = llm.act gelu_tanh %a : tensor<?x20xf32>
    %c = llm.linear %b, %v : (tensor<?x20xf32>, tensor<32x20xf32>) -> tensor<?x32xf32>
    %y = arith.addf %c, %x : tensor<?x32xf32>
    %z = llm.linear %y, %w : (tensor<?x32xf32>, tensor<20x32xf32>) -> tensor<?x20xf32>
    return %y, %z : tensor<?x32xf32>, tensor<?x20xf32>
)",
      "llm.weight @w : tensor<20x32xf32> source \"w\"\n"
      "llm.weight @v : tensor<32x20xf32> source \"v\"\n"));
  function.expectAgrees();
}

/// Rows of integers lie between kernels: two products read the same ones, one of them
/// behind another product, whose rows have two planes.
TEST(FunctionOps, productsOfIntegersAreKernels) {
  const std::string grid =
      "#llm.grid<bits = 4, group = 32, scale = f16, zero = 8>";
  auto weight = [&](const std::string &name, const std::string &shape) {
    return "llm.weight @" + name + " : !llm.packed<" + shape + ", " + grid +
           "> source \"" + name + "\" recipe [#llm.round<grid = " +
           llvm::StringRef(grid).substr(9).str() + ", method = \"rtn\">]\n";
  };
  const std::string w = "!llm.packed<40x64, " + grid + ">",
                    v = "!llm.packed<96x64, " + grid + ">",
                    u = "!llm.packed<64x96, " + grid + ">";
  CompiledFunction function(functionModule(
      R"(%x: tensor<?x64xf32> {llm.name = "x", llm.dims = ["t", ""]})",
      R"(tensor<?x40xf32> {llm.name = "y"}, tensor<?x64xf32> {llm.name = "z"})",
      "%w = llm.param @w : " + w + "\n%v = llm.param @v : " + v +
          "\n%u = llm.param @u : " + u + R"(
    %t = math.tanh %x : tensor<?x64xf32>
    %q = llm.quantize_act %t : tensor<?x64xf32> -> !llm.packed<?x64, #llm.int8_act<32>>
    %y = llm.linear %q, %w : (!llm.packed<?x64, #llm.int8_act<32>>, )" +
          w + R"() -> tensor<?x40xf32>
    %a = llm.linear %q, %v : (!llm.packed<?x64, #llm.int8_act<32>>, )" +
          v + R"() -> tensor<?x96xf32>
    %b = llm.act silu %a : tensor<?x96xf32>
    %p = llm.quantize_act %b : tensor<?x96xf32> -> !llm.packed<?x96, #llm.int8_act<32, fine>>
    %c = llm.linear %p, %u : (!llm.packed<?x96, #llm.int8_act<32, fine>>, )" +
          u + R"() -> tensor<?x64xf32>
    %z = arith.addf %c, %x : tensor<?x64xf32>
    return %y, %z : tensor<?x40xf32>, tensor<?x64xf32>
)",
      weight("w", "40x64") + weight("v", "96x64") + weight("u", "64x96")));
  ASSERT_TRUE(function.ok());
  function.expectAgrees();
}

TEST(FunctionOps, wholeNumbersOfAllWidths) {
  for (std::string type : {"i8", "i16", "i32", "i64"}) {
    std::string tensor = "tensor<?x?x" + type + ">";
    CompiledFunction function(functionModule(
        "%x: " + tensor + R"( {llm.name = "x", llm.dims = ["m", "n"]})",
        tensor + R"( {llm.name = "y"})",
        "%a = arith.muli %x, %x : " + tensor + "\n%b = arith.subi %x, %a : " +
            tensor + "\nreturn %b : " + tensor + "\n"));
    function.expectAgrees(tolerance::exact);
  }
}

} // namespace
