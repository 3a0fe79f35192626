//===- WeightSpecsTest.cpp - what --quantize and its like say -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmc/Optimize/LowRankSpec.h"
#include "llmc/Optimize/QuantizeSpec.h"
#include "llmc/Optimize/SparsifySpec.h"

#include <gtest/gtest.h>

using namespace llmc;

/// The only one behind the first choice.
template <typename Spec> static auto getOverride(llvm::Expected<Spec> spec) {
  EXPECT_TRUE(bool(spec));
  EXPECT_EQ(spec->overrides.size(), 1u);
  return spec->overrides.front();
}

template <typename Spec>
static std::string getError(llvm::Expected<Spec> spec) {
  EXPECT_FALSE(bool(spec));
  return llvm::toString(spec.takeError());
}

TEST(WeightSpecsTest, APatternEndsAtTheLastColon) {
  auto entry = getOverride(parseQuantizeSpec("w4;onnx::MatMul_7:bits=6"));
  EXPECT_EQ(entry.text, "onnx::MatMul_7");
  EXPECT_TRUE(entry.pattern.match("onnx::MatMul_7"));
  EXPECT_EQ(entry.choice.bits, 6);
  auto sparse = getOverride(parseSparsifySpec("50;onnx::MatMul_7:30-wanda"));
  EXPECT_EQ(sparse.text, "onnx::MatMul_7");
  EXPECT_EQ(sparse.choice.share, 0.3);
}

TEST(WeightSpecsTest, AColonBetweenNumbersIsTheChoices) {
  for (const char *name : {"*ffn*", "onnx::MatMul_*", "layer.2"}) {
    auto entry = getOverride(
        parseSparsifySpec("50;" + std::string(name) + ":2:4-sparsegpt"));
    EXPECT_EQ(entry.text, name);
    EXPECT_EQ(entry.choice.keep, 2);
    EXPECT_EQ(entry.choice.of, 4);
    EXPECT_EQ(entry.choice.method, "sparsegpt");
  }
}

TEST(WeightSpecsTest, NothingOnASideOfTheColonIsRefused) {
  for (const char *spec : {"w4;up", "w4;up:", "w4;:bits=3", "w4;"})
    EXPECT_NE(getError(parseQuantizeSpec(spec)).find("is no PATTERN:CHOICE"),
              std::string::npos)
        << spec;
  for (const char *spec : {"50;up", "50;up:", "50;:30", "50;"})
    EXPECT_NE(getError(parseSparsifySpec(spec)).find("is no PATTERN:CHOICE"),
              std::string::npos)
        << spec;
}

TEST(WeightSpecsTest, ErrorsOfAPatternNameIt) {
  EXPECT_EQ(getError(parseQuantizeSpec("w4;up:bits=9")),
            "the weights 'up': bits takes 1 to 8, found '9'");
  EXPECT_NE(getError(parseSparsifySpec("50;up:120"))
                .find("the weights 'up': '120' is no keep"),
            std::string::npos);
  EXPECT_NE(getError(parseQuantizeSpec("w4;[:w8")).find("the pattern '['"),
            std::string::npos);
}

TEST(WeightSpecsTest, APatternInheritsOfQuantisersAlone) {
  auto entry =
      getOverride(parseQuantizeSpec("bits=3,group=32,rank=16;up:bits=4"));
  EXPECT_EQ(entry.choice.bits, 4);
  EXPECT_EQ(entry.choice.group, 32);
  EXPECT_EQ(entry.choice.rank, 16);
  auto sparse = getOverride(parseSparsifySpec("70-wanda,allocate=owl;up:30"));
  EXPECT_EQ(sparse.choice.method, "magnitude");
  EXPECT_EQ(sparse.choice.allocation.method, "");
}

TEST(WeightSpecsTest, TablesHaveEightBitsAndNoFactors) {
  auto spec = parseQuantizeSpec("bits=3,method=gptq,rank=8,iterations=2");
  ASSERT_TRUE(bool(spec));
  EXPECT_EQ(spec->linears.rank, 8);
  EXPECT_EQ(spec->linears.iterations, 2);
  EXPECT_EQ(spec->embeddings.rank, 0);
  EXPECT_EQ(spec->embeddings.bits, 8);
}

TEST(WeightSpecsTest, SharesOfLayersNeedStatistics) {
  auto needs = [](const char *text) {
    auto spec = parseSparsifySpec(text);
    EXPECT_TRUE(bool(spec)) << text;
    return needsStatistics(*spec);
  };
  EXPECT_FALSE(needs("50"));
  EXPECT_FALSE(needs("50;up:keep"));
  EXPECT_TRUE(needs("50,allocate=owl"));
  EXPECT_TRUE(needs("50-magnitude+dsnot"));
  EXPECT_TRUE(needs("keep;up:70,allocate=owl,lambda=0.1"));
}

TEST(WeightSpecsTest, SharesOfLayersStayShares) {
  auto spec = parseSparsifySpec("70-wanda,allocate=owl,lambda=0.2,outlier=7");
  ASSERT_TRUE(bool(spec));
  EXPECT_EQ(spec->linears.allocation.lambda, 0.2);
  EXPECT_EQ(spec->linears.allocation.outlier, 7);
  for (const char *text : {"95,allocate=owl", "5,allocate=owl"})
    EXPECT_NE(getError(parseSparsifySpec(text)).find("leaves the range"),
              std::string::npos)
        << text;
}

TEST(WeightSpecsTest, BlocksHaveRowsAndColumns) {
  auto spec = parseSparsifySpec("8:16-wanda,block=16x1;up:50,block=4x4");
  ASSERT_TRUE(bool(spec));
  EXPECT_EQ(spec->linears.blockRows, 16);
  EXPECT_EQ(spec->linears.blockCols, 1);
  EXPECT_EQ(spec->overrides[0].choice.blockCols, 4);
  EXPECT_FALSE(parseSparsifySpec("50")->linears.hasBlocks());
  for (const char *text : {"50,block=16", "50,block=0x4", "50,block=4x65"})
    EXPECT_NE(
        getError(parseSparsifySpec(text)).find("block takes ROWSxCOLUMNS"),
        std::string::npos)
        << text;
  EXPECT_EQ(getError(parseSparsifySpec("50-wanda+dsnot,block=16x1")),
            "wanda+dsnot prunes no blocks: magnitude and wanda do");
}

TEST(WeightSpecsTest, ValuesAreATableOrAList) {
  auto spec = parseQuantizeSpec(
      "values=-100/-80/-60/-40/-20/-10/-5/0/5/10/20/40/60/80/100/127;up:nf4;"
      "down:w8");
  ASSERT_TRUE(bool(spec));
  EXPECT_EQ(spec->linears.values.front(), -100);
  EXPECT_EQ(spec->linears.values.back(), 127);
  EXPECT_EQ(spec->overrides[0].choice.values[1], -88);
  EXPECT_TRUE(spec->overrides[1].choice.values.empty());
  EXPECT_TRUE(spec->embeddings.values.empty());
  for (const char *wrong : {"values=1", "values=nf3",
                            "values=0/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15",
                            "values=-128/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15"})
    EXPECT_NE(getError(parseQuantizeSpec(wrong)).find("values takes uniform,"),
              std::string::npos)
        << wrong;
}

TEST(WeightSpecsTest, TablesHaveAValueForEachCode) {
  for (const char *text :
       {"bits=3,values=-9/-4/-2/0/1/3/5/9", "bits=2,values=-9/-1/0/9",
        "bits=2,values=kmeans", "w3-spqr,values=kmeans"})
    EXPECT_TRUE(bool(parseQuantizeSpec(text))) << text;
  EXPECT_EQ(getError(parseQuantizeSpec("bits=4,values=-9/-1/0/9")),
            "values=-9/-1/0/9 has 4 values, for codes of 2 bits, found bits=4: "
            "take bits=2 or values=uniform");
  EXPECT_EQ(getError(parseQuantizeSpec("bits=5,values=kmeans")),
            "values=kmeans fits tables for codes of 2 to 4 bits, found bits=5: "
            "take bits=4 or values=uniform");
}

TEST(WeightSpecsTest, FittedValuesTakeTheirPlaceInTheText) {
  auto spec = parseQuantizeSpec("w4,values=kmeans;up:bits=6,values=uniform");
  ASSERT_TRUE(bool(spec));
  EXPECT_EQ(findFittedValues(*spec), "kmeans");
  EXPECT_FALSE(spec->overrides[0].choice.fitsValues);
  EXPECT_EQ(spellValues("w4,values=kmeans,group=32", "kmeans", "-7/0/7"),
            "w4,values=-7/0/7,group=32");
  EXPECT_EQ(spellValues("w4", "kmeans", "-7/0/7"), "w4");
  for (const char *part : {"w4,values=kmeans", "w3-kmeans,group=64",
                           "blk.*.up:w3-kmeans", "up:values=kmeans,bits=3"})
    EXPECT_TRUE(saysValues(part, "kmeans")) << part;
  for (const char *part : {"w4", "w3-kmeans,values=nf4", "up:bits=3"})
    EXPECT_FALSE(saysValues(part, "kmeans")) << part;
  EXPECT_EQ(findFittedValues(llvm::cantFail(parseQuantizeSpec("nf4"))), "");
  EXPECT_EQ(
      findFittedValues(llvm::cantFail(parseQuantizeSpec("w8;up:values=mofq"))),
      "mofq");
}

TEST(WeightSpecsTest, MixedFormatsHaveFourOrEightBits) {
  for (const char *text : {"w4,values=mofq", "w8,values=mofq",
                           "w4-gptq,values=mofq,outliers=1,rank=8"})
    EXPECT_TRUE(bool(parseQuantizeSpec(text))) << text;
  EXPECT_EQ(getError(parseQuantizeSpec("bits=3,values=mofq")),
            "values=mofq takes integers or floats, which have 4 or 8 bits, "
            "found bits=3: take bits=4, bits=8 or values=uniform");
  EXPECT_EQ(getError(parseQuantizeSpec("w4,values=mofq,zero=asym")),
            "values=mofq has values of either sign, and zero=asym puts a "
            "minimum below them: take zero=sym or values=uniform");
  EXPECT_EQ(getError(parseQuantizeSpec("w8,values=mofq,method=gptq")),
            "values=mofq of 8 bits may be floats, to which only method=rtn "
            "rounds, with nothing beside them: found method, leave it out or "
            "take values=uniform");
}

TEST(WeightSpecsTest, OutliersAreWeightsOrColumns) {
  auto spec = parseQuantizeSpec("w3-owq;up:outliers-by=weight;down:outliers=0;"
                                "gate:w3-spqr");
  ASSERT_TRUE(bool(spec));
  EXPECT_EQ(spec->linears.outliersBy, "column");
  EXPECT_EQ(spec->linears.outliers, 1);
  EXPECT_EQ(spec->linears.rounding, "gptq");
  EXPECT_EQ(spec->overrides[0].choice.outliersBy, "weight");
  EXPECT_EQ(spec->overrides[0].choice.outliers, 1);
  EXPECT_EQ(spec->overrides[1].choice.outliers, 0);
  EXPECT_EQ(spec->overrides[2].choice.outliersBy, "weight");
  for (const char *text : {"w3-owq,outliers=0", "w3-spqr,outliers=0"})
    EXPECT_TRUE(bool(parseQuantizeSpec(text))) << text;
  EXPECT_EQ(getError(parseQuantizeSpec("w4,outliers=1,outliers-by=row")),
            "outliers-by takes weight, column, magnitude or hessian, found "
            "'row'");
  EXPECT_EQ(getError(parseQuantizeSpec("w4,outliers-by=column")),
            "outliers-by=column is of weights beside the codes, found "
            "outliers=0: say how many percent there are (outliers=1), or leave "
            "it out");
}

TEST(WeightSpecsTest, OutliersMayBeCodes) {
  auto spec = parseQuantizeSpec("w1-pb,outliers=30;up:w3-spqr,outliers-as=f16;"
                                "down:method=rtn");
  ASSERT_TRUE(bool(spec));
  EXPECT_EQ(spec->linears.bits, 1);
  EXPECT_EQ(spec->linears.outliers, 30);
  EXPECT_EQ(spec->linears.outliersBy, "hessian");
  EXPECT_TRUE(spec->linears.outlierCodes);
  EXPECT_FALSE(spec->overrides[0].choice.outlierCodes);
  EXPECT_TRUE(weighsOutliers(spec->overrides[1].choice));
  EXPECT_EQ(spec->embeddings.bits, 8);
  EXPECT_EQ(spec->embeddings.outliers, 0);
  for (auto [text, needs] : {std::pair("w3-spqr", true),
                             {"w4,outliers=1", false},
                             {"w4,outliers=1,outliers-by=hessian", true},
                             {"w4,outliers=1,outliers-by=magnitude", false}}) {
    auto other = parseQuantizeSpec(text);
    ASSERT_TRUE(bool(other));
    EXPECT_EQ(needsStatistics(*other), needs) << text;
  }
  EXPECT_EQ(getError(parseQuantizeSpec("w4,outliers=1,outliers-as=i4")),
            "outliers-as takes f16 or i8, found 'i4'");
  EXPECT_EQ(getError(parseQuantizeSpec("w1-pb;up:outliers-as=f16,outliers=20")),
            "the weights 'up': outliers of floats are at most 10 percent, "
            "found outliers=20: take outliers-as=i8, which has half the bits, "
            "or fewer");
}

TEST(WeightSpecsTest, SidesAreTurnedWhereItIsSaid) {
  auto spec = parseQuantizeSpec("w2-quip;up:rotate=both;down:rotate=no;"
                                "gate:bits=3;head:keep;out:keep,rotate=input");
  ASSERT_TRUE(bool(spec));
  EXPECT_EQ(spec->linears.rotated, RotatedSides::input);
  EXPECT_EQ(spec->linears.bits, 2);
  EXPECT_EQ(spec->linears.rounding, "gptq");
  EXPECT_TRUE(spec->linears.hasMin);
  // What is looked up by rows has no input.
  EXPECT_EQ(spec->embeddings.rotated, RotatedSides::none);
  const RotatedSides sides[] = {RotatedSides::both, RotatedSides::none,
                                RotatedSides::input, RotatedSides::none,
                                RotatedSides::input};
  for (auto [i, expected] : llvm::enumerate(sides))
    EXPECT_EQ(spec->overrides[i].choice.rotated, expected) << i;
  EXPECT_TRUE(spec->overrides[3].choice.keep);
  EXPECT_TRUE(spec->overrides[4].choice.keep);
  EXPECT_TRUE(needsStatistics(*spec));
  EXPECT_FALSE(
      needsStatistics(*parseQuantizeSpec("keep,rotate=both"))); // as they are
}

TEST(WeightSpecsTest, WhatLooksAtWeightsAsTheyAreIsNotTurned) {
  for (const char *text :
       {"w4,values=mofq,rotate=input", "w8,rotate=both;up:values=mofq,bits=8"})
    EXPECT_NE(getError(parseQuantizeSpec(text))
                  .find("follows from the weights as they are"),
              std::string::npos)
        << text;
  EXPECT_NE(getError(parseQuantizeSpec("auto;up:rotate=input"))
                .find("auto measures weights as they are"),
            std::string::npos);
  EXPECT_EQ(getError(parseQuantizeSpec("keep,group=32")),
            "keep takes rotate= alone, found 'group=32'");
  EXPECT_EQ(getError(parseQuantizeSpec("keep,rotate=yes")),
            "rotate takes no, input or both, found 'yes'");
}

TEST(WeightSpecsTest, RanksAreWhatARatioLeaves) {
  auto rankOf = [](const char *text, int64_t rows, int64_t cols) {
    auto spec = parseLowRankSpec(text);
    EXPECT_TRUE(bool(spec)) << text;
    return spec->linears.getRank(rows, cols);
  };
  EXPECT_EQ(rankOf("svd", 576, 1536), 320);          // 335
  EXPECT_EQ(rankOf("ratio=0.9", 1536, 576), 352);    // 377
  EXPECT_EQ(rankOf("svd,ratio=0.9", 192, 576), 128); // 129
  EXPECT_EQ(rankOf("svd,ratio=0.8", 64, 64), 16);    // 25
  EXPECT_EQ(rankOf("svd,ratio=0.4", 64, 64), 0);     // 12
  EXPECT_EQ(rankOf("svd,ratio=0.8,rank=48", 64, 64), 48);
  EXPECT_EQ(rankOf("svd,rank=48,ratio=0.8", 64, 64), 16);
}

TEST(WeightSpecsTest, APatternOfRanksInherits) {
  auto entry = getOverride(parseLowRankSpec("lord,rank=48;up:ratio=0.5"));
  EXPECT_EQ(entry.choice.method, "lord");
  EXPECT_EQ(entry.choice.rank, 0);
  EXPECT_EQ(entry.choice.ratio, 0.5);
  EXPECT_FALSE(entry.choice.isKept);
  EXPECT_TRUE(getOverride(parseLowRankSpec("lord;up:keep")).choice.isKept);
}

TEST(WeightSpecsTest, FactorsOfOutputsNeedStatistics) {
  auto needs = [](const char *text) {
    auto spec = parseLowRankSpec(text);
    EXPECT_TRUE(bool(spec)) << text;
    return needsStatistics(*spec);
  };
  EXPECT_FALSE(needs("svd"));
  EXPECT_FALSE(needs("lplr;up:keep"));
  EXPECT_TRUE(needs("method=lord"));
  EXPECT_TRUE(needs("keep;up:lord"));
}

TEST(WeightSpecsTest, WrongRanksAreRefused) {
  for (auto [text, says] :
       {std::pair("", "'' is no keep, no method"),
        std::pair("svd,lord", "'lord' is no keep, no method"),
        std::pair("rank=0", "rank takes a multiple of 16 from 16 on"),
        std::pair("rank=-16", "rank takes a multiple of 16 from 16 on"),
        std::pair("ratio=0", "ratio takes a number between 0 and 1"),
        std::pair("ratio=nan", "ratio takes a number between 0 and 1"),
        std::pair("svd;up", "is no PATTERN:CHOICE")})
    EXPECT_NE(getError(parseLowRankSpec(text)).find(says), std::string::npos)
        << text;
}
