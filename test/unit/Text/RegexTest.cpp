//===- RegexTest.cpp - split patterns ---------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Regex.h"

#include <gtest/gtest.h>

using namespace llmrt;
using namespace llmrt::text;

namespace {

/// One search of a text for which nothing was paid yet.
Expected<RegexMatch> searchOnce(const Regex &regex, std::string_view text) {
  StepBudget budget(text.size());
  return RegexMatcher(regex, budget).search(text, 0);
}

bool matches(std::string_view pattern, std::string_view subject) {
  Expected<Regex> regex = Regex::compile(pattern);
  EXPECT_TRUE(regex) << regex.message();
  Expected<RegexMatch> match = searchOnce(*regex, subject);
  EXPECT_TRUE(match) << match.message();
  return match->found && match->begin == 0 && match->end == subject.size();
}

} // namespace

TEST(Regex, WhiteSpaceIsThatOfUnicode) {
  for (const char *space :
       {" ", "\t", "\x0b", "\u0085", "\u00A0", "\u3000", "\u2028"})
    EXPECT_TRUE(matches(R"(\s)", space));
  EXPECT_FALSE(matches(R"(\s)", "\u180E")); // PCRE2's own \s takes it
  EXPECT_FALSE(matches(R"(\s)", "\u200B"));
  EXPECT_TRUE(matches(R"([^\s])", "\u180E"));
}

TEST(Regex, HexDigitsAndVerticalTabAreThoseOfRuby) {
  EXPECT_TRUE(matches(R"(\h+)", "0aF"));
  EXPECT_FALSE(matches(R"(\h)", " ")); // PCRE2's horizontal space
  EXPECT_TRUE(matches(R"(\v)", "\x0b"));
  EXPECT_FALSE(matches(R"(\v)", "\n"));
}

TEST(Regex, ScriptsAreNotScriptExtensions) {
  EXPECT_TRUE(matches(R"(\p{Han})", "中"));
  EXPECT_FALSE(matches(R"(\p{Han})", "\u3001")); // common, extended to Han
  EXPECT_TRUE(matches(R"(\p{^Han})", "a"));
  EXPECT_TRUE(matches(R"(\p{Uppercase_Letter}\p{lu})", "AB"));
}

TEST(Regex, OpenIntervalsBeginAtZero) {
  EXPECT_TRUE(matches(R"(a{,2}b)", "aab"));
  EXPECT_TRUE(matches(R"(a{2,3})", "aaa"));
  EXPECT_TRUE(matches(R"(a{x})", "a{x}"));
}

TEST(Regex, CaseFoldingTakesTheLongS) {
  EXPECT_TRUE(matches("(?i:'s)", "'S"));
  EXPECT_TRUE(matches("(?i:'s)", "'ſ"));
}

TEST(Regex, LinesEndAtNewlinesOnly) {
  EXPECT_FALSE(matches(".", "\n"));
  EXPECT_TRUE(matches(".", "\r"));
  Expected<Regex> regex = Regex::compile("b$");
  EXPECT_TRUE(searchOnce(*regex, "ab\nc")->found);
}

TEST(Regex, RefusesWhatTheEnginesReadDifferently) {
  const std::pair<const char *, const char *> cases[] = {
      {"[a[bc]]", "a class in a class"},
      {"[a&&b]", "intersection"},
      {"(?m:a)", "group"},
      {"a(?i)b", "group"},
      {"(?<x>a)", "group"},
      {R"(\X)", "'\\X'"},
      {R"(\1)", "'\\1'"},
      {R"([\b])", "in a class"},
      {"a{1,2}+", "after an interval"},
      {R"(\xE9)", "byte"},
      {R"(\p{L)", "closing brace"},
      {R"(\pL)", "without braces"},
      {R"(\p{Klingon})", "does not compile"},
      {"[a", "without its ']'"},
      {"[]", "empty class"},
      {"(a", "does not compile"},
      {"a\\", "trailing backslash"},
      {"(*UTF)a", "verb"},
      {"\xFF", "not valid UTF-8"},
  };
  for (const auto &[pattern, what] : cases) {
    Expected<Regex> regex = Regex::compile(pattern);
    ASSERT_FALSE(regex) << pattern;
    EXPECT_NE(regex.message().find(what), std::string::npos) << regex.message();
  }
}

TEST(Regex, RefusesPatternsOfAbsurdSize) {
  EXPECT_FALSE(Regex::compile(std::string(70000, 'a')));
  EXPECT_FALSE(Regex::compile(std::string(5000, '(') + std::string(5000, ')')));
}

TEST(Regex, AMebibyteOfOneClassStaysWithinTheLimits) {
  // The alternatives of Llama 3 that backtrack most.
  for (const char *pattern : {R"(\p{L}+)", R"(\s*[\r\n]+|\s+(?!\S)|\s+)",
                              R"( ?[^\s\p{L}\p{N}]+[\r\n]*)"}) {
    Expected<Regex> regex = Regex::compile(pattern);
    for (char c : {'a', ' ', '!', '\n'}) {
      std::string text(1 << 20, c);
      text += 'x';
      Expected<RegexMatch> match = searchOnce(*regex, text);
      EXPECT_TRUE(match) << pattern << ": " << match.message();
    }
  }
}

TEST(Regex, AllSearchesOfATextShareOneBudget) {
  // 2^20 steps at every character, of which each search alone may take more.
  Expected<Regex> regex = Regex::compile(R"((?:(?:a|a){20}\x01)|.)");
  ASSERT_TRUE(regex) << regex.message();
  std::string text(10000, 'a');
  StepBudget budget(text.size());
  RegexMatcher matcher(*regex, budget);
  size_t searches = 0;
  while (searches < text.size() && matcher.search(text, searches))
    ++searches;
  EXPECT_GT(searches, 2u);
  EXPECT_LT(searches, 200u);
  EXPECT_TRUE(budget.isSpent());
}

TEST(Regex, FindsWhatNeedsManyStepsWhereverItBegins) {
  Expected<Regex> regex = Regex::compile(R"((?:a|b)*c)");
  ASSERT_TRUE(regex) << regex.message();
  for (size_t before : {0u, 1u, 1000u, 5000u}) {
    std::string text = std::string(before, '.') + std::string(3000, 'b') + "cb";
    Expected<RegexMatch> match = searchOnce(*regex, text);
    ASSERT_TRUE(match) << match.message();
    EXPECT_EQ(match->begin, before);
    EXPECT_EQ(match->end, before + 3001);
  }
}

TEST(Regex, CatastrophicPatternsEndWithAnError) {
  Expected<Regex> regex = Regex::compile("(a|a)*(a|a)*(a|a)*b(?=c)");
  ASSERT_TRUE(regex) << regex.message();
  std::string text = std::string(100000, 'a') + "b";
  Expected<RegexMatch> match = searchOnce(*regex, text);
  ASSERT_FALSE(match);
  EXPECT_NE(match.message().find("limit"), std::string::npos)
      << match.message();
}
