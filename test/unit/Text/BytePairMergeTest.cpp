//===- BytePairMergeTest.cpp - merging against the plain definition -------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The definition: as long as some neighbours merge, merge the pair of the least
// rank, the leftmost of equal ones. The heap must choose the same every time.
//===----------------------------------------------------------------------===//

#include "TestSupport.h"

#include <map>
#include <random>

using namespace llmrt;
using namespace llmrt::test;

using Ids = std::vector<int32_t>;

namespace {

/// Bytes, and `count` merges of tokens that are there by then.
TokenizerModel randomModel(std::mt19937 &random, int count,
                           std::string_view letters) {
  TokenizerModel model = makeModel();
  Ids pieces(letters.begin(), letters.end());
  std::map<std::string, int32_t> known;
  for (int32_t letter : pieces)
    known[model.tokens[letter]] = letter;
  for (int i = 0; i < count; ++i) {
    int32_t left = pieces[random() % pieces.size()];
    int32_t right = pieces[random() % pieces.size()];
    std::string whole = model.tokens[left] + model.tokens[right];
    auto [it, isNew] = known.try_emplace(whole, int32_t(model.tokens.size()));
    if (isNew) {
      model.tokens.push_back(whole);
      model.types.push_back(TokenType::Normal);
      pieces.push_back(it->second);
    }
    model.merges.push_back({left, right, it->second, uint32_t(i)});
  }
  return model;
}

/// Merges as the definition says, in quadratic time.
Ids mergePlainly(const TokenizerModel &model, const std::string &word) {
  std::map<std::pair<int32_t, int32_t>, size_t> ranks; // the last one counts
  for (size_t rank = 0; rank < model.merges.size(); ++rank)
    ranks[{model.merges[rank].left, model.merges[rank].right}] = rank;
  Ids ids(word.begin(), word.end());
  while (true) {
    size_t best = model.merges.size(), place = 0;
    for (size_t i = 0; i + 1 < ids.size(); ++i) {
      auto found = ranks.find({ids[i], ids[i + 1]});
      if (found != ranks.end() && found->second < best) {
        best = found->second;
        place = i;
      }
    }
    if (best == model.merges.size())
      return ids;
    ids[place] = model.merges[best].result;
    ids.erase(ids.begin() + long(place) + 1);
  }
}

std::string randomWord(std::mt19937 &random, std::string_view letters,
                       size_t length) {
  std::string word;
  while (word.size() < length)
    word += letters[random() % letters.size()];
  return word;
}

} // namespace

TEST(BytePairMerge, ChoosesAsTheDefinitionDoes) {
  std::mt19937 random(11);
  for (int round = 0; round < 60; ++round) {
    std::string_view letters =
        std::string_view("abcdefgh").substr(0, 2 + size_t(round) % 7);
    TokenizerModel model = randomModel(random, 5 + int(random() % 60), letters);
    OpenTokenizer tokenizer = openModel(model);
    for (size_t length : {1u, 2u, 3u, 7u, 20u, 61u}) {
      std::string word = randomWord(random, letters, length);
      Expected<Ids> ids = tokenizer->encode(word);
      ASSERT_TRUE(ids) << ids.message();
      EXPECT_EQ(*ids, mergePlainly(model, word)) << word;
    }
  }
}

TEST(BytePairMerge, RunsOfOneLetterMergeFromTheLeft) {
  TokenizerModel model = makeModel({"a a", "aa aa", "aaaa a"});
  OpenTokenizer tokenizer = openModel(model);
  for (size_t length = 1; length < 40; ++length) {
    std::string word(length, 'a');
    EXPECT_EQ(*tokenizer->encode(word), mergePlainly(model, word)) << length;
  }
}

TEST(BytePairMerge, ARoundTripGivesTheText) {
  std::mt19937 random(12);
  TokenizerModel model = randomModel(random, 80, "abc");
  OpenTokenizer tokenizer = openModel(model);
  std::string word = randomWord(random, "abc", 5000);
  Expected<Ids> ids = tokenizer->encode(word);
  ASSERT_TRUE(ids) << ids.message();
  EXPECT_LT(ids->size(), word.size());
  EXPECT_EQ(*tokenizer->decode(*ids, /*skipSpecial=*/false), word);
}
