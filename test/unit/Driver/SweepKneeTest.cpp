//===- SweepKneeTest.cpp - where a growing parameter begins to cost -------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "lib/Driver/SweepKnee.h"

#include <gtest/gtest.h>

using namespace llmc;

namespace {

SweepRow makeRow(const std::string &name, double perplexity) {
  return SweepRow{{"build", name}, {"perplexity", perplexity}};
}

/// Names of the rows that are knees, and of their series.
std::string find(std::vector<SweepRow> rows) {
  std::string found;
  for (const Knee &knee : findKnees(rows))
    found +=
        knee.series + " at " + rows[knee.row].getString("build")->str() + "; ";
  return found;
}

} // namespace

TEST(SweepKnee, isTheLastBeforeItCosts) {
  EXPECT_EQ(find({makeRow("reference", 75), makeRow("--sparsify=10-wanda", 76),
                  makeRow("--sparsify=30-wanda", 79),
                  makeRow("--sparsify=50-wanda", 95),
                  makeRow("--sparsify=60-wanda", 900),
                  makeRow("--sparsify=70-wanda", 5000)}),
            "--sparsify=*-wanda at --sparsify=50-wanda; ");
}

/// The log of the perplexity grows evenly there; the perplexity itself does not.
TEST(SweepKnee, countsSteps) {
  EXPECT_EQ(find({makeRow("--sparsify=10", 10), makeRow("--sparsify=20", 20),
                  makeRow("--sparsify=30", 40)}),
            "");
  // A step of twice the size may cost twice as much.
  EXPECT_EQ(find({makeRow("--sparsify=10", 10), makeRow("--sparsify=20", 20),
                  makeRow("--sparsify=40", 80), makeRow("--sparsify=50", 320)}),
            "--sparsify=* at --sparsify=40; ");
}

TEST(SweepKnee, ofPatternsIsTheShareThatGoes) {
  EXPECT_EQ(find({makeRow("reference", 75), makeRow("--sparsify=7:8", 76),
                  makeRow("--sparsify=3:4", 78), makeRow("--sparsify=2:4", 90),
                  makeRow("--sparsify=1:4", 9000)}),
            "--sparsify=*:* at --sparsify=2:4; ");
  // Percentages beside them are another series.
  EXPECT_EQ(
      find({makeRow("--sparsify=10", 10), makeRow("--sparsify=20", 11),
            makeRow("--sparsify=30", 90), makeRow("--sparsify=3:4", 10),
            makeRow("--sparsify=2:4", 11), makeRow("--sparsify=1:4", 90)}),
      "--sparsify=* at --sparsify=20; --sparsify=*:* at --sparsify=2:4; ");
}

/// Fewer bits cost more: any number that only grows or only falls is a series, and the
/// reference, of which nobody knows its number, is no part of it.
TEST(SweepKnee, mayFall) {
  EXPECT_EQ(
      find({makeRow("reference", 75), makeRow("bits=8,group=64", 75),
            makeRow("bits=4,group=64", 80), makeRow("bits=3,group=64", 100),
            makeRow("bits=2,group=64", 20000)}),
      "bits=*,group=64 at bits=3,group=64; ");
}

TEST(SweepKnee, eachSeriesHasItsOwn) {
  EXPECT_EQ(
      find({makeRow("--sparsify=30", 80), makeRow("--sparsify=30-wanda", 78),
            makeRow("--sparsify=50", 200), makeRow("--sparsify=50-wanda", 90),
            makeRow("--sparsify=60", 9000),
            makeRow("--sparsify=60-wanda", 130)}),
      "--sparsify=* at --sparsify=50; "
      "--sparsify=*-wanda at --sparsify=50-wanda; ");
}

TEST(SweepKnee, whatIsNoSeriesHasNone) {
  EXPECT_EQ(find({}), "");
  EXPECT_EQ(find({makeRow("w8", 75), makeRow("w4", 80)}), "");
  // Neither order, nor numbers.
  EXPECT_EQ(find({makeRow("--sparsify=50", 90), makeRow("--sparsify=10", 76),
                  makeRow("--sparsify=60", 900)}),
            "");
  EXPECT_EQ(find({makeRow("--sparsify=1:0", 90), makeRow("--sparsify=2:0", 176),
                  makeRow("--sparsify=3:0", 900)}),
            "");
  // A build that could not be measured has no perplexity.
  EXPECT_EQ(find({makeRow("w8", 75), SweepRow{{"build", "w7"}},
                  makeRow("w6", 90), makeRow("w5", 900)}),
            "");
}

TEST(SweepKnee, saysHowTheSlopeChanges) {
  const std::vector<SweepRow> rows = {
      makeRow("bits=4", 1), makeRow("bits=3", 1), makeRow("bits=2", 7.389056)};
  const std::vector<Knee> knees = findKnees(rows);
  ASSERT_EQ(knees.size(), 1U);
  EXPECT_EQ(describeKnee(knees[0], rows),
            "knee of bits=*: bits=3 (the log of the perplexity grows by 0.0000 "
            "before and 2.0000 behind it, for 1 more)\n");
}
