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
    std::string name = "tokenizers/" + std::string(GetParam());
    sentencePiece =
        std::ifstream(LLMC_TEST_INPUTS "/" + name + ".model").good();
    Expected<TokenizerModel> model =
        sentencePiece
            ? parseSentencePiece(readInput(name + ".model"), "")
            : parseHuggingFaceTokenizer(readInput(name + ".json"), "");
    EXPECT_TRUE(model) << model.message();
    tokenizer.emplace(openModel(*model));
  }

  /// SentencePiece adds no tokens around a text and reads none in it.
  EncodeOptions options() const { return {!sentencePiece, !sentencePiece}; }

  bool sentencePiece = false;
  Json goldens;
  std::optional<OpenTokenizer> tokenizer;
};

} // namespace

TEST_P(TokenizerGolden, EncodesAsTheLibrary) {
  ASSERT_GE(goldens.size(), 30u);
  for (const Json &golden : goldens) {
    Expected<std::vector<int32_t>> ids =
        (*tokenizer)->encode(golden.at("text").get<std::string>(), options());
    ASSERT_TRUE(ids) << ids.message();
    EXPECT_EQ(*ids, golden.at("ids").get<std::vector<int32_t>>())
        << golden.at("text");
  }
}

TEST_P(TokenizerGolden, DecodesAsTheLibrary) {
  for (const Json &golden : goldens) {
    if (!golden.contains("decoded"))
      continue; // SentencePiece prints another mark for what is unknown
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

/// What makes a careless splitter or merger quadratic costs as much as prose.
TEST_P(TokenizerGolden, NoRunTakesTenTimesAsLongAsProse) {
  constexpr size_t size = 1 << 17; // utils/compare-tokenizer.py: 1 MiB
  auto seconds = [&](std::string_view unit) {
    std::string text;
    while (text.size() < size)
      text += unit;
    double begin = processorSeconds();
    EXPECT_TRUE((*tokenizer)->encode(text, options())) << unit;
    return processorSeconds() - begin;
  };
  std::string prose;
  for (const Json &golden : goldens)
    prose += golden.at("text").get<std::string>() + "\n";
  double bound = 10 * seconds(prose);
  for (const char *unit : {" ", "a", "\u0301", "1", "\u2581", "<", "\n"})
    EXPECT_LT(seconds(unit), bound) << unit;
}

INSTANTIATE_TEST_SUITE_P(All, TokenizerGolden,
                         testing::Values("gpt2", "smollm", "llama3", "qwen2",
                                         "llama2", "mistral", "gemma",
                                         "bpe-unknown", "t5", "xlm-roberta",
                                         "albert", "unigram-bytes",
                                         "bert-uncased", "bert-cased",
                                         "other-steps", "bpe", "bpe-no-prefix",
                                         "unigram", "unigram-fold"),
                         [](const auto &info) {
                           std::string name = info.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });
