//===- SelectingTest.cpp - which units of a layer stay --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "RecipeTesting.h"

#include "llmc/Weights/Rounding.h"
#include "llmc/Weights/Selecting.h"

#include <cmath>

using namespace llmc;
using namespace llmc::test;

using Floats = std::vector<float>;

namespace {

/// A part of `hidden` channels: up [hidden, 2] makes them, down [2, hidden] reads them.
class SelectingTest : public RecipeTest {
protected:
  static std::string selection(const std::string &method, int keep, int of,
                               const std::string &more = "") {
    return "<method = \"" + method + "\", keep = " + std::to_string(keep) +
           ", of = " + std::to_string(of) +
           ", makers = [@up], readers = [@down]" + more + ">";
  }
  /// The module's weights, each with a step of that selection and others behind it.
  void make(const std::string &up, const std::string &down,
            const std::string &by, const std::string &behind = "") {
    modules.push_back(mlir::parseSourceString<mlir::ModuleOp>(
        "llm.weight @up : tensor<" + up +
            "xf32> source \"up\" recipe [#llm.keep<by = " + by +
            ", rows = true>]\nllm.weight @down : tensor<" + down +
            "xf32> source \"down\" recipe [#llm.keep<by = " + by + ">" +
            behind + "]\nllm.weight @bias : tensor<" +
            up.substr(0, up.find('x')) +
            "xf32> source \"bias\" recipe [#llm.keep<by = " + by +
            ", rows = true>]",
        &context));
    ASSERT_TRUE(bool(modules.back()));
  }
  mlir::llm::WeightOp get(const char *name) {
    return modules.back()->lookupSymbol<mlir::llm::WeightOp>(name);
  }
  Floats made(const char *name) {
    auto values = makeWeightValues(get(name), store);
    if (values)
      return *values;
    ADD_FAILURE() << llvm::toString(values.takeError());
    return {};
  }
  std::string refused(const char *name) {
    auto values = makeWeightValues(get(name), store);
    return values ? "" : llvm::toString(values.takeError());
  }
  void addStatistic(const char *statistic, llvm::SmallVector<int64_t> shape,
                    const Floats &numbers) {
    add(getStatisticName("down", statistic).c_str(), std::move(shape), f32(),
        floats(numbers));
  }
  void addWeights() {
    add("up", {4, 2}, f32(), floats({1, 1, 3, 0, 2, 0, 0, 1}));
    add("down", {2, 4}, f32(), floats({1, 0, 3, 2, 1, 1, 0, 2}));
    add("bias", {4}, f32(), floats({10, 20, 30, 40}));
  }
};

} // namespace

/// Squares: 2 + 2, 9 + 1, 4 + 9, 1 + 8.
TEST_F(SelectingTest, TheLargestUnitsStayInOrder) {
  addWeights();
  make("2x2", "2x2", selection("magnitude", 2, 4));
  EXPECT_EQ(made("up"), (Floats{3, 0, 2, 0}));
  EXPECT_EQ(made("down"), (Floats{0, 3, 1, 0}));
  EXPECT_EQ(made("bias"), (Floats{20, 30}));
  make("3x2", "2x3", selection("magnitude", 3, 4));
  EXPECT_EQ(made("down"), (Floats{0, 3, 2, 1, 0, 2}));
}

/// |w| * |x| of down's columns: 2 * 5, 1 * 4, 3 * 1, 4 * 1.
TEST_F(SelectingTest, WandaWeighsByTheInput) {
  addWeights();
  addStatistic("l2", {4}, {5, 4, 1, 1});
  make("2x2", "2x2", selection("wanda", 2, 4, ", stats = \"down\""));
  EXPECT_EQ(made("bias"), (Floats{10, 20}));
  EXPECT_EQ(made("up"), (Floats{1, 1, 3, 0}));
}

TEST_F(SelectingTest, AUnitCanHaveSeveralRows) {
  addWeights();
  make("2x2", "2x2", selection("magnitude", 1, 2));
  EXPECT_EQ(made("up"), (Floats{2, 0, 0, 1}));
  EXPECT_EQ(made("down"), (Floats{3, 2, 0, 2}));
  EXPECT_EQ(made("bias"), (Floats{30, 40}));
}

TEST_F(SelectingTest, OfEqualUnitsTheFirstStay) {
  add("up", {4, 2}, f32(), floats(Floats(8, 1)));
  add("down", {2, 4}, f32(), floats(Floats(8, -1)));
  add("bias", {4}, f32(), floats({10, 20, 30, 40}));
  make("2x2", "2x2", selection("magnitude", 2, 4));
  EXPECT_EQ(made("bias"), (Floats{10, 20}));
}

/// What comes behind has the statistics of the columns that are left, as if there had
/// never been others.
TEST_F(SelectingTest, LaterStepsSeeTheInputThatIsLeft) {
  const Floats inputs = noise(64 * 8, 1), weights = noise(4 * 8, 2);
  Floats all(64), left(16), kept;
  const int places[] = {1, 2, 5, 7};
  for (size_t row = 0; row < inputs.size(); row += 8)
    for (size_t i = 0; i < 8; ++i)
      for (size_t j = 0; j < 8; ++j)
        all[i * 8 + j] += inputs[row + i] * inputs[row + j];
  for (size_t i = 0; i < 4; ++i)
    for (size_t j = 0; j < 4; ++j)
      left[i * 4 + j] = all[places[i] * 8 + places[j]];
  for (size_t row = 0; row < 4; ++row)
    for (int place : places)
      kept.push_back(weights[row * 8 + place]);
  Floats up(16);
  for (int place : places)
    up[place * 2] = 100;
  add("up", {8, 2}, f32(), floats(up));
  add("down", {4, 8}, f32(), floats(weights));
  addStatistic("xtx", {8, 8}, all);
  add("w", {4, 4}, f32(), floats(kept));
  add(getStatisticName("w", "xtx").c_str(), {4, 4}, f32(), floats(left));
  for (const char *method : {"wanda", "sparsegpt"}) {
    const std::string prune = std::string("#llm.prune<method = \"") + method +
                              "\", share = 0.5, stats = ";
    make("4x2", "4x4", selection("magnitude", 4, 8),
         ", " + prune + "\"down\">");
    EXPECT_EQ(countObservedColumns(get("down")), 8);
    EXPECT_EQ(made("down"), values("tensor<4x4xf32> source \"w\" recipe [" +
                                   prune + "\"w\">]"))
        << method;
  }
}

TEST_F(SelectingTest, BlocksMoveAsTheyAre) {
  add("up", {4, 2}, f32(), floats({1, 1, 3, 0, 2, 0, 0, 1}));
  Bytes blocks(2 * 4 * 34);
  for (size_t i = 0; i < blocks.size(); ++i)
    blocks[i] = i % 34 < 2 ? 0 : static_cast<uint8_t>(i / 34);
  add("down", {2, 128}, q8(), blocks);
  modules.push_back(mlir::parseSourceString<mlir::ModuleOp>(
      "llm.weight @up : tensor<2x2xf32> source \"up\"\nllm.weight @down : "
      "!llm.packed<2x64, #llm.q8_0> source \"down\" recipe [#llm.keep<by = " +
          selection("magnitude", 2, 4) + ">]",
      &context));
  auto made = makeWeight(get("down"), store);
  ASSERT_TRUE(bool(made)) << llvm::toString(made.takeError());
  for (size_t i = 0; i < 4; ++i) // blocks 1 and 2 of either row
    EXPECT_EQ((*made)[i * 34 + 2], 1 + i % 2 + i / 2 * 4);
  modules.push_back(mlir::parseSourceString<mlir::ModuleOp>(
      "llm.weight @up : tensor<2x2xf32> source \"up\"\nllm.weight @down : "
      "!llm.packed<2x64, #llm.q8_0> source \"down\" recipe [#llm.keep<by = " +
          selection("magnitude", 4, 8) + ">]",
      &context));
  EXPECT_NE(refused("down").find("a unit has 16 numbers in a row, no whole "
                                 "blocks of 32"),
            std::string::npos);
}

TEST_F(SelectingTest, WhatCannotBeSaysWhy) {
  addWeights();
  auto refuses = [&](const std::string &by, const char *says) {
    make("2x2", "2x2", by);
    EXPECT_NE(refused("down").find(says), std::string::npos) << refused("down");
  };
  refuses(selection("luck", 2, 4), "no method 'luck' that selects units");
  refuses(selection("magnitude", 2, 3), "no 3 equal units");
  refuses(selection("wanda", 2, 4), "needs statistics of the readers' input");
  refuses(selection("wanda", 2, 4, ", stats = \"down\""),
          "weight 'down': there are no statistics of the input of 'down'");
}

TEST_F(SelectingTest, NumbersThatAreNoneHaveNoScore) {
  add("up", {4, 2}, f32(), floats({1, NAN, 3, 0, 2, 0, 0, 1}));
  add("down", {2, 4}, f32(), floats(Floats(8, 1)));
  make("2x2", "2x2", selection("magnitude", 2, 4));
  EXPECT_NE(refused("down").find("has weights that are no numbers"),
            std::string::npos);
}
