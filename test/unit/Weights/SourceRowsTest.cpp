//===- SourceRowsTest.cpp - which rows of which tensors a weight has ------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "RecipeTesting.h"

#include "llmc/Weights/SourceRows.h"

using namespace llmc;
using namespace llmc::test;
using namespace mlir::llm;

namespace {

class SourceRowsTest : public RecipeTest {
protected:
  SourceRowsTest() {
    add("a", {4, 2}, f32(), counting(8));
    add("b", {4, 2}, f32(), counting(8));
    add("v", {3}, f32(), counting(3));
    add("e", {2, 4, 2}, f32(), counting(16));
  }

  /// "a[0:4] a[2:3]", or why there are none.
  std::string rows(const char *type, const char *source, const char *recipe) {
    WeightOp op = weight(std::string(type) + " source \"" + source +
                         "\" recipe [" + recipe + "]");
    SourceRows found;
    if (std::string problem = findSourceRows(op, store, found);
        !problem.empty())
      return problem;
    std::string text = spell(found.kept);
    return found.dropped.empty() ? text
                                 : text + " without " + spell(found.dropped);
  }

private:
  static std::string spell(const std::vector<RowRun> &runs) {
    std::string text;
    int64_t at = 0;
    for (const RowRun &run : runs) {
      EXPECT_EQ(run.at, at);
      at += run.count;
      text += (text.empty() ? "" : " ") + run.tensor + "[" +
              std::to_string(run.first) + ":" +
              std::to_string(run.first + run.count) + "]";
    }
    return text;
  }
};

} // namespace

TEST_F(SourceRowsTest, PartsOfFusedTensors) {
  EXPECT_EQ(rows("tensor<2x2xf32>", "a", "#llm.rows<1, 3>"), "a[1:3]");
  EXPECT_EQ(rows("tensor<2x2xf32>", "a", "#llm.rows<1, 2, every = 2>"),
            "a[1:2] a[3:4]");
  EXPECT_EQ(rows("tensor<2xf32>", "v", "#llm.rows<1, 3>"), "v[1:3]");
}

/// Of numbers that count up the last rows are the largest.
TEST_F(SourceRowsTest, UnitsThatGoAreNowhere) {
  auto keep = [](int count, const char *rows) {
    return "#llm.keep<by = <method = \"magnitude\", keep = " +
           std::to_string(count) +
           ", of = 4, makers = [@w], readers = [@w]>, rows = " + rows + ">";
  };
  add("s", {4, 4}, f32(), counting(16));
  EXPECT_EQ(rows("tensor<2x4xf32>", "s", keep(2, "true").c_str()),
            "s[2:4] without s[0:2]");
  EXPECT_EQ(rows("tensor<4x2xf32>", "s", keep(2, "false").c_str()), "s[0:4]");
  EXPECT_EQ(rows("tensor<3x2xf32>", "a", keep(3, "true").c_str()),
            "weight 'w': has 2 rows or columns, no 4 equal units");
}

TEST_F(SourceRowsTest, ExpertsAreStacked) {
  EXPECT_EQ(rows("tensor<2x4x2xf32>", "a", "#llm.stack<[\"b\"]>"),
            "a[0:4] b[0:4]");
  EXPECT_EQ(rows("tensor<2x2x2xf32>", "a",
                 "#llm.stack<[\"b\"]>, #llm.rows<0, 2, every = 4>"),
            "a[0:2] b[0:2]");
  EXPECT_EQ(rows("tensor<1x4x2xf32>", "e", "#llm.rows<1, 2>"), "e[4:8]");
  EXPECT_EQ(rows("tensor<2x2x2xf32>", "a", "#llm.matrices<2>"), "a[0:4]");
}

TEST_F(SourceRowsTest, StepsOfQuantisersEndIt) {
  EXPECT_EQ(rows("tensor<4x2xf32>", "a",
                 "#llm.convert<#llm.float<f32>>, "
                 "#llm.prune<method = \"magnitude\", share = 5.0e-01 : f64>"),
            "a[0:4]");
}

TEST_F(SourceRowsTest, OthersHaveNone) {
  EXPECT_EQ(rows("tensor<2x4xf32>", "a", "#llm.transpose"),
            "the compiler turns it before");
  EXPECT_EQ(rows("tensor<3xf32>", "v", "#llm.add<1.0 : f32>"),
            "the compiler adds to it before");
  EXPECT_EQ(rows("tensor<4x2xf32>", "a", "#llm.rows<1, 9>"),
            "takes rows that it has not");
  EXPECT_EQ(rows("tensor<4x2xf32>", "nobody", ""),
            "the model's files have no tensor 'nobody'");
}
