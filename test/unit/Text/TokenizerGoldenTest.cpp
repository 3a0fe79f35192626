//===- TokenizerGoldenTest.cpp - ids of the Hugging Face library ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The tokenizers and their goldens are written by
// `utils/compare-tokenizer.py --write-goldens`, which also compares 1 MiB of
// text that is not checked in.
//===----------------------------------------------------------------------===//

#include "TestSupport.h"

#include <nlohmann/json.hpp>

using namespace llmrt;
using namespace llmrt::test;
using Json = nlohmann::json;

namespace {

class TokenizerGolden : public testing::TestWithParam<const char *> {
protected:
  TokenizerGolden()
      : goldens(Json::parse(readInput("tokenizers/" + std::string(GetParam()) +
                                      ".golden.json"))) {
    Expected<TokenizerModel> model = parseHuggingFaceTokenizer(
        readInput("tokenizers/" + std::string(GetParam()) + ".json"), "");
    EXPECT_TRUE(model) << model.message();
    tokenizer.emplace(openModel(*model));
  }

  Json goldens;
  std::optional<OpenTokenizer> tokenizer;
};

} // namespace

TEST_P(TokenizerGolden, EncodesAsTheLibrary) {
  ASSERT_GE(goldens.size(), 30u);
  for (const Json &golden : goldens) {
    Expected<std::vector<int32_t>> ids =
        (*tokenizer)->encode(golden.at("text").get<std::string>());
    ASSERT_TRUE(ids) << ids.message();
    EXPECT_EQ(*ids, golden.at("ids").get<std::vector<int32_t>>())
        << golden.at("text");
  }
}

TEST_P(TokenizerGolden, DecodesAsTheLibrary) {
  for (const Json &golden : goldens) {
    std::vector<int32_t> ids = golden.at("ids");
    EXPECT_EQ(*(*tokenizer)->decode(ids, /*skipSpecial=*/true),
              golden.at("decoded").get<std::string>());
  }
}

TEST_P(TokenizerGolden, StreamsWhatItDecodes) {
  for (const Json &golden : goldens)
    for (bool skipSpecial : {false, true}) {
      std::vector<int32_t> ids = golden.at("ids");
      Detokenizer detokenizer(**tokenizer, skipSpecial);
      std::string streamed;
      for (int32_t id : ids)
        streamed += detokenizer.push(id);
      streamed += detokenizer.flush();
      EXPECT_EQ(streamed, *(*tokenizer)->decode(ids, skipSpecial));
    }
}

INSTANTIATE_TEST_SUITE_P(All, TokenizerGolden,
                         testing::Values("gpt2", "smollm", "llama3", "qwen2"),
                         [](const auto &info) {
                           return std::string(info.param);
                         });
