//===- ShrinkSpecTest.cpp - what --shrink says ----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmc/Optimize/ShrinkSpec.h"

#include <gtest/gtest.h>

using namespace llmc;

static ShrinkSpec parse(const char *text) {
  auto spec = parseShrinkSpec(text);
  if (spec)
    return *spec;
  ADD_FAILURE() << llvm::toString(spec.takeError());
  return {};
}

static std::string refuse(const char *text) {
  auto spec = parseShrinkSpec(text);
  EXPECT_FALSE(bool(spec)) << text;
  return spec ? "" : llvm::toString(spec.takeError());
}

TEST(ShrinkSpecTest, AmountsAreSharesOrNumbers) {
  ShrinkSpec spec = parse("channels=12.5%,heads=2,by=magnitude,multiple=64");
  EXPECT_EQ(spec.channels.share, 0.125);
  EXPECT_EQ(spec.channels.count, 0);
  EXPECT_EQ(spec.heads.count, 2);
  EXPECT_EQ(spec.method, "magnitude");
  EXPECT_EQ(spec.multiple, 64);
  EXPECT_TRUE(spec.without.empty());
  EXPECT_EQ(parse("channels=128").channels.count, 128);
  EXPECT_EQ(parse("heads=50%").heads.share, 0.5);
}

TEST(ShrinkSpecTest, LayersAreSorted) {
  EXPECT_EQ(parse("without=21/3/20").without,
            (std::vector<int64_t>{3, 20, 21}));
  EXPECT_FALSE(parse("without=0").channels.isAsked());
}

TEST(ShrinkSpecTest, StatisticsAreForUnitsAlone) {
  EXPECT_TRUE(needsStatistics(parse("channels=20%")));
  EXPECT_FALSE(needsStatistics(parse("channels=20%,by=magnitude")));
  EXPECT_FALSE(needsStatistics(parse("without=3")));
}

TEST(ShrinkSpecTest, WhatIsLeftIsAMultiple) {
  EXPECT_EQ(countLeft({0.1, 0}, 1536, 32), 1376);
  EXPECT_EQ(countLeft({0.1, 0}, 1536, 128), 1408);
  EXPECT_EQ(countLeft({0, 100}, 1536, 32), 1440);
  EXPECT_EQ(countLeft({0, 1}, 3, 1), 2);
  EXPECT_EQ(countLeft({0.99, 0}, 64, 32), 0);
  EXPECT_EQ(countLeft({0, 5}, 3, 1), -2);
}

TEST(ShrinkSpecTest, ErrorsNameTheKeyAndWhatItTakes) {
  for (const char *text : {"channels=0%", "channels=100%", "channels=-1",
                           "channels=", "channels=x"})
    EXPECT_NE(refuse(text).find("channels takes a percentage (20%) or a number "
                                "of channels, found '"),
              std::string::npos)
        << text;
  for (const char *text : {"without=1/1", "without=1/", "without=-1"})
    EXPECT_NE(refuse(text).find("without takes numbers of layers from 0 on"),
              std::string::npos)
        << text;
  EXPECT_EQ(refuse("heads=1,by=luck"),
            "by takes magnitude, wanda, found 'luck'");
  EXPECT_EQ(refuse("heads=1,multiple=0"),
            "multiple takes a number of channels from 1 on, found '0'");
  EXPECT_EQ(refuse("depth=1"), "'depth=1' is no key=value of a key that is "
                               "known (channels, heads, layers, without, by, "
                               "multiple)");
  EXPECT_EQ(refuse("by=wanda"),
            "'by=wanda' says of nothing that it goes: give channels=20%, "
            "heads=1, layers=2 or without=20/21");
  EXPECT_EQ(refuse("layers=2,without=3"),
            "layers=2 chooses layers and without= names them: give one");
}

TEST(ShrinkSpecTest, LayersThatWereChosenTakeTheirPlaceInTheText) {
  EXPECT_EQ(parse("layers=2").layers, 2);
  EXPECT_EQ(spellLayers("heads=1,layers=2,by=wanda", {3, 21}),
            "heads=1,without=3/21,by=wanda");
}
