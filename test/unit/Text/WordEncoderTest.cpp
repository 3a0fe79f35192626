//===- WordEncoderTest.cpp - the tokenizer models ---------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Unigram and WordPiece against their plain definitions, and vocabularies that
// are made to be slow. Ids of the library are in TokenizerGoldenTest.

#include "TestSupport.h"

#include <cmath>
#include <map>
#include <random>

using namespace llmrt;
using namespace llmrt::test;

using Ids = std::vector<int32_t>;

namespace {

/// "<unk>" and words; scores fall with the place.
TokenizerModel wordModel(TokenizerKind kind,
                         const std::vector<std::string> &words) {
  TokenizerModel model;
  model.kind = kind;
  model.tokens = {"<unk>"};
  model.tokens.insert(model.tokens.end(), words.begin(), words.end());
  model.types.assign(model.tokens.size(), TokenType::Normal);
  model.types[0] = TokenType::Unknown;
  model.unknownId = 0;
  model.fuseUnknown = true;
  if (kind == TokenizerKind::Unigram)
    for (size_t i = 0; i < model.tokens.size(); ++i)
      model.scores.push_back(-0.5 * double(i));
  model.continuingPrefix = kind == TokenizerKind::WordPiece ? "##" : "";
  model.maxWordCharacters = 20;
  return model;
}

Ids encode(const TokenizerModel &model, std::string_view text) {
  Expected<Ids> ids = openModel(model)->encode(text);
  EXPECT_TRUE(ids) << ids.message();
  return ids ? *ids : Ids();
}

/// The greatest sum of scores of all ways to cut the text.
double bestSum(const TokenizerModel &model, const std::string &text) {
  std::vector<double> best(text.size() + 1, -INFINITY);
  best[0] = 0;
  for (size_t begin = 0; begin < text.size(); ++begin)
    for (size_t id = 1; id < model.tokens.size(); ++id)
      if (text.compare(begin, model.tokens[id].size(), model.tokens[id]) == 0) {
        double &end = best[begin + model.tokens[id].size()];
        end = std::max(end, best[begin] + model.scores[id]);
      }
  return best.back();
}

} // namespace

TEST(Unigram, FindsTheGreatestSum) {
  std::mt19937 random(5);
  std::vector<std::string> words = {"a", "b", "c"};
  for (int i = 0; i < 60; ++i) {
    std::string word;
    for (unsigned letters = 2 + random() % 5; letters > 0; --letters)
      word += char('a' + random() % 3);
    if (std::find(words.begin(), words.end(), word) == words.end())
      words.push_back(word);
  }
  TokenizerModel model = wordModel(TokenizerKind::Unigram, words);
  OpenTokenizer t = openModel(model);
  for (int round = 0; round < 200; ++round) {
    std::string text, spelled;
    for (unsigned letters = 1 + random() % 40; letters > 0; --letters)
      text += char('a' + random() % 3);
    double sum = 0;
    Ids ids = *t->encode(text);
    for (int32_t id : ids) {
      sum += model.scores[id];
      spelled += model.tokens[id];
    }
    EXPECT_EQ(spelled, text);
    EXPECT_NEAR(sum, bestSum(model, text), 1e-9) << text;
  }
}

TEST(Unigram, NeighbouringUnknownCharactersAreOneToken) {
  TokenizerModel model = wordModel(TokenizerKind::Unigram, {"a"});
  EXPECT_EQ(encode(model, "xy\u00e9ax"), (Ids{0, 1, 0}));
  model.fuseUnknown = false;
  EXPECT_EQ(encode(model, "xya"), (Ids{0, 0, 1}));
}

TEST(Unigram, TextNeverBecomesAControlToken) {
  TokenizerModel model =
      wordModel(TokenizerKind::Unigram, {"<s>", "<", "s", ">"});
  model.types[1] = TokenType::Control;
  AddedToken added;
  added.id = 1;
  added.content = "<s>";
  added.inVocabulary = true;
  model.addedTokens = {added};
  OpenTokenizer t = openModel(model);
  EXPECT_EQ(*t->encode("<s>"), Ids{1});
  EXPECT_EQ(*t->encode("<s>", {false, false}), (Ids{2, 3, 4}));
}

TEST(Unigram, OfTwoTokensWithOneTextTheLastCounts) {
  EXPECT_EQ(encode(wordModel(TokenizerKind::Unigram, {"a", "b", "a"}), "a"),
            Ids{3});
}

TEST(WordPiece, TakesTheLongestFirstAndContinuations) {
  TokenizerModel model = wordModel(TokenizerKind::WordPiece,
                                   {"un", "una", "##ff", "##aff", "##able",
                                    "##a", "##", "u", "\u00e9", "##\u00e9"});
  EXPECT_EQ(encode(model, "unaffable"), (Ids{2, 3, 5}));
  EXPECT_EQ(encode(model, "\u00e9\u00e9"), (Ids{9, 10}));
  EXPECT_EQ(encode(model, "unx"), Ids{0}); // all of it
  EXPECT_EQ(encode(model, "##a"), Ids{6}); // as the reference
  EXPECT_EQ(encode(model, ""), Ids{});
}

TEST(WordPiece, AWordOfTooManyCharactersIsUnknown) {
  TokenizerModel model =
      wordModel(TokenizerKind::WordPiece, {"\u00e9", "##\u00e9"});
  std::string word;
  for (int i = 0; i < 20; ++i)
    word += "\u00e9";
  EXPECT_EQ(encode(model, word).size(), 20u);
  EXPECT_EQ(encode(model, word + "\u00e9"), Ids{0});
}

TEST(WordEncoder, ChainsOfPrefixesAreBoundedNotQuadratic) {
  // Every word begins the next: each place of a run finds all of them.
  std::vector<std::string> words;
  for (size_t length = 1; length <= 1500; ++length)
    words.push_back(std::string(length, 'a'));
  for (TokenizerKind kind :
       {TokenizerKind::Unigram, TokenizerKind::WordPiece}) {
    TokenizerModel model = wordModel(kind, words);
    model.maxWordCharacters = 1 << 24;
    OpenTokenizer t = openModel(model);
    double begin = processorSeconds();
    Expected<Ids> ids = t->encode(std::string(1 << 20, 'a'));
    EXPECT_LT(processorSeconds() - begin, sanitizedSeconds(5));
    if (!ids)
      EXPECT_NE(ids.message().find("takes too long"), std::string::npos);
  }
}

TEST(CharacterBpe, UnknownCharactersFuseOrNot) {
  TokenizerModel model = wordModel(TokenizerKind::Bpe, {"a", "b", "ab"});
  model.merges = {{1, 2, 3, 0}};
  EXPECT_EQ(encode(model, "abxyab"), (Ids{3, 0, 3}));
  model.fuseUnknown = false;
  EXPECT_EQ(encode(model, "abxyab"), (Ids{3, 0, 0, 3}));
  model.unknownId = -1; // dropped, and the neighbours meet
  EXPECT_EQ(encode(model, "axb"), Ids{3});
}

TEST(VerifyTokenizer, NamesWhatAKindLacks) {
  auto message = [](const std::function<void(TokenizerModel &)> &change) {
    TokenizerModel model = wordModel(TokenizerKind::Unigram, {"a"});
    change(model);
    return verifyTokenizer(model).message();
  };
  EXPECT_EQ(message([](auto &) {}), "");
  EXPECT_NE(message([](auto &m) { m.scores.pop_back(); }).find("one score"),
            std::string::npos);
  EXPECT_NE(message([](auto &m) { m.scores[0] = NAN; }).find("no number"),
            std::string::npos);
  EXPECT_NE(message([](auto &m) { m.unknownId = -1; }).find("unknown"),
            std::string::npos);
  EXPECT_NE(message([](auto &m) { m.outputs = {"a"}; }).find("one output"),
            std::string::npos);
  EXPECT_NE(message([](auto &m) { m.steps.emplace_back(); }).find("found 1"),
            std::string::npos);
  EXPECT_NE(message([](auto &m) {
              m.continuingPrefix = std::string(65, '#');
            }).find("continuations"),
            std::string::npos);
}
