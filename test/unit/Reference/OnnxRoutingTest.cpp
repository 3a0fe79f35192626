//===- OnnxRoutingTest.cpp - one routing in both dialects -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What `raise-routing` compares graphs with, and what `onnx.llmc.Route` means, is
// what `llm.route` computes.
//===----------------------------------------------------------------------===//
#include "Harness.h"

#include "dialects/onnx/Routing.h"

#include <random>

using namespace llmc;
using namespace llmc::test;
using mlir::onnx::Routing;

namespace {

constexpr int64_t experts = 12;

struct Case {
  Routing routing;
  bool biased;
};

/// A routing that fits, out of all that there are.
Case makeCase(std::mt19937 &random) {
  auto choose = [&](int count) { return static_cast<int>(random() % count); };
  for (;;) {
    Case made;
    Routing &routing = made.routing;
    routing.score = static_cast<Routing::Score>(choose(4));
    routing.weighting = static_cast<Routing::Weighting>(choose(3));
    routing.groupScore = static_cast<Routing::GroupScore>(choose(2));
    routing.groups = 1 + choose(6);
    routing.topGroups = 1 + choose(4);
    routing.k = 1 + choose(6);
    routing.scale = 0.5 * (1 + choose(5));
    routing.eps = choose(2) ? 0.125 : 0;
    made.biased = choose(2);
    if (routing.fits(experts))
      return made;
  }
}

std::string write(const Case &made) {
  const Routing &routing = made.routing;
  std::string text;
  llvm::raw_string_ostream(text)
      << "func.func @f(%l: tensor<?x12xf32>, %b: tensor<12xf32>) -> "
         "(tensor<?x"
      << routing.k << "xi32>, tensor<?x" << routing.k
      << "xf32>) {\n  %i, %w = llm.route %l" << (made.biased ? " bias(%b)" : "")
      << " {k = " << routing.k << " : i64, score = #llm<route_score "
      << getWord(routing.score) << ">, weighting = #llm<route_weights "
      << getWord(routing.weighting) << ">, group_score = #llm<group_score "
      << getWord(routing.groupScore) << ">, groups = " << routing.groups
      << " : i64, top_groups = " << routing.topGroups
      << " : i64, scale = " << llvm::format("%f", routing.scale)
      << " : f64, eps = " << llvm::format("%f", routing.eps)
      << " : f64} : (tensor<?x12xf32>"
      << (made.biased ? ", tensor<12xf32>" : "") << ") -> (tensor<?x"
      << routing.k << "xi32>, tensor<?x" << routing.k
      << "xf32>)\n  return %i, %w : tensor<?x" << routing.k
      << "xi32>, tensor<?x" << routing.k << "xf32>\n}\n";
  return text;
}

} // namespace

TEST(OnnxRouting, IsThatOfTheStep) {
  std::mt19937 random(7);
  std::normal_distribution<float> normal;
  for (int round = 0; round < 300; ++round) {
    Case made = makeCase(random);
    std::vector<float> logits, bias;
    for (int64_t i = 0; i < experts; ++i) {
      logits.push_back(2 * normal(random));
      bias.push_back(normal(random));
    }
    std::string text = write(made);
    Program program(text);
    auto results =
        program.call({floats({1, experts}, logits), floats({experts}, bias)});
    ASSERT_EQ(results.size(), 2u) << text;
    std::vector<double> wideLogits(logits.begin(), logits.end()), wideBias;
    if (made.biased)
      wideBias.assign(bias.begin(), bias.end());
    auto chosen = chooseExperts(made.routing, wideLogits, wideBias);
    ASSERT_EQ(chosen.size(), results[0].ints.size()) << text;
    for (auto [i, choice] : llvm::enumerate(chosen)) {
      EXPECT_EQ(choice.expert, results[0].ints[i]) << text;
      EXPECT_NEAR(choice.weight, results[1].floats[i], 1e-5) << text;
    }
  }
}

TEST(OnnxRouting, KnowsWhatItCannotChoose) {
  Routing routing;
  EXPECT_TRUE(routing.fits(1));
  EXPECT_FALSE(routing.fits(0));
  routing.k = 3;
  EXPECT_FALSE(routing.fits(2));
  routing.groups = 4;
  routing.topGroups = 1;
  EXPECT_FALSE(routing.fits(8)); // two in a group
  EXPECT_FALSE(routing.fits(9)); // no groups
  routing.topGroups = 2;
  EXPECT_TRUE(routing.fits(8));
  routing.weighting = Routing::SoftmaxOfChosen;
  EXPECT_FALSE(routing.fits(8)); // of probabilities
  routing.score = Routing::Identity;
  EXPECT_TRUE(routing.fits(8));
  routing.k = 1;
  routing.groupScore = Routing::Top2Sum;
  EXPECT_FALSE(routing.fits(4)); // groups of one have no two greatest
}

TEST(OnnxRouting, GivesEqualsToTheLowerIndex) {
  Routing routing;
  routing.k = 2;
  auto chosen = chooseExperts(routing, {1, 3, 3, 3}, {});
  EXPECT_EQ(chosen[0].expert, 1);
  EXPECT_EQ(chosen[1].expert, 2);
}
