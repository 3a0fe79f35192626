//===- GgufTokenizerTest.cpp - a tokenizer from GGUF keys -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "TestSupport.h"

#include <functional>

using namespace llmrt;
using namespace llmrt::test;

namespace {

GgufTokenizerFields smallFields() {
  GgufTokenizerFields fields;
  fields.model = "gpt2";
  fields.pre = "smollm";
  fields.tokens = {"<s>", "<|im_end|>", "a", "b", "ab", "1", "2", "12"};
  fields.tokenTypes = {3, 3, 1, 1, 1, 1, 1, 1};
  fields.merges = {"a b", "1 2"};
  fields.bosId = 0;
  fields.eosId = 1;
  return fields;
}

void expectRefusal(const std::function<void(GgufTokenizerFields &)> &change,
                   const char *what) {
  GgufTokenizerFields fields = smallFields();
  change(fields);
  Expected<TokenizerModel> model = buildGgufTokenizer(fields);
  ASSERT_FALSE(model) << what;
  EXPECT_NE(model.message().find(what), std::string::npos) << model.message();
}

} // namespace

TEST(GgufTokenizer, SmollmSplitsDigitsFirst) {
  OpenTokenizer t = openModel(*buildGgufTokenizer(smallFields()));
  EXPECT_EQ(*t->encode("ab12<s>"), (std::vector<int32_t>{4, 5, 6, 0}));
}

TEST(GgufTokenizer, ControlTokensAreSpecialAndUserDefinedOnesAreText) {
  GgufTokenizerFields fields = smallFields();
  fields.tokenTypes[0] = 4;
  OpenTokenizer t = openModel(*buildGgufTokenizer(fields));
  EXPECT_FALSE(t->isSpecial(0));
  EXPECT_TRUE(t->isSpecial(1));
}

TEST(GgufTokenizer, BosIsAddedOnlyWhereAsked) {
  GgufTokenizerFields fields = smallFields();
  EXPECT_TRUE(buildGgufTokenizer(fields)->prefixIds.empty());
  fields.addBos = 1;
  fields.addEos = 1;
  Expected<TokenizerModel> model = buildGgufTokenizer(fields);
  EXPECT_EQ(model->prefixIds, std::vector<int32_t>{0});
  EXPECT_EQ(model->suffixIds, std::vector<int32_t>{1});
  fields = smallFields();
  fields.pre = "llama-bpe"; // adds one by default
  EXPECT_EQ(buildGgufTokenizer(fields)->prefixIds, std::vector<int32_t>{0});
  fields.addBos = 0;
  EXPECT_TRUE(buildGgufTokenizer(fields)->prefixIds.empty());
}

TEST(GgufTokenizer, EndsAreEosEotAndTurnEnds) {
  GgufTokenizerFields fields = smallFields();
  fields.eosId = 3;
  fields.eotId = 4;
  EXPECT_EQ(buildGgufTokenizer(fields)->endIds,
            (std::vector<int32_t>{3, 4, 1}));
}

TEST(GgufTokenizer, NamesTheKeyThatIsWrong) {
  expectRefusal([](auto &f) { f.model = "rwkv"; }, "tokenizer.ggml.model");
  expectRefusal([](auto &f) { f.model = "llama"; }, "scores has 0 entries");
  expectRefusal([](auto &f) { f.pre = "elvish"; }, "known are gpt-2");
  expectRefusal([](auto &f) { f.tokenTypes.pop_back(); }, "token_type has 7");
  expectRefusal([](auto &f) { f.tokenTypes[2] = 9; }, "token_type[2]");
  expectRefusal([](auto &f) { f.merges[1] = "12"; }, "merges[1]");
  expectRefusal([](auto &f) { f.merges[1] = "1 2 3"; }, "merges[1]");
  expectRefusal([](auto &f) { f.merges[0] = "a c"; }, "'c'");
  expectRefusal([](auto &f) { f.pre = "gpt2 phi-2"; }, "'gpt2 phi-2'");
  expectRefusal(
      [](auto &f) {
        f.addBos = 1;
        f.bosId = 8;
      },
      "add_bos_token");
  expectRefusal(
      [](auto &f) {
        f.tokens.push_back("\xFF");
        f.tokenTypes.push_back(1);
      },
      "token 8 is not valid UTF-8");
  expectRefusal(
      [](auto &f) {
        f = {};
        f.model = "gpt2";
        f.pre = "smollm";
      },
      "wants 1 to");
}

TEST(GgufTokenizer, AnIdThatIsNoTokenCountsAsAbsent) {
  for (int64_t none : {int64_t(-1), int64_t(UINT32_MAX), int64_t(8)}) {
    GgufTokenizerFields fields = smallFields();
    fields.padId = fields.bosId = fields.eotId = none;
    Expected<TokenizerModel> model = buildGgufTokenizer(fields);
    ASSERT_TRUE(model) << model.message();
    EXPECT_EQ(model->padId, -1);
    EXPECT_EQ(model->bosId, -1);
    EXPECT_EQ(model->endIds, std::vector<int32_t>{1});
    // Only what nobody writes on purpose is worth a word.
    EXPECT_EQ(model->warnings.size(), none == 8 ? 3u : 0u);
  }
}

TEST(GgufTokenizer, AMarkerThatEndsATurnIsControlWhateverItsType) {
  for (int32_t type : {1, 3, 4}) {
    GgufTokenizerFields fields = smallFields();
    fields.tokenTypes[1] = type;
    fields.eosId = 0;
    Expected<TokenizerModel> model = buildGgufTokenizer(fields);
    ASSERT_TRUE(model) << model.message();
    EXPECT_EQ(model->endIds, (std::vector<int32_t>{0, 1}));
    OpenTokenizer t = openModel(*model);
    EXPECT_TRUE(t->isSpecial(1));
    EXPECT_EQ(*t->encode("a<|im_end|>"), (std::vector<int32_t>{2, 1}));
  }
}

TEST(GgufTokenizer, WithoutANameSplitsByDefaultRulesAndSaysSo) {
  GgufTokenizerFields fields = smallFields();
  fields.pre = "";
  Expected<TokenizerModel> model = buildGgufTokenizer(fields);
  ASSERT_TRUE(model) << model.message();
  ASSERT_EQ(model->warnings.size(), 1u);
  EXPECT_NE(model->warnings[0].find("tokenizer.ggml.pre"), std::string::npos);
  fields.pre = "default";
  EXPECT_TRUE(buildGgufTokenizer(fields)->warnings.empty());
}

TEST(GgufTokenizer, EveryKnownNameOpens) {
  for (const char *name :
       {"gpt-2",        "smollm",         "llama-bpe",  "qwen2",
        "gpt-4o",       "starcoder",      "command-r",  "dbrx",
        "default",      "tekken",         "falcon",     "bloom",
        "viking",       "qwen35",         "seed-coder", "bailingmoe",
        "deepseek-v3",  "deepseek-coder", "pixtral",    "glm4",
        "deepseek-llm", "jina-v1-en"}) {
    GgufTokenizerFields fields = smallFields();
    fields.pre = name;
    Expected<TokenizerModel> model = buildGgufTokenizer(fields);
    ASSERT_TRUE(model) << model.message();
    OpenTokenizer t = openModel(*model);
    EXPECT_TRUE(t->encode("ab ab12")) << name;
  }
}

namespace {

/// SentencePiece's own ids, bytes and all, then words with their scores.
GgufTokenizerFields
pieces(std::initializer_list<std::pair<const char *, float>> words) {
  GgufTokenizerFields fields;
  fields.model = "llama";
  fields.tokens = {"<unk>", "<s>", "</s>"};
  fields.tokenTypes = {2, 3, 3};
  for (int byte = 0; byte < 256; ++byte) {
    char name[8];
    std::snprintf(name, sizeof name, "<0x%02X>", byte);
    fields.tokens.push_back(name);
    fields.tokenTypes.push_back(6);
  }
  fields.scores.assign(fields.tokens.size(), 0);
  for (auto [word, score] : words) {
    fields.tokens.push_back(word);
    fields.tokenTypes.push_back(1);
    fields.scores.push_back(score);
  }
  fields.bosId = 1;
  fields.eosId = 2;
  return fields;
}

constexpr int32_t firstWord = 259;

std::vector<int32_t> encode(const GgufTokenizerFields &fields,
                            std::string_view text, bool parseSpecial = true) {
  Expected<TokenizerModel> model = buildGgufTokenizer(fields);
  EXPECT_TRUE(model) << model.message();
  return *openModel(*model)->encode(text, {false, parseSpecial});
}

} // namespace

TEST(GgufSentencePiece, MergesTheGreatestScoreFirst) {
  // "abc" is "ab" "c" or "a" "bc", whichever scores better.
  std::initializer_list<std::pair<const char *, float>> words[] = {
      {{"\u2581", -9}, {"a", -9}, {"b", -9}, {"c", -9}, {"ab", -1}, {"bc", -2}},
      {{"\u2581", -9}, {"a", -9}, {"b", -9}, {"c", -9}, {"ab", -2}, {"bc", -1}},
  };
  EXPECT_EQ(encode(pieces(words[0]), "abc"),
            (std::vector<int32_t>{firstWord, firstWord + 4, firstWord + 3}));
  EXPECT_EQ(encode(pieces(words[1]), "abc"),
            (std::vector<int32_t>{firstWord, firstWord + 1, firstWord + 5}));
}

TEST(GgufSentencePiece, OfEqualScoresTheLeftmostGoesFirst) {
  GgufTokenizerFields fields =
      pieces({{"a", -9}, {"aa", -1}, {"\u2581", -9}, {"ba", -1}, {"b", -9}});
  fields.addSpacePrefix = 0;
  EXPECT_EQ(encode(fields, "aaa"),
            (std::vector<int32_t>{firstWord + 1, firstWord}));
  EXPECT_EQ(encode(fields, "baa"),
            (std::vector<int32_t>{firstWord + 3, firstWord}));
}

TEST(GgufSentencePiece, PutsASpaceBeforeTheTextAndBehindSpecialTokens) {
  GgufTokenizerFields fields =
      pieces({{"\u2581", -2}, {"a", -3}, {"\u2581a", -1}});
  int32_t word = firstWord + 2;
  EXPECT_EQ(encode(fields, "a a</s>a"),
            (std::vector<int32_t>{word, word, 2, word}));
  EXPECT_TRUE(encode(fields, "").empty());
  fields.addSpacePrefix = 0;
  EXPECT_EQ(encode(fields, "a a"), (std::vector<int32_t>{firstWord + 1, word}));
}

TEST(GgufSentencePiece, SpellsUnknownCharactersInBytes) {
  GgufTokenizerFields fields = pieces({{"\u2581", -1}});
  EXPECT_EQ(encode(fields, "\u00e9"),
            (std::vector<int32_t>{firstWord, 3 + 0xC3, 3 + 0xA9}));
  fields.tokenTypes[3] = 1; // a byte is missing: no fallback, one unknown
  EXPECT_EQ(encode(fields, "\u00e9\u00e8"),
            (std::vector<int32_t>{firstWord, 0}));
}

TEST(GgufSentencePiece, TextNeverBecomesAControlOrByteToken) {
  GgufTokenizerFields fields = pieces(
      {{"<", -9}, {"/", -9}, {"s", -9}, {">", -9}, {"</", -1}, {"s>", -1}});
  fields.addSpacePrefix = 0;
  EXPECT_EQ(encode(fields, "</s>", /*parseSpecial=*/false),
            (std::vector<int32_t>{firstWord + 4, firstWord + 5}));
  EXPECT_EQ(encode(fields, "</s>"), std::vector<int32_t>{2});
}

TEST(GgufSentencePiece, StreamsSplitCharactersAndTheSpaceInFront) {
  Expected<TokenizerModel> model =
      buildGgufTokenizer(pieces({{"\u2581", -2}, {"a", -3}, {"\u2581a", -1}}));
  ASSERT_TRUE(model) << model.message();
  OpenTokenizer t = openModel(*model);
  std::vector<int32_t> ids = {firstWord + 2, 3 + 0xE2, 3 + 0x82, 3 + 0xAC,
                              firstWord + 2};
  EXPECT_EQ(*t->decode(ids), "a\u20ac a");
  Detokenizer text(*t), more(*t, true, /*continues=*/true);
  std::vector<std::string> pieces;
  for (int32_t id : ids)
    pieces.push_back(text.push(id));
  EXPECT_EQ(pieces, (std::vector<std::string>{"a", "", "", "\u20ac", " a"}));
  EXPECT_EQ(more.push(firstWord + 2), " a");
  // A special token that is skipped is no beginning.
  Detokenizer skipping(*t);
  EXPECT_EQ(skipping.push(1), "");
  EXPECT_EQ(skipping.push(firstWord + 2), "a");
}

TEST(GgufSentencePiece, AddsBosUnlessTold) {
  GgufTokenizerFields fields = pieces({{"\u2581", -1}});
  EXPECT_EQ(buildGgufTokenizer(fields)->prefixIds, std::vector<int32_t>{1});
  EXPECT_TRUE(buildGgufTokenizer(fields)->suffixIds.empty());
  fields.addBos = 0;
  fields.addEos = 1;
  EXPECT_TRUE(buildGgufTokenizer(fields)->prefixIds.empty());
  EXPECT_EQ(buildGgufTokenizer(fields)->suffixIds, std::vector<int32_t>{2});
}

TEST(GgufSentencePiece, RefusesAVocabularyOfLongTokens) {
  GgufTokenizerFields fields = pieces({{"a", -1}});
  for (int i = 0; i < 8; ++i) {
    fields.tokens.push_back(std::string(65536 - i, 'a'));
    fields.tokenTypes.push_back(1);
    fields.scores.push_back(-2);
  }
  Expected<TokenizerModel> model = buildGgufTokenizer(fields);
  ASSERT_FALSE(model);
  EXPECT_NE(model.message().find("too many long tokens"), std::string::npos);
}

TEST(GgufUnigram, TakesTheBestSumAndJoinsSpaces) {
  GgufTokenizerFields fields = pieces(
      {{"\u2581", -4}, {"a", -3}, {"b", -3}, {"ab", -5}, {"\u2581a", -2}});
  fields.model = "t5";
  EXPECT_EQ(encode(fields, "  ab   ab "),
            (std::vector<int32_t>{firstWord + 4, firstWord + 2, firstWord + 4,
                                  firstWord + 2}));
  EXPECT_EQ(buildGgufTokenizer(fields)->suffixIds, std::vector<int32_t>{2});
  fields.removeExtraWhitespaces = 0;
  EXPECT_EQ(encode(fields, " ").size(), 2u);
}

TEST(GgufBert, ReadsPhantomSpacesAsBeginningsOfWords) {
  GgufTokenizerFields fields;
  fields.model = "bert";
  fields.tokens = {"[PAD]",    "[UNK]", "[CLS]",   "[SEP]",
                   "\u2581un", "able",  "\u2581,", "[unused1]"};
  fields.tokenTypes = {3, 3, 3, 3, 1, 1, 1, 1};
  fields.bosId = 2;
  fields.separatorId = 3;
  Expected<TokenizerModel> model = buildGgufTokenizer(fields);
  ASSERT_TRUE(model) << model.message();
  OpenTokenizer t = openModel(*model);
  EXPECT_EQ(*t->encode("\u00dcnABLE, b"),
            (std::vector<int32_t>{2, 4, 5, 6, 1, 3}));
  EXPECT_EQ(*t->decode(std::vector<int32_t>{4, 5, 6}), "unable ,");
  // One upper-case letter in the vocabulary: a cased model.
  fields.tokens.push_back("\u2581B");
  fields.tokenTypes.push_back(1);
  EXPECT_EQ(encode(fields, "B Un"), (std::vector<int32_t>{8, 1}));
}
