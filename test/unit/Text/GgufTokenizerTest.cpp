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
  expectRefusal([](auto &f) { f.model = "llama"; }, "tokenizer.ggml.model");
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
       {"gpt-2",      "smollm",      "llama-bpe",      "qwen2",   "gpt-4o",
        "starcoder",  "command-r",   "dbrx",           "default", "tekken",
        "falcon",     "bloom",       "viking",         "qwen35",  "seed-coder",
        "bailingmoe", "deepseek-v3", "deepseek-coder", "pixtral", "glm4"}) {
    GgufTokenizerFields fields = smallFields();
    fields.pre = name;
    Expected<TokenizerModel> model = buildGgufTokenizer(fields);
    ASSERT_TRUE(model) << model.message();
    OpenTokenizer t = openModel(*model);
    EXPECT_TRUE(t->encode("ab ab12")) << name;
  }
}
