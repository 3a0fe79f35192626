//===- DistributionsTest.cpp - eval --kl-base and --kl --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Distributions.h"
#include "AppTesting.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <limits>
#include <random>

using namespace llmrt;
using namespace llmrt::app;
using namespace llmrt::test;
using Json = nlohmann::json;

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();

Divergence compare(const std::vector<float> &base,
                   const std::vector<float> &other) {
  std::vector<char> row(distributionBytes(base.size()));
  encodeDistribution(base, row);
  return compareDistribution(row, other);
}

/// sum p log(p/q), by its definition.
double expectedNats(const std::vector<float> &base,
                    const std::vector<float> &other) {
  const double p = logSumExp(base), q = logSumExp(other);
  double nats = 0;
  for (size_t i = 0; i < base.size(); ++i)
    nats += std::exp(base[i] - p) * ((base[i] - p) - (other[i] - q));
  return nats;
}

std::vector<float> someLogits(size_t size, unsigned seed, float spread) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal(0, 1);
  std::vector<float> logits(size);
  for (float &logit : logits)
    logit = 3 + spread * normal(random);
  return logits;
}

TEST(Distributions, aRowIsNearlyItself) {
  for (float spread : {0.0f, 0.5f, 3.0f, 12.0f}) {
    auto logits = someLogits(50000, 1, spread);
    Divergence self = compare(logits, logits);
    EXPECT_GE(self.nats, 0) << spread;
    EXPECT_LT(self.nats, 2e-8) << spread;
    EXPECT_TRUE(self.sameLikeliest) << spread;
  }
}

TEST(Distributions, theDivergenceIsThatOfTheDefinition) {
  for (float change : {0.01f, 0.1f, 1.0f}) {
    auto base = someLogits(5000, 2, 3), other = base;
    auto noise = someLogits(5000, 3, change);
    for (size_t i = 0; i < base.size(); ++i)
      other[i] += noise[i];
    const double expected = expectedNats(base, other);
    EXPECT_NEAR(compare(base, other).nats, expected, 1e-3 * expected) << change;
  }
}

TEST(Distributions, aShiftOfAllLogitsIsNone) {
  auto base = someLogits(300, 4, 2), other = base;
  for (float &logit : other)
    logit += 100;
  EXPECT_LT(compare(base, other).nats, 2e-8);
}

TEST(Distributions, theLikeliestTokenIsTold) {
  EXPECT_TRUE(compare({0, 5, 1}, {0, 2, 1}).sameLikeliest);
  EXPECT_FALSE(compare({0, 5, 1}, {0, 2, 3}).sameLikeliest);
  // Of equal ones the first is.
  EXPECT_TRUE(compare({0, 5, 5}, {0, 3, 2}).sameLikeliest);
  EXPECT_FALSE(compare({0, 5, 5}, {0, 2, 3}).sameLikeliest);
}

TEST(Distributions, whatIsImpossibleForBothIsNoDifference) {
  EXPECT_LT(compare({1, -infinity, 2}, {1, -infinity, 2}).nats, 2e-8);
  // 40 nats below: stored as "24 or more".
  EXPECT_LT(compare({1, -39, 2}, {1, -39, 2}).nats, 2e-8);
  EXPECT_LT(compare({1, -39, 2}, {1, -infinity, 2}).nats, 2e-8);
}

TEST(Distributions, whatOnlyTheOtherRulesOutIsInfinite) {
  EXPECT_EQ(compare({1, 1.5, 2}, {1, -infinity, 2}).nats, infinity);
}

TEST(Distributions, whatIsNoNumberStaysNone) {
  EXPECT_TRUE(std::isnan(compare({1, 2, 3}, {1, NAN, 3}).nats));
  EXPECT_TRUE(std::isnan(compare({1, NAN, 3}, {1, 2, 3}).nats));
}

//===----------------------------------------------------------------------===//
// The command
//===----------------------------------------------------------------------===//

class EvalFiles : public testing::Test {
protected:
  EvalFiles() : text(letters(1)) {}

  static std::string letters(int32_t shift) {
    std::string result;
    for (int32_t token : someTokens(700))
      result += static_cast<char>('a' + (token + shift) % 26);
    return result;
  }

  Outcome eval(std::vector<std::string> more, int64_t context = 200) const {
    std::vector<std::string> arguments = {"eval", "--text", text.path(),
                                          "--context", std::to_string(context)};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return app(arguments);
  }

  void expectError(const Outcome &outcome, const std::string &part) const {
    EXPECT_EQ(outcome.code, 1);
    EXPECT_EQ(outcome.out, "");
    EXPECT_NE(outcome.err.find(part), std::string::npos) << outcome.err;
  }

  FakeApp app;
  TemporaryFile text, file;
};

TEST_F(EvalFiles, aProgramAgreesWithItself) {
  ASSERT_EQ(eval({"--kl-base", file.path()}).code, 0);
  // Three windows of 99 scored tokens.
  EXPECT_EQ(file.read().size(),
            32 + 3 * 200 * 4 + 3 * 99 * distributionBytes(259));
  Outcome again = eval({"--kl", file.path(), "--json", "--threads", "2"});
  ASSERT_EQ(again.code, 0) << again.err;
  Json json = Json::parse(again.out);
  EXPECT_EQ(json["tokens"], 3 * 99);
  EXPECT_EQ(json["top1_agreement"], 1.0);
  EXPECT_GE(json["kl_mean"].get<double>(), 0);
  EXPECT_LT(json["kl_mean"].get<double>(), 2e-8);
  EXPECT_LT(json["kl_p99"].get<double>(), 2e-8);
  Outcome said = eval({"--kl", file.path()});
  EXPECT_NE(said.out.find("the same likeliest token: 100.00 %"),
            std::string::npos)
      << said.out;
}

TEST_F(EvalFiles, withoutAFileNothingIsSaidOfIt) {
  Json json = Json::parse(eval({"--json"}).out);
  EXPECT_FALSE(json.contains("kl_mean"));
  EXPECT_FALSE(json.contains("top1_agreement"));
}

TEST_F(EvalFiles, whatWasMeasuredOtherwiseIsRefused) {
  ASSERT_EQ(eval({"--kl-base", file.path()}).code, 0);
  expectError(eval({"--kl", file.path()}, 100),
              "its context is 200, here it is 100: measure both alike");
  expectError(eval({"--kl", file.path(), "--windows", "2"}),
              "its number of windows is 3, here it is 2");
  TemporaryFile other(letters(2));
  expectError(app({"eval", "--text", other.path(), "--context", "200", "--kl",
                   file.path()}),
              "is of another text: its token 0 is ");
}

TEST_F(EvalFiles, anyOtherFileIsRefused) {
  expectError(eval({"--kl", file.path() + "x"}),
              "cannot open it: No such file");
  expectError(eval({"--kl", text.path()}), "is no file of distributions");
  ASSERT_EQ(eval({"--kl-base", file.path()}).code, 0);
  std::string bytes = file.read();
  TemporaryFile shorter(bytes.substr(0, bytes.size() - 1));
  expectError(eval({"--kl", shorter.path()}),
              "make it again with eval --kl-base");
  TemporaryFile longer(bytes + "x");
  expectError(eval({"--kl", longer.path()}),
              "make it again with eval --kl-base");
}

TEST_F(EvalFiles, bothAtOnceAreRefused) {
  Outcome both = eval({"--kl", file.path(), "--kl-base", file.path() + "2"});
  EXPECT_NE(both.code, 0);
  EXPECT_NE(both.err.find("--kl"), std::string::npos) << both.err;
}

TEST_F(EvalFiles, aFileThatCannotBeMadeIsToldBeforeTheWork) {
  Outcome outcome = eval({"--kl-base", file.path() + "/nowhere/base"});
  expectError(outcome, "cannot create it");
  EXPECT_EQ(outcome.err.find("window 1"), std::string::npos) << outcome.err;
}

} // namespace
