//===- SweepTableTest.cpp - the builds of a sweep, side by side -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "lib/Driver/SweepTable.h"

#include "llvm/ADT/StringRef.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace llmc;
using testing::HasSubstr;

static SweepRow makeRow(const char *name, double megabytes, double divergence) {
  return SweepRow{{"build", name},
                  {"bits_per_weight", 4.5},
                  {"weight_bytes", megabytes * 1e6},
                  {"perplexity", 20.25},
                  {"kl_mean", divergence},
                  {"kl_p99", 10 * divergence},
                  {"top1_agreement", 0.875},
                  {"compile_seconds", 3}};
}

static SweepRow makeReference() {
  return SweepRow{{"build", "reference"},
                  {"bits_per_weight", 32},
                  {"weight_bytes", 5e8},
                  {"perplexity", 19}};
}

TEST(SweepTable, isMarkdownWithRowsOfOneWidth) {
  EXPECT_EQ(writeTableRow(makeRow("w4", 85.7, 0.25), 5, false),
            "| w4    |            4.50 |     85.7 |     20.250 |  0.25000 |    "
            "2.500 |"
            "              87.50 % |          3.0 |\n");
  const std::string head = writeTableHead(9, false);
  auto [names, rule] = llvm::StringRef(head).split('\n');
  EXPECT_EQ(names.size() + 1, rule.size());
  EXPECT_EQ(names.count('|'), rule.count('|'));
  EXPECT_EQ(writeTableRow(makeReference(), 9, false).size(), rule.size());
  EXPECT_EQ(rule.find_first_not_of("|- \n"), llvm::StringRef::npos);
}

TEST(SweepTable, whatWasNotMeasuredIsEmpty) {
  EXPECT_EQ(writeTableRow(makeReference(), 9, false),
            "| reference |           32.00 |    500.0 |     19.000 |          "
            "|          |"
            "                      |              |\n");
}

TEST(SweepTable, speedIsAColumnWhereItIsMeasured) {
  SweepRow row = makeRow("w8", 140, 0.001);
  row["decode_tokens_per_s"] = 123.44;
  EXPECT_THAT(writeTableHead(2, true), HasSubstr("| decode, tokens/s |"));
  EXPECT_THAT(writeTableRow(row, 2, true), HasSubstr("|            123.4 |"));
  EXPECT_THAT(writeTableRow(row, 2, false), testing::Not(HasSubstr("123.4")));
}

TEST(SweepTable, drawsBuildsThatDiffer) {
  const std::string picture = drawSweep(
      {makeReference(), makeRow("w<4>", 80, 0.2), makeRow("w8", 160, 0.002)});
  EXPECT_THAT(picture, HasSubstr("<svg"));
  EXPECT_THAT(picture, HasSubstr(">w&lt;4&gt;</text>"));
  EXPECT_THAT(picture,
              HasSubstr(">0.001</text>")); // the axis, in powers of ten
  EXPECT_THAT(picture, HasSubstr(">1</text>"));
  EXPECT_THAT(picture, HasSubstr(">160</text>"));
  EXPECT_THAT(picture, testing::Not(HasSubstr("reference</text>\n<rect")));
  // The larger one is at the right end and lower.
  EXPECT_THAT(picture, HasSubstr("<rect x='717.0'"));
}

/// One point, or several that are equal, still have an axis.
TEST(SweepTable, drawsOneBuild) {
  const std::string picture = drawSweep({makeRow("w4", 80, 0.1)});
  EXPECT_THAT(picture, HasSubstr(">0.1</text>"));
  EXPECT_THAT(picture, testing::Not(HasSubstr("nan")));
  EXPECT_THAT(picture, testing::Not(HasSubstr("inf")));
}

TEST(SweepTable, drawsNothingWithoutDivergences) {
  EXPECT_EQ(drawSweep({}), "");
  EXPECT_EQ(drawSweep({makeReference(), makeRow("f32", 500, 0)}), "");
}
