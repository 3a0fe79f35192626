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

//===----------------------------------------------------------------------===//
// Files that are wrong in one place
//===----------------------------------------------------------------------===//

namespace {
struct BadField {
  const char *name, *pointer, *value;
  const char *says; // behind "tokenizer.json: "
};
void PrintTo(const BadField &bad, std::ostream *os) { *os << bad.name; }

class BadTokenizerJson : public testing::TestWithParam<BadField> {};

constexpr const char *splitSideways =
    R"({"type": "Split", "pattern": {"Regex": "a"}, "behavior": "Sideways"})";
constexpr const char *splitByIntersection =
    R"({"type": "Sequence", "pretokenizers": [
        {"type": "Split", "pattern": {"Regex": "[a&&b]"},
         "behavior": "Isolated"}, {"type": "ByteLevel"}]})";
constexpr const char *splitByNothing =
    R"({"type": "Split", "pattern": {}, "behavior": "Isolated"})";
constexpr const char *splitByHalf =
    R"({"type": "Sequence", "pretokenizers": [
        {"type": "Split", "pattern": {"Regex": "(a"},
         "behavior": "Isolated"}, {"type": "ByteLevel"}]})";
constexpr const char *templateOfNothing =
    R"({"type": "TemplateProcessing", "single": []})";
constexpr const char *templateOfUnknown =
    R"({"type": "TemplateProcessing",
        "single": [{"SpecialToken": {"id": "x"}}]})";
constexpr const char *templateOfNoToken =
    R"({"type": "TemplateProcessing",
        "single": [{"SpecialToken": {"id": "x"}}, {"Sequence": {"id": "A"}}],
        "special_tokens": {"x": {"ids": [77]}}})";
constexpr const char *charsmapOfNothing =
    R"({"type": "Precompiled", "precompiled_charsmap": "!"})";
constexpr const char *charsmapThatEnds =
    R"({"type": "Precompiled", "precompiled_charsmap": "AAQAAAA="})";
constexpr const char *metaspaceOften =
    R"({"type": "Metaspace", "replacement": "_", "prepend_scheme": "often"})";

const BadField badFields[] = {
    // What is not supported.
    {"WordLevel", "/model/type", R"("WordLevel")", "supported are BPE"},
    {"WordPieceOfNothingUnknown", "/model/type", R"("WordPiece")",
     "model.unk_token is absent"},
    {"UnigramOfNoScores", "/model/type", R"("Unigram")",
     "not an array of token"},
    {"ByteFallback", "/model/byte_fallback", "true", "byte_fallback"},
    {"Dropout", "/model/dropout", "0.1", "dropout"},
    {"EndOfWord", "/model/end_of_word_suffix", R"("</w>")", "</w>"},
    {"NormalizerNmt", "/normalizer", R"({"type": "Nmt"})",
     "'Nmt', supported are"},
    {"SplitByScripts", "/pre_tokenizer", R"({"type": "UnicodeScripts"})",
     "supported are BertPreTokenizer"},
    {"NoSplitForBytes", "/pre_tokenizer", "null",
     "decoder.type is 'ByteLevel'"},
    {"DecoderOfOthers", "/decoder", R"({"type": "WordPiece"})", "decoder.type"},
    {"UnknownProcessor", "/post_processor", R"({"type": "Other"})", "Other"},
    // Fields of the wrong type.
    {"ModelIsAList", "/model", "[]", "model is not an object"},
    {"VocabularyIsAList", "/model/vocab", "[]", "model.vocab"},
    {"IdIsText", "/model/vocab/a", R"("0")", "model.vocab['a']"},
    {"IdIsNegative", "/model/vocab/a", "-1", "model.vocab['a']"},
    {"IdIsAFraction", "/model/vocab/a", "1.5", "model.vocab['a']"},
    {"IdOverflows", "/model/vocab/a", "99999999999", "model.vocab['a']"},
    {"IdIsFarAway", "/model/vocab/a", "2147483646", "too far beyond"},
    {"MergesAreAnObject", "/model/merges", "{}", "model.merges"},
    {"MergeIsANumber", "/model/merges/0", "5", "model.merges[0]"},
    {"MergeOfThree", "/model/merges/0", R"(["a", "b", "c"])",
     "model.merges[0]"},
    {"IgnoreMergesIsANumber", "/model/ignore_merges", "1",
     "model.ignore_merges"},
    {"UnknownIsANumber", "/model/unk_token", "7", "model.unk_token"},
    {"AddedTokensAreANumber", "/added_tokens", "7",
     "added_tokens is not an array"},
    {"AddedTokenIsAList", "/added_tokens/0", "[]", "added_tokens[0]"},
    {"AddedTokenHasNoId", "/added_tokens/0/id", "null", "added_tokens[0]"},
    {"SpecialIsANumber", "/added_tokens/0/special", "0",
     "added_tokens[0].special"},
    {"PrefixSpaceIsAList", "/pre_tokenizer/add_prefix_space", "[]",
     "add_prefix_space"},
    {"SplitTypeIsANumber", "/pre_tokenizer/type", "1", "pre_tokenizer.type"},
    {"SequenceOfNothing", "/normalizer", R"({"type": "Sequence"})",
     "normalizers"},
    {"NormalizerIsText", "/normalizer", R"("NFC")", "normalizer"},
    {"CharsmapIsNoBase64", "/normalizer", charsmapOfNothing,
     "precompiled_charsmap is not base64"},
    {"CharsmapEnds", "/normalizer", charsmapThatEnds, "charsmap"},
    // Contradictions.
    {"TwoTokensOfAnId", "/model/vocab/b", "0", "two tokens with id 0"},
    {"MergeOfNoToken", "/model/merges/0", R"("a c")", "'c'"},
    {"MergeToNoToken", "/model/merges/0", R"("b a")", "'ba'"},
    {"MergeWithoutSpace", "/model/merges/0", R"("ab")", "one space"},
    {"MergeOfTwoSpaces", "/model/merges/0", R"("a b ")", "one space"},
    {"UnknownIsNoToken", "/model/unk_token", R"("<unk>")", "<unk>"},
    {"AddedTokenTakesAnId", "/added_tokens/0/id", "1", "the id 1 of 'b'"},
    {"AddedTokenHasAnother", "/added_tokens/0/content", R"("a")", "gives it 0"},
    {"AddedTokenTwice", "/added_tokens/0/content", R"("</s>")", "</s>"},
    {"AddedTokenFarAway", "/added_tokens/0/id", "2000000", "too far beyond"},
    // Patterns and templates.
    {"SplitByNothing", "/pre_tokenizer", splitByNothing, "pattern"},
    {"SplitSideways", "/pre_tokenizer", splitSideways, "Sideways"},
    {"SplitByIntersection", "/pre_tokenizer", splitByIntersection,
     "intersection"},
    {"SplitByHalfAPattern", "/pre_tokenizer", splitByHalf, "pattern"},
    {"MetaspaceOften", "/pre_tokenizer", metaspaceOften, "'often'"},
    {"NoTemplate", "/post_processor", R"({"type": "TemplateProcessing"})",
     "single"},
    {"TemplateOfNothing", "/post_processor", templateOfNothing,
     "lacks the sequence A"},
    {"TemplateOfUnknown", "/post_processor", templateOfUnknown, "'x'"},
    {"TemplateOfNoToken", "/post_processor", templateOfNoToken, "77"},
    {"RobertaWithoutTokens", "/post_processor",
     R"({"type": "RobertaProcessing"})", "cls"},
};
} // namespace

TEST_P(BadTokenizerJson, IsRefused) {
  Json json = smallTokenizer();
  json[Json::json_pointer(GetParam().pointer)] = Json::parse(GetParam().value);
  Expected<TokenizerModel> model = parse(json);
  ASSERT_FALSE(model);
  EXPECT_EQ(model.message().find("tokenizer.json"), 0u) << model.message();
  EXPECT_NE(model.message().find(GetParam().says), std::string::npos)
      << model.message();
  EXPECT_EQ(model.message().find('\n'), std::string::npos) << model.message();
}

INSTANTIATE_TEST_SUITE_P(, BadTokenizerJson, testing::ValuesIn(badFields),
                         [](const auto &info) { return info.param.name; });

namespace {
struct BadTexts {
  const char *name, *file, *config; // file null: the small tokenizer
  const char *says;
};
void PrintTo(const BadTexts &bad, std::ostream *os) { *os << bad.name; }

class BadTokenizerTexts : public testing::TestWithParam<BadTexts> {};

const BadTexts badTexts[] = {
    {"Empty", "", "", "tokenizer.json is not valid JSON"},
    {"Cut", "{", "", "tokenizer.json is not valid JSON"},
    {"HalfAWord", "nul", "", "tokenizer.json is not valid JSON"},
    {"NoUtf8", "{\"model\": \"\xFF\"}", "", "tokenizer.json is not valid JSON"},
    {"CommaAtTheEnd", "[1,]", "", "tokenizer.json is not valid JSON"},
    {"List", "[]", "", "tokenizer.json is not an object"},
    {"NoModel", "{}", "", "tokenizer.json has no model"},
    {"ConfigCut", nullptr, "{", "tokenizer_config.json is not valid JSON"},
    {"ConfigIsAList", nullptr, "[]", "tokenizer_config.json: is not an object"},
    {"EndTokenIsANumber", nullptr, R"({"eos_token": 5})",
     "tokenizer_config.json: eos_token"},
    {"TemplateIsANumber", nullptr, R"({"chat_template": 5})",
     "chat_template is neither text nor a list"},
};
} // namespace

TEST_P(BadTokenizerTexts, AreRefused) {
  const BadTexts &bad = GetParam();
  Expected<TokenizerModel> model = parseHuggingFaceTokenizer(
      bad.file ? bad.file : smallTokenizer().dump(), bad.config);
  ASSERT_FALSE(model);
  EXPECT_NE(model.message().find(bad.says), std::string::npos)
      << model.message();
}

INSTANTIATE_TEST_SUITE_P(, BadTokenizerTexts, testing::ValuesIn(badTexts),
                         [](const auto &info) { return info.param.name; });

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
