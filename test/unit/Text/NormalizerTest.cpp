//===- NormalizerTest.cpp - what is rewritten before a text is split --------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Normalizer.h"
#include "Graphemes.h"

#include <gtest/gtest.h>

using namespace llmrt;
using namespace llmrt::text;

using Kind = NormalizerStep::Kind;

namespace {

NormalizerStep step(Kind kind) {
  NormalizerStep result;
  result.kind = kind;
  return result;
}

NormalizerStep replace(const char *pattern, const char *content,
                       bool literal = true) {
  NormalizerStep result = step(Kind::Replace);
  result.pattern = pattern;
  result.content = content;
  result.literal = literal;
  return result;
}

std::string normalized(const std::vector<NormalizerStep> &steps,
                       std::string_view text) {
  Expected<Normalizer> normalizer = Normalizer::create(steps);
  if (!normalizer)
    return normalizer.message();
  std::string storage;
  StepBudget budget(text.size());
  Expected<std::string_view> result = normalizer->apply(text, storage, budget);
  return result ? std::string(*result) : result.message();
}

std::string normalized(Kind kind, std::string_view text) {
  return normalized({step(kind)}, text);
}

/// A map with one rule: the bytes of `key` become `content`.
std::string mapOf(std::string_view key, std::string_view content) {
  // A unit is (offset << 10 | leaf << 8 | label); the children of a node lie at
  // node ^ offset ^ label, so that node n goes on in the block at 256 (n + 1).
  std::vector<uint32_t> units(256 * (key.size() + 2));
  size_t node = 0;
  for (size_t i = 0; i < key.size(); ++i) {
    size_t block = 256 * (i + 1), child = block ^ uint8_t(key[i]);
    units[node] |= uint32_t(node ^ block) << 10;
    units[child] = uint8_t(key[i]);
    node = child;
  }
  size_t leaf = 256 * (key.size() + 1);
  units[node] |= uint32_t(node ^ leaf) << 10 | 1u << 8;
  units[leaf] = 1u << 31; // the replacement at 0
  uint32_t size = uint32_t(units.size() * sizeof(uint32_t));
  std::string bytes(reinterpret_cast<const char *>(&size), sizeof size);
  bytes.append(reinterpret_cast<const char *>(units.data()), size);
  return bytes.append(content).append(1, '\0');
}

NormalizerStep charsmap(std::string bytes, bool byGrapheme) {
  NormalizerStep result = step(Kind::Charsmap);
  result.pattern = std::move(bytes);
  result.byGrapheme = byGrapheme;
  return result;
}

} // namespace

TEST(Normalizer, BringsTextToEachForm) {
  // U+1E9B U+0323 is the standard's own example, U+FB01 a ligature.
  std::string text = "\u1e9b\u0323 \ufb01 \uac01";
  EXPECT_EQ(normalized(Kind::Nfc, text), "\u1e9b\u0323 \ufb01 \uac01");
  EXPECT_EQ(normalized(Kind::Nfd, text),
            "\u017f\u0323\u0307 \ufb01 \u1100\u1161\u11a8");
  EXPECT_EQ(normalized(Kind::Nfkc, text), "\u1e69 fi \uac01");
  EXPECT_EQ(normalized(Kind::Nfkd, text),
            "s\u0323\u0307 fi \u1100\u1161\u11a8");
  EXPECT_EQ(normalized(Kind::Nfkd, "plain"), "plain");
}

TEST(Normalizer, LowersEveryScriptAndOneCharacterToTwo) {
  EXPECT_EQ(
      normalized(Kind::Lowercase, "ABC \u0411 \u0393\u03a3 \u0130 \U00010400"),
      "abc \u0431 \u03b3\u03c3 i\u0307 \U00010428");
}

TEST(Normalizer, StripsMarksAndAccents) {
  EXPECT_EQ(normalized(Kind::StripAccents, "e\u0301\u0e33a\u0903"), "e\u0e33a");
  EXPECT_EQ(normalized(Kind::StripBertAccents, "\u00e9\u00fc a\u0903"),
            "eu a\u0903"); // a spacing mark stays
}

TEST(Normalizer, CleansTextAndSpacesIdeographs) {
  EXPECT_EQ(normalized(Kind::CleanText, "a\tb\u00a0c\x01\ufffd\u200b\x0b"),
            "a b c");
  EXPECT_EQ(normalized(Kind::SpaceIdeographs, "a\u4e00\u4e8cb\u3042"),
            "a \u4e00  \u4e8c b\u3042");
}

TEST(Normalizer, StripsAndJoinsSpaces) {
  NormalizerStep right = step(Kind::Strip);
  right.left = false;
  EXPECT_EQ(normalized({step(Kind::Strip)}, "\t a b\u3000\n"), "a b");
  EXPECT_EQ(normalized({right}, " a "), " a");
  EXPECT_EQ(normalized({step(Kind::Strip)}, " \n "), "");
  EXPECT_EQ(normalized(Kind::SentencePieceSpace, "  a   b\t c "), "a b\t c");
  EXPECT_EQ(normalized(Kind::SentencePieceSpace, "   "), "");
}

TEST(Normalizer, ReplacesAndPrepends) {
  NormalizerStep prepend = step(Kind::Prepend);
  prepend.content = "_";
  EXPECT_EQ(normalized({prepend, replace(" ", "_")}, "a b "), "_a_b_");
  EXPECT_EQ(normalized({prepend}, ""), "");
  EXPECT_EQ(normalized({replace(" {2,}", " ", false)}, "a   b c"), "a b c");
  EXPECT_EQ(normalized({replace("x*", "-", false)}, "axb"), "-a-b-");
  EXPECT_EQ(normalized({replace("aa", "b")}, "aaa"), "ba");
}

TEST(Normalizer, AMapReplacesByGraphemeOrByTheLongestRule) {
  std::string rule = mapOf("\u00e9", "e");
  EXPECT_EQ(normalized({charsmap(rule, false)}, "\u00e9t\u00e9\u0301"),
            "ete\u0301");
  // The library replaces the whole grapheme, its second mark, too.
  EXPECT_EQ(normalized({charsmap(rule, true)}, "\u00e9t\u00e9\u0301"), "ete");
  // A longer one is looked up by character.
  EXPECT_EQ(normalized({charsmap(rule, true)}, "\u00e9\u0301\u0301\u0301"),
            "e\u0301\u0301\u0301");
  EXPECT_EQ(normalized({charsmap(mapOf("e\u0301", "E"), false)}, "ee\u0301e"),
            "eEe");
}

TEST(Normalizer, RefusesMapsThatAreNone) {
  for (std::string bytes : {std::string(), std::string("abc"),
                            std::string(8, '\xff'), std::string(16, '\0')})
    EXPECT_NE(normalized({charsmap(bytes, false)}, "a").find("charsmap"),
              std::string::npos);
  std::string growing = mapOf("a", std::string(65, 'x'));
  EXPECT_NE(normalized({charsmap(growing, false)}, "a").find("65 bytes"),
            std::string::npos);
}

TEST(Normalizer, ADamagedMapChangesNoMoreThanTheText) {
  std::string good = mapOf("ab", "\u00e9");
  for (size_t at = 4; at < good.size(); at += 3)
    for (char damage : {'\x00', '\x55', '\xff'}) {
      std::string bytes = good;
      bytes[at] = damage;
      for (bool byGrapheme : {false, true})
        (void)normalized({charsmap(bytes, byGrapheme)}, "xab\u00e9ab");
    }
}

TEST(Normalizer, ATextCannotGrowBeyondMeasure) {
  std::vector<NormalizerStep> doubling(
      32, replace("a", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
  EXPECT_NE(normalized(doubling, std::string(1000, 'a')).find("gives too much"),
            std::string::npos);
  NormalizerStep longStep = replace("a", "");
  longStep.content = std::string(65, 'b');
  EXPECT_NE(normalized({longStep}, "a").find("65 bytes at once"),
            std::string::npos);
  EXPECT_NE(normalized({replace("", "b")}, "a").find("replaces nothing"),
            std::string::npos);
  EXPECT_NE(normalized(std::vector<NormalizerStep>(33), "a").find("33 steps"),
            std::string::npos);
}

TEST(Graphemes, EndWhereTheRulesSay) {
  struct {
    const char *text;
    size_t end;
  } cases[] = {
      {"ab", 1},
      {"\r\na", 2},
      {"\n\r", 1},
      {"e\u0301\u0323x", 5},
      {"a\u200d\u00e9", 4},      // a joiner joins pictographs only
      {"\u0915\u093f\u0915", 6}, // a spacing mark
      {"\u0600\u0661a", 4},      // a prepended sign
      {"\u1100\u1161\u11a8\u1100", 9},
      {"\uac00\u11a8", 6},
      {"\uac01\u1161", 3},
      {"\U0001F1E9\U0001F1EA\U0001F1E9", 8}, // flags are pairs
      {"\U0001F469\u200d\U0001F469x", 11},
      {"\x01\u0301", 1},
  };
  for (const auto &test : cases)
    EXPECT_EQ(graphemeEnd(test.text, 0), test.end) << test.text;
}
