//===- NarrowProductTest.cpp - products whose prompts may be bf16 ---------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Graph.h"

using namespace llmc;
using namespace llmc::test;

namespace {
struct Product {
  const char *weights;
  int64_t inner, outer;
  bool fine = false;
  const char *gate = nullptr; // weights of a second product, if there is one
  bool floats = false;        // rows of floats, whatever the weights are
};
void PrintTo(const Product &product, std::ostream *stream) {
  *stream << product.weights << " " << product.outer << " x " << product.inner
          << (product.fine ? ", fine" : "")
          << (product.gate ? std::string(", gate ") + product.gate : "")
          << (product.floats ? ", rows of floats" : "");
}

/// Of codes with a zero, with a minimum, with scales of scales, of a table; of floats and
/// codes of floats; an odd number of panels, one that is not full, many pieces of k.
constexpr Product products[] = {
    {"q4_0", 96, 64},
    {"q4_1", 576, 48, /*fine=*/true},
    {"q8_0", 32, 1},
    {"q8_0", 1568, 32},
    {"q4_k", 1792, 40},
    {"q6_k", 256, 33, /*fine=*/true},
    {"q2_k", 512, 16},
    {"q3_k", 256, 64},
    {"q5_k", 256, 32, /*fine=*/true},
    {"q5_0", 64, 32},
    {"iq4_nl", 64, 80},
    {"q5_1", 128, 64, /*fine=*/false, "q5_1"},
    {"q5_k", 256, 256, /*fine=*/false, "q4_k"},
    {"f32", 96, 40},
    {"f16", 1568, 16},
    {"bf16", 576, 80, /*fine=*/false, "bf16"},
    {"float_codes<type = f8E4M3FN, group = 96, scale = f32>", 192, 33},
    {"float_codes<type = f8E5M2, group = 32, scale = bf16>", 1568, 32},
    {"float_codes<values = [-1.0, -0.7, -0.5, -0.4, -0.28, -0.18, -0.09, 0.0, "
     "0.08, 0.16, 0.25, 0.34, 0.44, 0.56, 0.72, 1.0], group = 16, scale = f16>",
     64, 48},
    {"q4_k", 512, 48, /*fine=*/false, nullptr, /*floats=*/true},
    {"q6_k", 256, 130, /*fine=*/false, "q6_k", /*floats=*/true},
};

void build(Graph &graph, const Product &product) {
  auto grid = graph.getEncoding(product.weights).getGrid();
  Operand rows = graph.rows(product.inner);
  Operand x = grid && !product.floats
                  ? graph.quantize(rows, product.inner, grid->group,
                                   product.fine, /*bf16Prompts=*/true)
                  : graph.narrow(rows, product.inner);
  auto multiply = [&](const char *weights) {
    Operand w = graph.param({product.outer, product.inner}, weights);
    return graph.linear(x, w, graph.param({product.outer}), product.outer);
  };
  Operand result = multiply(product.weights);
  if (product.gate) {
    Operand gate = multiply(product.gate);
    Operand act =
        graph.emit("llm.act silu " + gate.name + " : " + gate.type, gate.type);
    result = graph.combine("arith.mulf", act, result);
  }
  graph.finish(result);
}

/// Prompts of whole tiles and of what is left of them, generated rows alone, before,
/// behind and between prompts.
std::vector<ReferenceBatch> steps(Graph &graph) {
  std::vector<ReferenceBatch> all(6);
  graph.append(all[0], 0, 0, 32);
  graph.append(all[1], 0, 32, 1);
  graph.append(all[1], 1, 0, 1);
  graph.append(all[2], 1, 1, 17);
  graph.append(all[2], 0, 33, 1);
  graph.append(all[2], 2, 0, 1);
  graph.append(all[2], 3, 0, 2);
  graph.append(all[3], 3, 2, 1);
  graph.append(all[3], 0, 34, 61);
  graph.append(all[3], 1, 18, 5);
  graph.append(all[4], 0, 95, 16);
  graph.append(all[5], 0, 111, 270);
  return all;
}
class NarrowProduct : public ::testing::TestWithParam<Product> {};
} // namespace

TEST_P(NarrowProduct, AgreesAsFarAsItRounds) {
  Graph graph(91);
  build(graph, GetParam());
  expectCompiledAgrees(graph, steps(graph), tolerance::bfloats, {1, 3});
}

/// More products than a block of a device has tiles for.
TEST(NarrowProducts, FiveOfOneKernel) {
  Graph graph(93);
  constexpr int64_t inner = 96, outer = 40;
  Operand x = graph.narrow(graph.rows(inner), inner), sum;
  for (const char *weights : {"f32", "bf16", "q4_0", "f16", "f32"}) {
    Operand product = graph.linear(x, graph.param({outer, inner}, weights),
                                   graph.param({outer}), outer);
    sum =
        sum.name.empty() ? product : graph.combine("arith.addf", sum, product);
  }
  graph.finish(sum);
  expectCompiledAgrees(graph, steps(graph), tolerance::bfloats, {2});
}

/// A row has one result for each of its phases, whoever else is in the step and however
/// many workers there are.
TEST_P(NarrowProduct, NeighboursDoNotChangeABit) {
  Graph graph(92);
  build(graph, GetParam());
  GraphRun run(graph);
  ASSERT_TRUE(run.ok());
  constexpr int32_t length = 70;
  for (const std::string &variant : run.compiled->variants())
    for (int32_t phase : {LLMRT_PHASE_PROMPT, LLMRT_PHASE_GENERATED}) {
      std::vector<float> expected;
      for (int64_t workers : {1, 2})
        for (int32_t chunk : {70, 33, 16, 1}) {
          run.compiled->start(variant, workers);
          run.compiled->phase = phase;
          std::vector<float> all;
          for (int32_t first = 0; first < length; first += chunk) {
            int32_t count = std::min(chunk, length - first);
            llvm::append_range(all, run.compiled->run(rowsFrom(first, count)));
          }
          if (expected.empty())
            expected = all;
          EXPECT_TRUE(all == expected)
              << variant << ", phase " << phase << ", chunks of " << chunk
              << ": " << relativeDifference(all, expected);
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Products, NarrowProduct,
                         ::testing::ValuesIn(products));
