//===- ErrorsTest.cpp - how complaints about files are spelled ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmc/Weights/Errors.h"

#include "gtest/gtest.h"

using namespace llmc;

TEST(Errors, NameFilePlaceAndMessage) {
  EXPECT_EQ(llvm::toString(fileError("m.gguf", "key 'k'", "is missing")),
            "m.gguf: key 'k': is missing");
  EXPECT_EQ(llvm::toString(fileError("m.gguf", "", "is empty")),
            "m.gguf: is empty");
}

TEST(Errors, PercentSignsOfAFileAreText) {
  EXPECT_EQ(llvm::toString(fileError("100%s.gguf", "key '%d'", "found %n")),
            "100%s.gguf: key '%d': found %n");
}

TEST(Errors, QuotesShowNoControlCharacters) {
  EXPECT_EQ(quote("plain"), "'plain'");
  EXPECT_EQ(quote(""), "''");
  EXPECT_EQ(quote("a\nb\x1b[31m"), "'a?b?[31m'");
  EXPECT_EQ(quote("\xff\xc3\xa9"), "'???'");
}

TEST(Errors, QuotesAreCut) {
  EXPECT_EQ(quote(std::string(80, 'x')), "'" + std::string(80, 'x') + "'");
  EXPECT_EQ(quote(std::string(81, 'x')), "'" + std::string(80, 'x') + "...'");
  EXPECT_EQ(quote(std::string(1 << 20, 'x')).size(), 85u);
}

TEST(Errors, ShapesAreListed) {
  EXPECT_EQ(spellShape({}), "[]");
  EXPECT_EQ(spellShape({7}), "[7]");
  EXPECT_EQ(spellShape({49152, 576}), "[49152, 576]");
  EXPECT_EQ(spellShape({-1, 0, INT64_MAX}), "[-1, 0, 9223372036854775807]");
}

TEST(Errors, NumbersAreShort) {
  EXPECT_EQ(spellNumber(1e-5), "1e-05");
  EXPECT_EQ(spellNumber(0), "0");
  EXPECT_EQ(spellNumber(0.5), "0.5");
  EXPECT_EQ(spellNumber(-10000), "-10000");
  EXPECT_EQ(spellNumber(1e300), "1e+300");
  EXPECT_EQ(spellNumber(1.0 / 3), "0.333333333");
}

TEST(Errors, ElementsAreCountedWithoutOverflow) {
  EXPECT_EQ(countElements({}), 1);
  EXPECT_EQ(countElements({3, 4, 5}), 60);
  EXPECT_EQ(countElements({int64_t(1) << 31, int64_t(1) << 31}), int64_t(1)
                                                                     << 62);
  EXPECT_EQ(countElements({int64_t(1) << 31, int64_t(1) << 32}), std::nullopt);
  EXPECT_EQ(countElements({INT64_MAX, INT64_MAX}), std::nullopt);
  EXPECT_EQ(countElements({INT64_MAX}), std::nullopt);
}

TEST(Errors, NoShapeHasDimensionsWithoutElements) {
  EXPECT_EQ(countElements({0}), std::nullopt);
  EXPECT_EQ(countElements({4, 0, 4}), std::nullopt);
  EXPECT_EQ(countElements({-1}), std::nullopt);
  EXPECT_EQ(countElements({-2, -2}), std::nullopt);
}
