//===- TokenizerTest.cpp - one behaviour of the tokenizer each --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "TestSupport.h"

#include <random>

using namespace llmrt;
using namespace llmrt::test;

using Ids = std::vector<int32_t>;

namespace {

AddedToken special(const char *content) {
  AddedToken token;
  token.content = content;
  return token;
}

Ids encode(Tokenizer &tokenizer, std::string_view text,
           EncodeOptions options = {}) {
  Expected<Ids> ids = tokenizer.encode(text, options);
  EXPECT_TRUE(ids) << ids.message();
  return *ids;
}

} // namespace

TEST(Tokenizer, MergesByRankThenFromTheLeft) {
  OpenTokenizer t = openModel(makeModel({"b c", "a b", "bc d", "a a"}));
  EXPECT_EQ(encode(*t, "abc"), (Ids{'a', 256}));
  EXPECT_EQ(encode(*t, "abcd"), (Ids{'a', 258}));
  EXPECT_EQ(encode(*t, "aaa"), (Ids{259, 'a'}));
  EXPECT_EQ(encode(*t, "ab"), (Ids{257}));
}

TEST(Tokenizer, MergesDoNotCrossWords) {
  OpenTokenizer t = openModel(makeModel({"a Ġ", "Ġ b"}));
  EXPECT_EQ(encode(*t, "a b"), (Ids{'a', 257}));
}

TEST(Tokenizer, AMergeListedTwiceKeepsItsLastRank) {
  TokenizerModel model = makeModel({"a b", "b c"});
  model.merges.push_back(model.merges[0]);
  model.merges.back().rank = uint32_t(model.merges.size());
  OpenTokenizer t = openModel(model);
  EXPECT_EQ(encode(*t, "abc"), (Ids{'a', 257}));
}

TEST(Tokenizer, WholeWordsWinWhereMergesAreIgnored) {
  TokenizerModel model = makeModel({"a b"});
  model.tokens.push_back("abc");
  model.types.push_back(TokenType::Normal);
  EXPECT_EQ(encode(*openModel(model), "abc"), (Ids{256, 'c'}));
  model.ignoreMerges = true;
  EXPECT_EQ(encode(*openModel(model), "abc"), (Ids{257}));
}

TEST(Tokenizer, InvalidBytesAreReadAsReplacementCharacters) {
  OpenTokenizer t = openModel(makeModel());
  EXPECT_EQ(encode(*t, "a\xFF"), (Ids{'a', 0xEF, 0xBF, 0xBD}));
}

TEST(Tokenizer, ZeroBytesAreText) {
  OpenTokenizer t = openModel(makeModel());
  EXPECT_EQ(encode(*t, std::string_view("a\0b", 3)), (Ids{'a', 0, 'b'}));
}

TEST(Tokenizer, BytesWithoutATokenDisappear) {
  TokenizerModel model = makeModel({"a b"});
  model.tokens['x'] = "missing";
  EXPECT_EQ(encode(*openModel(model), "axxb"), (Ids{256}));
}

TEST(Tokenizer, BytesWithoutATokenBecomeUnknown) {
  TokenizerModel model = makeModel({"a b"});
  model.tokens['x'] = "missing";
  model.unknownId = 'x';
  EXPECT_EQ(encode(*openModel(model), "axxb"), (Ids{'a', 'x', 'x', 'b'}));
  model.fuseUnknown = true;
  EXPECT_EQ(encode(*openModel(model), "axxb"), (Ids{'a', 'x', 'b'}));
}

TEST(Tokenizer, SpecialTokensInTextAreParsedOnRequest) {
  OpenTokenizer t = openModel(makeModel({}, {special("<s>")}));
  EncodeOptions asText;
  asText.parseSpecial = false;
  EXPECT_EQ(encode(*t, "a<s>b"), (Ids{'a', 256, 'b'}));
  EXPECT_EQ(encode(*t, "a<s>b", asText), (Ids{'a', '<', 's', '>', 'b'}));
}

TEST(Tokenizer, AddedTextTokensAreAlwaysParsed) {
  AddedToken token = special("    ");
  token.special = false;
  OpenTokenizer t = openModel(makeModel({}, {token}));
  EncodeOptions asText;
  asText.parseSpecial = false;
  EXPECT_EQ(encode(*t, "a    b", asText), (Ids{'a', 256, 'b'}));
  EXPECT_EQ(*t->decode(Ids{256}, /*skipSpecial=*/true), "    ");
}

TEST(Tokenizer, TheLongestAddedTokenWins) {
  OpenTokenizer t =
      openModel(makeModel({}, {special("<s>"), special("<s>>"), special("<")}));
  EXPECT_EQ(encode(*t, "<s>>"), (Ids{257}));
  EXPECT_EQ(encode(*t, "<s"), (Ids{258, 's'}));
}

TEST(Tokenizer, AddedTokensTakeNeighbouringSpace) {
  AddedToken left = special("<l>"), right = special("<r>");
  left.lstrip = true;
  right.rstrip = true;
  OpenTokenizer t = openModel(makeModel({}, {left, right}));
  EXPECT_EQ(encode(*t, "a\u3000 <l> b"), (Ids{'a', 256, ' ', 'b'}));
  EXPECT_EQ(encode(*t, "a <r> \n b"), (Ids{'a', ' ', 257, 'b'}));
  EXPECT_EQ(encode(*t, "<r>  <l>"), (Ids{257, 256}));
}

TEST(Tokenizer, SingleWordTokensStandAlone) {
  AddedToken token = special("mid");
  token.singleWord = true;
  OpenTokenizer t = openModel(makeModel({}, {token}));
  EXPECT_EQ(encode(*t, "(mid)"), (Ids{'(', 256, ')'}));
  EXPECT_EQ(encode(*t, "amid"), (Ids{'a', 'm', 'i', 'd'}));
  EXPECT_EQ(encode(*t, "midé"), (Ids{'m', 'i', 'd', 0xC3, 0xA9}));
}

TEST(Tokenizer, PrefixAndSuffixSurroundTheText) {
  TokenizerModel model = makeModel({}, {special("<s>"), special("</s>")});
  model.prefixIds = {256};
  model.suffixIds = {257};
  OpenTokenizer t = openModel(model);
  EncodeOptions plain;
  plain.addSpecial = false;
  EXPECT_EQ(encode(*t, ""), (Ids{256, 257}));
  EXPECT_EQ(encode(*t, "a"), (Ids{256, 'a', 257}));
  EXPECT_EQ(encode(*t, "a", plain), (Ids{'a'}));
}

TEST(Tokenizer, DecodeSkipsSpecialTokensOnRequest) {
  OpenTokenizer t = openModel(makeModel({}, {special("<s>")}));
  Ids ids{'a', 256, 'b'};
  EXPECT_EQ(*t->decode(ids), "a<s>b");
  EXPECT_EQ(*t->decode(ids, /*skipSpecial=*/true), "ab");
}

TEST(Tokenizer, DecodeRefusesIdsOutsideTheVocabulary) {
  OpenTokenizer t = openModel(makeModel());
  EXPECT_EQ(t->decode(Ids{256}).message(),
            "token id 256 is outside the vocabulary of 256");
  EXPECT_FALSE(t->decode(Ids{-1}));
}

TEST(Tokenizer, AnswersAboutItsTokens) {
  TokenizerModel model = makeModel({"h i"}, {special("<|im_end|>")});
  model.eosId = 257;
  model.endIds = {257, 3};
  model.chatTemplate = "{{ messages }}";
  OpenTokenizer t = openModel(model);
  EXPECT_EQ(t->vocabSize(), 258);
  EXPECT_EQ(t->findToken("<|im_end|>"), 257);
  EXPECT_EQ(t->findToken("hi"), 256);
  EXPECT_EQ(t->findToken("nope"), -1);
  EXPECT_EQ(t->tokenBytes(256), "hi");
  EXPECT_EQ(t->tokenBytes(258), "");
  EXPECT_TRUE(t->isSpecial(257));
  EXPECT_FALSE(t->isSpecial(256));
  EXPECT_FALSE(t->isSpecial(-1));
  EXPECT_TRUE(t->isEnd(3));
  EXPECT_FALSE(t->isEnd(4));
  EXPECT_EQ(t->bosId(), -1);
  EXPECT_EQ(t->eosId(), 257);
  EXPECT_EQ(t->chatTemplate(), "{{ messages }}");
}

TEST(Tokenizer, RandomBytesSurviveARoundTripAfterRepair) {
  OpenTokenizer t = openModel(makeModel({"a b", "Ġ Ġ", "ĠĠ ĠĠ", "1 2"}));
  std::mt19937 bits(7);
  for (int round = 0; round < 500; ++round) {
    std::string text;
    for (unsigned i = bits() % 60; i > 0; --i)
      text += char(bits() % 3 ? "ab 12\n"[bits() % 6] : bits());
    Ids ids = encode(*t, text);
    std::string decoded = *t->decode(ids);
    EXPECT_EQ(encode(*t, decoded), ids);
  }
}

TEST(Tokenizer, AMebibyteOfOneClassTakesSeconds) {
  OpenTokenizer t = openModel(
      makeModel({"Ġ Ġ", "ĠĠ ĠĠ", "ĠĠĠĠ ĠĠĠĠ", "a a", "aa aa", "Ċ Ċ"}));
  for (char c : {' ', 'a', '\n', '!', '1'}) {
    std::string text(1 << 20, c);
    double begin = processorSeconds();
    Ids ids = encode(*t, text);
    EXPECT_EQ(*t->decode(ids), text);
    EXPECT_LT(processorSeconds() - begin, 20.0);
  }
}

TEST(Detokenizer, HoldsBackIncompleteCharacters) {
  OpenTokenizer t = openModel(makeModel());
  Detokenizer detokenizer(*t);
  EXPECT_EQ(detokenizer.push(0xF0), "");
  EXPECT_EQ(detokenizer.push(0x9F), "");
  EXPECT_EQ(detokenizer.push(0x98), "");
  EXPECT_EQ(detokenizer.push(0x80), "😀");
  EXPECT_EQ(detokenizer.flush(), "");
}

TEST(Detokenizer, FlushReplacesWhatNeverCompleted) {
  OpenTokenizer t = openModel(makeModel());
  Detokenizer detokenizer(*t);
  EXPECT_EQ(detokenizer.push('a'), "a");
  EXPECT_EQ(detokenizer.push(0xE2), "");
  EXPECT_EQ(detokenizer.push(0x82), "");
  EXPECT_EQ(detokenizer.flush(), "\uFFFD");
  EXPECT_EQ(detokenizer.flush(), "");
}

TEST(Detokenizer, AnInvalidSequenceDoesNotSwallowWhatFollows) {
  OpenTokenizer t = openModel(makeModel());
  Detokenizer detokenizer(*t);
  EXPECT_EQ(detokenizer.push(0xE2), "");
  EXPECT_EQ(detokenizer.push('a'), "\uFFFDa");
}

TEST(Detokenizer, SkipsSpecialTokensAndStrangeIds) {
  OpenTokenizer t = openModel(makeModel({}, {special("<s>")}));
  Detokenizer skipping(*t), showing(*t, /*skipSpecial=*/false);
  EXPECT_EQ(skipping.push(256), "");
  EXPECT_EQ(showing.push(256), "<s>");
  EXPECT_EQ(skipping.push(-5), "");
  EXPECT_EQ(skipping.push(1 << 30), "");
}
