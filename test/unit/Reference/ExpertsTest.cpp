//===- ExpertsTest.cpp - routing and mixtures of experts ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Harness.h"

#include <cmath>

using namespace llmc;
using namespace llmc::test;

/// `llm.route` of rows of four logits, k = 2.
static std::string route(llvm::StringRef attributes, bool bias = false) {
  return (llvm::Twine("func.func @f(%l: tensor<?x4xf32>") +
          (bias ? ", %b: tensor<4xf32>" : "") +
          R"() -> (tensor<?x2xi32>, tensor<?x2xf32>) {
    %i, %w = llm.route %l)" +
          (bias ? " bias(%b)" : "") + " {k = 2 : i64" + attributes +
          "} : (tensor<?x4xf32>" + (bias ? ", tensor<4xf32>" : "") +
          R"() -> (tensor<?x2xi32>, tensor<?x2xf32>)
    return %i, %w : tensor<?x2xi32>, tensor<?x2xf32> })")
      .str();
}

static void expectRoute(llvm::StringRef text,
                        llvm::ArrayRef<ReferenceTensor> inputs,
                        std::vector<int64_t> indices,
                        std::vector<float> weights) {
  Program program(text);
  auto results = program.call(inputs);
  ASSERT_EQ(results.size(), 2u);
  EXPECT_EQ(results[0].ints, indices);
  expectNear(results[1].floats, weights);
}

// exp(logits) are 1, 2, 5, 2: probabilities 0.1, 0.2, 0.5, 0.2.
static const auto logits =
    floats({1, 4}, {0, 0.69314718f, 1.60943791f, 0.69314718f});

TEST(Route, SoftmaxOverAllExpertsTiesByLowerIndex) {
  expectRoute(route(""), {logits}, {2, 1}, {0.5f, 0.2f});
}

TEST(Route, SumRenormalisesTheChosen) {
  expectRoute(route(", weighting = #llm<route_weights sum>"), {logits}, {2, 1},
              {0.5f / 0.7f, 0.2f / 0.7f});
}

TEST(Route, ScaleAndEpsApplyToTheSum) {
  expectRoute(route(", weighting = #llm<route_weights sum>, eps = 0.3 : f64, "
                    "scale = 2.0 : f64"),
              {logits}, {2, 1}, {1.0f, 0.4f});
}

TEST(Route, SoftmaxOverTheChosenLogits) {
  expectRoute(route(", score = #llm<route_score identity>, weighting = "
                    "#llm<route_weights softmax>"),
              {logits}, {2, 1}, {5.0f / 7, 2.0f / 7});
}

TEST(Route, BiasChoosesButDoesNotWeigh) {
  expectRoute(route(", score = #llm<route_score sigmoid>", /*bias=*/true),
              {floats({1, 4}, {0, 2, -2, 0}), floats({4}, {0.5f, 0, 0.5f, 0})},
              {0, 1}, {0.5f, 0.8807970780f});
}

TEST(Route, SquareRootOfSoftplus) {
  expectRoute(route(", score = #llm<route_score sqrtsoftplus>"),
              {floats({1, 4}, {0, 1, -1, 0.5f})}, {1, 3},
              {std::sqrt(1.3132616875f), std::sqrt(0.9740769842f)});
}

TEST(Route, GroupsByTheirGreatestExpert) {
  // Group 0 has the greatest expert, so the good experts of group 1 are masked.
  expectRoute(route(", groups = 2 : i64, top_groups = 1 : i64, score = "
                    "#llm<route_score identity>"),
              {floats({1, 4}, {9, 1, 8, 7})}, {0, 1}, {9, 1});
}

TEST(Route, GroupsByTheirTwoGreatest) {
  expectRoute(route(", groups = 2 : i64, top_groups = 1 : i64, score = "
                    "#llm<route_score identity>, "
                    "group_score = #llm<group_score top2_sum>"),
              {floats({1, 4}, {9, 1, 8, 7})}, {2, 3}, {8, 7});
}

TEST(Route, NotANumberStillGivesValidIndices) {
  Program program(route(""));
  auto results = program.call({floats({1, 4}, {NAN, NAN, NAN, NAN})});
  ASSERT_EQ(results.size(), 2u);
  EXPECT_EQ(results[0].ints, (std::vector<int64_t>{0, 1}));
}

static constexpr llvm::StringRef expertLinear = R"(
  func.func @f(%x: tensor<?x2xf32>, %i: tensor<?x2xi32>, %w: tensor<3x1x2xf32>, %b: tensor<3x1xf32>) -> tensor<?x2x1xf32> {
    %r = llm.expert_linear %x, %i, %w bias(%b) : (tensor<?x2xf32>, tensor<?x2xi32>, tensor<3x1x2xf32>, tensor<3x1xf32>) -> tensor<?x2x1xf32>
    return %r : tensor<?x2x1xf32> })";

TEST(ExpertLinear, EveryRowMeetsItsExperts) {
  Program program(expertLinear);
  auto w = floats({3, 1, 2}, {1, 0, 0, 1, 2, 2}),
       b = floats({3, 1}, {0, 10, 20});
  expectNear(program.run({floats({2, 2}, {3, 4, 5, 6}),
                          ints({2, 2}, {2, 0, 1, 1}), w, b}),
             {34, 3, 16, 16});
}

TEST(ExpertLinear, EveryChoiceMayHaveItsOwnInput) {
  Program program(
      R"(func.func @f(%x: tensor<?x2x2xf32>, %i: tensor<?x2xi32>, %w: tensor<3x1x2xf32>) -> tensor<?x2x1xf32> {
    %r = llm.expert_linear %x, %i, %w : (tensor<?x2x2xf32>, tensor<?x2xi32>, tensor<3x1x2xf32>) -> tensor<?x2x1xf32>
    return %r : tensor<?x2x1xf32> })");
  auto w = floats({3, 1, 2}, {1, 0, 0, 1, 2, 2});
  expectNear(
      program.run({floats({1, 2, 2}, {3, 4, 5, 6}), ints({1, 2}, {2, 1}), w}),
      {14, 6});
}

TEST(ExpertLinear, RejectsUnknownExperts) {
  Program program(expertLinear);
  auto w = floats({3, 1, 2}, {1, 0, 0, 1, 2, 2}),
       b = floats({3, 1}, {0, 10, 20});
  EXPECT_NE(program.fail({floats({1, 2}, {3, 4}), ints({1, 2}, {0, 3}), w, b})
                .find("(C4) indices name experts: found 3 of 3"),
            std::string::npos);
}

TEST(Combine, SumsByWeight) {
  Program program(
      R"(func.func @f(%x: tensor<?x2x3xf32>, %w: tensor<?x2xf32>) -> tensor<?x3xf32> {
    %r = llm.combine %x, %w : (tensor<?x2x3xf32>, tensor<?x2xf32>) -> tensor<?x3xf32>
    return %r : tensor<?x3xf32> })");
  expectNear(program.run({floats({1, 2, 3}, {1, 2, 3, 10, 20, 30}),
                          floats({1, 2}, {0.5f, 0.25f})}),
             {3, 6, 9});
}
