//===- QuantizeBudgetTest.cpp - what --quantize=auto keeps to -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "lib/Driver/QuantizeBudget.h"

#include <gtest/gtest.h>

using namespace llmc;

static CompileOptions automatic(llvm::StringRef quantize = "auto") {
  CompileOptions options;
  options.quantize = quantize.str();
  return options;
}

static std::string refuse(const CompileOptions &options) {
  auto budget = readBudget(options);
  EXPECT_FALSE(bool(budget));
  return budget ? "" : llvm::toString(budget.takeError());
}

static double readSize(const std::string &text) {
  CompileOptions options = automatic();
  options.sizeBudget = text;
  auto budget = readBudget(options);
  EXPECT_TRUE(bool(budget)) << text;
  if (!budget) {
    llvm::consumeError(budget.takeError());
    return 0;
  }
  EXPECT_EQ((*budget)->kind, QuantizeBudget::size);
  EXPECT_EQ((*budget)->text, "--size-budget=" + text);
  return (*budget)->limit;
}

TEST(QuantizeBudget, SizesHaveUnits) {
  EXPECT_EQ(readSize("60MB"), 60e6);
  EXPECT_EQ(readSize("1.5GB"), 1.5e9);
  EXPECT_EQ(readSize("70kB"), 70e3);
  EXPECT_EQ(readSize("70KB"), 70e3);
  EXPECT_EQ(readSize("123456B"), 123456);
  for (const char *text : {"60", "60MiB", "MB", "-1MB", "0MB", "60 MBit",
                           "nanMB", "0x10MB", "1e300GB"}) {
    CompileOptions options = automatic();
    options.sizeBudget = text;
    EXPECT_EQ(refuse(options),
              "--size-budget takes a number with B, kB, MB or GB (MB: 10^6 "
              "bytes): 60MB, found '" +
                  std::string(text) + "'");
  }
}

TEST(QuantizeBudget, OthersAreNumbers) {
  CompileOptions options = automatic("auto;output.weight:bits=6");
  options.bitsBudget = "3.5";
  auto budget = readBudget(options);
  ASSERT_TRUE(bool(budget));
  EXPECT_EQ((*budget)->kind, QuantizeBudget::bits);
  EXPECT_EQ((*budget)->limit, 3.5);
  for (const char *text : {"few", "0", "-2", "4bits", "inf"}) {
    options.bitsBudget = text;
    EXPECT_NE(refuse(options).find("a number above 0: 3.5, found '"),
              std::string::npos);
  }
  options = automatic();
  options.klBudget = "0";
  budget = readBudget(options);
  ASSERT_TRUE(bool(budget));
  EXPECT_EQ((*budget)->kind, QuantizeBudget::divergence);
  options.klBudget = "-0.1";
  EXPECT_NE(refuse(options).find("0 or more: 0.02, found '-0.1'"),
            std::string::npos);
}

TEST(QuantizeBudget, AutoHasExactlyOne) {
  EXPECT_EQ(refuse(automatic()),
            "--quantize=auto needs a budget: --bits-budget=3.5 (bits per "
            "weight), --size-budget=60MB or --kl-budget=0.02");
  CompileOptions options = automatic();
  options.bitsBudget = "3";
  options.klBudget = "0.1";
  EXPECT_EQ(refuse(options),
            "--bits-budget and --kl-budget are two budgets: leave one out");
  options = automatic("w4;up:keep");
  options.klBudget = "0.1";
  EXPECT_EQ(refuse(options),
            "--kl-budget=0.1 is what --quantize=auto keeps to, found "
            "--quantize=w4;up:keep: give --quantize=auto, or leave the budget "
            "out");
  options.quantize = "";
  EXPECT_NE(refuse(options).find("which is not given"), std::string::npos);
}

TEST(QuantizeBudget, OthersThatChangeWeightsAreLeftOut) {
  CompileOptions options = automatic();
  options.bitsBudget = "3";
  options.sparsify = "50";
  EXPECT_NE(refuse(options).find("and --sparsify changes them"),
            std::string::npos);
  options.sparsify = "";
  options.equalize = "smooth";
  EXPECT_NE(refuse(options).find("and --equalize changes them"),
            std::string::npos);
  options.equalize = "";
  options.lowRank = "svd";
  EXPECT_NE(refuse(options).find("and --low-rank changes them"),
            std::string::npos);
}

TEST(QuantizeBudget, WithoutAutoThereIsNone) {
  for (const char *quantize : {"", "w4", "method=gptq;auto:w8"}) {
    auto budget = readBudget(automatic(quantize));
    ASSERT_TRUE(bool(budget));
    EXPECT_FALSE(budget->has_value());
  }
}
