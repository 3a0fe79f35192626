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
  expectRefusal([](auto &f) { f.bosId = 8; }, "bos_token_id is 8");
  expectRefusal([](auto &f) { f.eosId = 1ll << 40; }, "eos_token_id");
  expectRefusal([](auto &f) { f.padId = -7; }, "padding_token_id");
  expectRefusal(
      [](auto &f) {
        f.addBos = 1;
        f.bosId = -1;
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

TEST(GgufTokenizer, EveryKnownNameOpens) {
  for (const char *name : {"gpt-2", "smollm", "llama-bpe", "qwen2", "gpt-4o",
                           "starcoder", "command-r", "dbrx"}) {
    GgufTokenizerFields fields = smallFields();
    fields.pre = name;
    Expected<TokenizerModel> model = buildGgufTokenizer(fields);
    ASSERT_TRUE(model) << model.message();
    OpenTokenizer t = openModel(*model);
    EXPECT_TRUE(t->encode("ab ab12")) << name;
  }
}
