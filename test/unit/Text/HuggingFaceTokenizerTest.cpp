//===- HuggingFaceTokenizerTest.cpp - tokenizer.json, good and bad ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "TestSupport.h"

#include <nlohmann/json.hpp>

#include <random>

using namespace llmrt;
using namespace llmrt::test;
using Json = nlohmann::json;

namespace {

Json smallTokenizer() {
  return Json::parse(R"({
    "added_tokens": [
      {"id": 4, "content": "<s>", "special": true},
      {"id": 5, "content": "</s>", "special": true}],
    "normalizer": null,
    "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false},
    "post_processor": null,
    "decoder": {"type": "ByteLevel"},
    "model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2, "Ġ": 3},
              "merges": ["a b"]}})");
}

Expected<TokenizerModel> parse(const Json &json, const char *config = "") {
  return parseHuggingFaceTokenizer(json.dump(), config);
}

/// The message of parsing the small tokenizer with one field changed.
std::string refusal(const char *pointer, const char *value) {
  Json json = smallTokenizer();
  json[Json::json_pointer(pointer)] = Json::parse(value);
  Expected<TokenizerModel> model = parse(json);
  EXPECT_FALSE(model) << pointer << " = " << value;
  return model.message();
}

void expectRefusal(const char *pointer, const char *value, const char *what) {
  std::string message = refusal(pointer, value);
  EXPECT_NE(message.find(what), std::string::npos) << message;
  EXPECT_EQ(message.find("tokenizer.json"), 0u) << message;
}

} // namespace

TEST(HuggingFaceTokenizer, ReadsTheSmallOne) {
  Expected<TokenizerModel> model = parse(smallTokenizer());
  ASSERT_TRUE(model) << model.message();
  EXPECT_EQ(model->tokens.size(), 6u);
  EXPECT_EQ(model->types[4], TokenType::Control);
  OpenTokenizer t = openModel(*model);
  EXPECT_EQ(*t->encode("ab<s>b"), (std::vector<int32_t>{2, 4, 1}));
}

TEST(HuggingFaceTokenizer, ReadsMergesAsPairs) {
  Json json = smallTokenizer();
  json["model"]["merges"] = Json::parse(R"([["a", "b"]])");
  EXPECT_EQ(parse(json)->merges.size(), 1u);
}

TEST(HuggingFaceTokenizer, ReadsTheConfig) {
  Expected<TokenizerModel> model =
      parse(smallTokenizer(), R"({"bos_token": "<s>",
        "eos_token": {"content": "</s>", "lstrip": false},
        "pad_token": null, "unk_token": "nowhere",
        "chat_template": "{{ messages }}"})");
  ASSERT_TRUE(model) << model.message();
  EXPECT_EQ(model->bosId, 4);
  EXPECT_EQ(model->eosId, 5);
  EXPECT_EQ(model->padId, -1);
  EXPECT_EQ(model->endIds, std::vector<int32_t>{5});
  EXPECT_EQ(model->chatTemplate, "{{ messages }}");
}

TEST(HuggingFaceTokenizer, TakesTheDefaultOfSeveralTemplates) {
  Expected<TokenizerModel> model =
      parse(smallTokenizer(), R"({"chat_template": [
        {"name": "tool_use", "template": "t"},
        {"name": "default", "template": "d"}]})");
  ASSERT_TRUE(model) << model.message();
  EXPECT_EQ(model->chatTemplate, "d");
}

TEST(HuggingFaceTokenizer, TurnEndsAreFoundByTheirText) {
  Json json = smallTokenizer();
  json["added_tokens"].push_back(
      Json::parse(R"({"id": 6, "content": "<|im_end|>", "special": true})"));
  Expected<TokenizerModel> model = parse(json, R"({"eos_token": "</s>"})");
  ASSERT_TRUE(model) << model.message();
  EXPECT_EQ(model->endIds, (std::vector<int32_t>{5, 6}));
}

TEST(HuggingFaceTokenizer, ReadsTemplatesAroundTheText) {
  Json json = smallTokenizer();
  json["post_processor"] = Json::parse(R"({"type": "Sequence", "processors": [
    {"type": "ByteLevel"},
    {"type": "TemplateProcessing",
     "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}},
                {"Sequence": {"id": "A", "type_id": 0}},
                {"SpecialToken": {"id": "</s>", "type_id": 0}}],
     "special_tokens": {"<s>": {"id": "<s>", "ids": [4]},
                        "</s>": {"id": "</s>", "ids": [5]}}}]})");
  Expected<TokenizerModel> model = parse(json);
  ASSERT_TRUE(model) << model.message();
  EXPECT_EQ(model->prefixIds, std::vector<int32_t>{4});
  EXPECT_EQ(model->suffixIds, std::vector<int32_t>{5});
}

TEST(HuggingFaceTokenizer, NamesWhatItDoesNotSupport) {
  expectRefusal("/model/type", R"("WordLevel")", "supported are BPE");
  expectRefusal("/model/type", R"("WordPiece")", "model.unk_token is absent");
  expectRefusal("/model/type", R"("Unigram")", "not an array of token");
  expectRefusal("/model/byte_fallback", "true", "byte_fallback");
  expectRefusal("/model/dropout", "0.1", "dropout");
  expectRefusal("/model/end_of_word_suffix", R"("</w>")", "</w>");
  expectRefusal("/normalizer", R"({"type": "Nmt"})", "'Nmt', supported are");
  expectRefusal("/pre_tokenizer", R"({"type": "UnicodeScripts"})",
                "supported are BertPreTokenizer");
  expectRefusal("/pre_tokenizer", "null", "decoder.type is 'ByteLevel'");
  expectRefusal("/decoder", R"({"type": "WordPiece"})", "decoder.type");
  expectRefusal("/post_processor", R"({"type": "Other"})", "Other");
}

TEST(HuggingFaceTokenizer, NamesFieldsOfTheWrongType) {
  expectRefusal("/model", "[]", "model is not an object");
  expectRefusal("/model/vocab", "[]", "model.vocab");
  expectRefusal("/model/vocab/a", R"("0")", "model.vocab['a']");
  expectRefusal("/model/vocab/a", "-1", "model.vocab['a']");
  expectRefusal("/model/vocab/a", "1.5", "model.vocab['a']");
  expectRefusal("/model/vocab/a", "99999999999", "model.vocab['a']");
  expectRefusal("/model/vocab/a", "2147483646", "too far beyond");
  expectRefusal("/model/merges", "{}", "model.merges");
  expectRefusal("/model/merges/0", "5", "model.merges[0]");
  expectRefusal("/model/ignore_merges", "1", "model.ignore_merges");
  expectRefusal("/model/unk_token", "7", "model.unk_token");
  expectRefusal("/added_tokens", "7", "added_tokens is not an array");
  expectRefusal("/added_tokens/0", "[]", "added_tokens[0]");
  expectRefusal("/added_tokens/0/id", "null", "added_tokens[0]");
  expectRefusal("/added_tokens/0/special", "0", "added_tokens[0].special");
  expectRefusal("/pre_tokenizer/add_prefix_space", "[]", "add_prefix_space");
  expectRefusal("/pre_tokenizer/type", "1", "pre_tokenizer.type");
  expectRefusal("/normalizer", R"({"type": "Sequence"})", "normalizers");
}

TEST(HuggingFaceTokenizer, NamesContradictions) {
  expectRefusal("/model/vocab/b", "0", "two tokens with id 0");
  expectRefusal("/model/merges/0", R"("a c")", "'c'");
  expectRefusal("/model/merges/0", R"("b a")", "'ba'");
  expectRefusal("/model/merges/0", R"("ab")", "one space");
  expectRefusal("/model/merges/0", R"("a b ")", "one space");
  expectRefusal("/model/unk_token", R"("<unk>")", "<unk>");
  expectRefusal("/added_tokens/0/id", "1", "the id 1 of 'b'");
  expectRefusal("/added_tokens/0/content", R"("a")", "gives it 0");
  expectRefusal("/added_tokens/0/content", R"("</s>")", "</s>");
  expectRefusal("/added_tokens/0/id", "2000000", "too far beyond");
}

TEST(HuggingFaceTokenizer, RefusesPatternsItCannotRun) {
  expectRefusal("/pre_tokenizer",
                R"({"type": "Split", "pattern": {}, "behavior": "Isolated"})",
                "pattern");
  expectRefusal("/pre_tokenizer",
                R"({"type": "Split", "pattern": {"Regex": "a"},
                    "behavior": "Sideways"})",
                "Sideways");
  expectRefusal("/pre_tokenizer", R"({"type": "Sequence", "pretokenizers": [
      {"type": "Split", "pattern": {"Regex": "[a&&b]"},
       "behavior": "Isolated"}, {"type": "ByteLevel"}]})",
                "intersection");
}

TEST(HuggingFaceTokenizer, RefusesBrokenTemplates) {
  expectRefusal("/post_processor", R"({"type": "TemplateProcessing"})",
                "single");
  expectRefusal("/post_processor",
                R"({"type": "TemplateProcessing", "single": []})",
                "lacks the sequence A");
  expectRefusal("/post_processor", R"({"type": "TemplateProcessing",
      "single": [{"SpecialToken": {"id": "x"}}]})",
                "'x'");
  expectRefusal("/post_processor", R"({"type": "TemplateProcessing",
      "single": [{"SpecialToken": {"id": "x"}}, {"Sequence": {"id": "A"}}],
      "special_tokens": {"x": {"ids": [77]}}})",
                "77");
  expectRefusal("/post_processor", R"({"type": "RobertaProcessing"})", "cls");
}

TEST(HuggingFaceTokenizer, RefusesWhatIsNotJson) {
  for (const char *text : {"", "{", "nul", "{\"model\": \"\xFF\"}", "[1,]"})
    EXPECT_FALSE(parseHuggingFaceTokenizer(text, "")) << text;
  EXPECT_FALSE(parseHuggingFaceTokenizer("[]", ""));
  EXPECT_EQ(parse(smallTokenizer(), "{").message(),
            "tokenizer_config.json is not valid JSON");
  EXPECT_FALSE(parse(smallTokenizer(), "[]"));
  EXPECT_FALSE(parse(smallTokenizer(), R"({"eos_token": 5})"));
  EXPECT_FALSE(parse(smallTokenizer(), R"({"chat_template": 5})"));
}

TEST(HuggingFaceTokenizer, RefusesDeepNesting) {
  for (const char *open : {"[", "{\"a\":"}) {
    std::string text;
    for (int i = 0; i < 200000; ++i)
      text += open;
    Expected<TokenizerModel> model = parseHuggingFaceTokenizer(text, "");
    ASSERT_FALSE(model);
    EXPECT_NE(model.message().find("nests deeper"), std::string::npos);
  }
}

class HuggingFaceDamage : public testing::TestWithParam<const char *> {};

TEST_P(HuggingFaceDamage, IsRefusedOrHarmless) {
  std::string good = readInput(GetParam());
  std::mt19937 bits(3);
  size_t refused = 0;
  for (int round = 0; round < 150; ++round) {
    std::string text = good;
    // The part behind the vocabulary and before it holds the structure.
    for (unsigned i = 1 + bits() % 3; i > 0; --i) {
      size_t at = bits() % 2 ? bits() % 3500 : bits() % text.size();
      switch (bits() % 3) {
      case 0:
        text[at] = "{}[]\",:0-tn\\"[bits() % 12];
        break;
      case 1:
        text.erase(at, 1 + bits() % 20);
        break;
      default:
        text.insert(at, text.substr(bits() % 3000, bits() % 40));
      }
    }
    Expected<TokenizerModel> model = parseHuggingFaceTokenizer(text, text);
    if (!model) {
      EXPECT_FALSE(model.message().empty());
      ++refused;
      continue;
    }
    OpenTokenizer t = openModel(*model);
    (void)t->encode("Hello <|begin|> wörld 123 \n\n x");
  }
  EXPECT_GT(refused, 50u);
}

INSTANTIATE_TEST_SUITE_P(Kinds, HuggingFaceDamage,
                         testing::Values("tokenizers/qwen2.json",
                                         "tokenizers/llama2.json",
                                         "tokenizers/t5.json",
                                         "tokenizers/bert-uncased.json"));
