//===- SentencePieceTest.cpp - tokenizer.model and vocab.txt, good and bad --===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "TestSupport.h"

#include <cmath>
#include <random>

using namespace llmrt;
using namespace llmrt::test;

using Ids = std::vector<int32_t>;

namespace {

std::string varint(uint64_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7)
    bytes += char(value | 0x80);
  return bytes + char(value);
}

std::string number(uint32_t field, uint64_t value) {
  return varint(field << 3) + varint(value);
}

std::string text(uint32_t field, const std::string &bytes) {
  return varint(field << 3 | 2) + varint(bytes.size()) + bytes;
}

std::string piece(const std::string &word, float score, int type = 1) {
  std::string bits(reinterpret_cast<const char *>(&score), sizeof score);
  return text(1, text(1, word) + varint(2 << 3 | 5) + bits + number(3, type));
}

/// A file of pieces, with a training and a normalisation part.
std::string modelFile(const std::string &training = "",
                      const std::string &normalization = "") {
  return piece("<unk>", 0, 2) + piece("<s>", 0, 3) + piece("</s>", 0, 3) +
         piece("\u2581", -3) + piece("a", -2) + piece("\u2581a", -1) +
         piece("<u>", 0, 4) + text(2, training) + text(3, normalization);
}

std::string refusal(const std::string &file, const char *config = "") {
  Expected<TokenizerModel> model = parseSentencePiece(file, config);
  EXPECT_FALSE(model);
  return model.message();
}

Ids encode(const std::string &file, std::string_view words,
           const char *config = "") {
  Expected<TokenizerModel> model = parseSentencePiece(file, config);
  EXPECT_TRUE(model) << model.message();
  return model ? *openModel(*model)->encode(words) : Ids();
}

} // namespace

TEST(SentencePiece, ReadsItsDefaults) {
  // Unigram, a space in front, spaces joined, "<s>" before the text.
  EXPECT_EQ(encode(modelFile(), " a   a "), (Ids{1, 5, 5}));
  EXPECT_EQ(encode(modelFile(), "a<u>a"), (Ids{1, 5, 6, 5}));
}

TEST(SentencePiece, ReadsItsFlags) {
  EXPECT_EQ(
      encode(modelFile(number(3, 2), number(3, 0) + number(4, 0)), "a  a"),
      (Ids{1, 4, 3, 5}));
  EXPECT_EQ(encode(modelFile(number(41, 2) + number(42, 1)), "a"), (Ids{2, 5}));
  EXPECT_EQ(encode(modelFile(number(41, uint64_t(-1))), "a"), Ids{5});
}

TEST(SentencePiece, ReadsTheConfigBesideIt) {
  Expected<TokenizerModel> model = parseSentencePiece(
      modelFile(), R"({"tokenizer_class": "T5Tokenizer", "eos_token": "</s>",
        "chat_template": "t", "added_tokens_decoder": {
        "1": {"content": "<s>", "special": true},
        "8": {"content": "<tool>", "special": false}}})");
  ASSERT_TRUE(model) << model.message();
  EXPECT_EQ(model->suffixIds, Ids{2});
  EXPECT_TRUE(model->prefixIds.empty());
  EXPECT_EQ(model->chatTemplate, "t");
  EXPECT_EQ(model->endIds, Ids{2});
  OpenTokenizer t = openModel(*model);
  EXPECT_EQ(*t->encode("a<tool>"), (Ids{5, 8, 2}));
  EXPECT_EQ(*t->decode(Ids{5, 8}), "a<tool>");
  EXPECT_EQ(encode(modelFile(), "a", R"({"add_bos_token": false,
        "add_eos_token": true})"),
            (Ids{5, 2}));
}

//===----------------------------------------------------------------------===//
// Files that are wrong in one place
//===----------------------------------------------------------------------===//

namespace {
struct Bad {
  const char *name;
  std::string file;
  const char *config;
  const char *says;
};
void PrintTo(const Bad &bad, std::ostream *os) { *os << bad.name; }
std::string nameOf(const testing::TestParamInfo<Bad> &info) {
  return info.param.name;
}
void expectRefused(const Expected<TokenizerModel> &model, const Bad &bad) {
  ASSERT_FALSE(model);
  EXPECT_NE(model.message().find(bad.says), std::string::npos)
      << model.message();
  EXPECT_EQ(model.message().find('\n'), std::string::npos) << model.message();
}

class BadTokenizerModel : public testing::TestWithParam<Bad> {};
class BadVocabularyText : public testing::TestWithParam<Bad> {};

constexpr const char *config = "tokenizer_config.json";

const Bad badModels[] = {
    {"Empty", "", "", "damaged"},
    {"Json", "{}", "", "damaged"},
    {"Noise", std::string(100, '\xff'), "", "damaged"},
    {"LengthBeyondTheEnd", "\x0a\xff\xff\xff\xff\x7f", "", "damaged"},
    {"Group", std::string("\x0b\x00", 2), "", "damaged"},
    {"FieldZero", std::string(2, '\0'), "", "damaged"},
    {"NoPieces", text(2, ""), "", "damaged"},
    {"EndlessNumber", "\x18" + std::string(11, '\xff'), "", "damaged"},
    {"PieceCut",
     text(1, "\x0a\x05"
             "ab"),
     "", "damaged"},
    {"TrainingCut", modelFile("\x18"), "", "damaged"},
    {"Characters", modelFile(number(3, 4)), "", "type char"},
    {"Words", modelFile(number(3, 3)), "", "type word"},
    {"UnknownKind", modelFile(number(3, 77)), "", "type ?"},
    {"SpaceBehind", modelFile(number(24, 1)), "", "suffix"},
    {"PieceOfAnUnknownType", modelFile() + piece("x", 0, 9), "",
     "piece 7 has type 9"},
    {"PieceOfTypeZero", modelFile() + piece("x", 0, 0), "",
     "piece 7 has type 0"},
    {"PieceIsNoUtf8", modelFile() + piece("\xff", 0), "",
     "token 7 is not valid UTF-8"},
    {"NothingUnknown", piece("a", -1), "", "unknown"},
    {"ScoreIsInfinite", modelFile() + piece("x", INFINITY), "", "score"},
    {"ScoreIsNoNumber", modelFile(number(3, 2)) + piece("x", NAN), "",
     "token 7 has a score that is not a number"},
    {"CharsmapCut", modelFile("", text(2, "map")), "", "charsmap"},
    {"ClassOfOtherIds", modelFile(),
     R"({"tokenizer_class": "XLMRobertaTokenizer"})",
     "tokenizer.json is needed"},
    {"ConfigCut", modelFile(), "{", config},
    {"ConfigIsAList", modelFile(), "[]", config},
    {"ConfigNestsDeep", modelFile(), "[[[[[[[[[[[[[[[[", config},
    {"AddedIdIsNoNumber", modelFile(),
     R"({"added_tokens_decoder": {"x": {"content": "y"}}})", config},
    {"AddedIdIsFarAway", modelFile(),
     R"({"added_tokens_decoder": {"99999999": {"content": "y"}}})", config},
    {"AddedIdIsAPiece", modelFile(),
     R"({"added_tokens_decoder": {"4": {"content": "y"}}})", config},
    {"AddBosIsANumber", modelFile(), R"({"add_bos_token": 5})", config},
    {"ClassIsANumber", modelFile(), R"({"tokenizer_class": 5})", config},
};

const Bad badVocabularies[] = {
    {"Empty", "", "", "'[CLS]'"},
    {"OnlySpace", "\n\n\n", "", "'[CLS]'"},
    {"NoSeparator", "[CLS]\n[UNK]", "", "'[SEP]'"},
    {"NothingUnknown", "[CLS]\n[SEP]", "", "unknown"},
    {"NoUtf8", "[CLS]\n[SEP]\n[UNK]\n\xff", "", "not valid UTF-8"},
    {"LowerCaseIsANumber", "[CLS]\n[SEP]\n[UNK]", R"({"do_lower_case": 3})",
     config},
    {"ConfigCut", "[CLS]\n[SEP]\n[UNK]", "{", config},
};
} // namespace

TEST_P(BadTokenizerModel, IsRefused) {
  expectRefused(parseSentencePiece(GetParam().file, GetParam().config),
                GetParam());
}
TEST_P(BadVocabularyText, IsRefused) {
  expectRefused(parseVocabularyText(GetParam().file, GetParam().config),
                GetParam());
}

INSTANTIATE_TEST_SUITE_P(, BadTokenizerModel, testing::ValuesIn(badModels),
                         nameOf);
INSTANTIATE_TEST_SUITE_P(, BadVocabularyText,
                         testing::ValuesIn(badVocabularies), nameOf);

TEST(SentencePiece, RefusesScoresThatHaveNoOrder) {
  std::string many; // more than a sort compares one by one
  for (int i = 0; i < 40; ++i)
    many += piece(std::string(1 + i % 3, char('a' + i % 26)), NAN);
  for (int type : {1, 2})
    EXPECT_NE(refusal(modelFile(number(3, type)) + many).find("score"),
              std::string::npos);
  EXPECT_NE(refusal(modelFile(number(3, 2)) + many)
                .find("token 7 has a score that is not a number"),
            std::string::npos);
}

TEST(SentencePiece, RefusesEveryTruncationInsideAPiece) {
  std::string file = piece("<unk>", 0, 2) + piece("abc", -1);
  EXPECT_TRUE(parseSentencePiece(file, ""));
  size_t first = piece("<unk>", 0, 2).size();
  for (size_t size = 0; size < file.size(); ++size)
    if (size != first)
      EXPECT_NE(refusal(file.substr(0, size)).find("damaged"),
                std::string::npos)
          << size;
}

class SentencePieceDamage : public testing::TestWithParam<const char *> {};

TEST_P(SentencePieceDamage, IsRefusedOrHarmless) {
  std::string good = readInput(GetParam());
  std::mt19937 bits(7);
  size_t refused = 0;
  for (int round = 0; round < 300; ++round) {
    std::string bytes = good;
    for (unsigned i = 1 + bits() % 4; i > 0; --i)
      bytes[bits() % bytes.size()] = char(bits());
    Expected<TokenizerModel> model = parseSentencePiece(bytes, "");
    if (!model) {
      EXPECT_FALSE(model.message().empty());
      ++refused;
      continue;
    }
    OpenTokenizer t = openModel(*model);
    auto ids = t->encode("Hello w\u00f6rld  \ufb01 123 \n");
    if (ids)
      (void)t->decode(*ids);
  }
  EXPECT_GT(refused, 20u);
}

INSTANTIATE_TEST_SUITE_P(Kinds, SentencePieceDamage,
                         testing::Values("tokenizers/bpe.model",
                                         "tokenizers/unigram-fold.model"));

TEST(VocabularyText, ReadsATokenALine) {
  const char *lines = "[PAD]\n[UNK]\r\n[CLS]\n[SEP]\n[MASK]\nun\n##able\nB\n,";
  Expected<TokenizerModel> model = parseVocabularyText(lines, "");
  ASSERT_TRUE(model) << model.message();
  OpenTokenizer t = openModel(*model);
  EXPECT_EQ(*t->encode("UN\u00e1ble, [MASK]x"), (Ids{2, 5, 6, 8, 4, 1, 3}));
  EXPECT_EQ(*t->decode(Ids{5, 6, 8}), "unable ,");
  model = parseVocabularyText(lines, R"({"do_lower_case": false})");
  ASSERT_TRUE(model) << model.message();
  EXPECT_EQ(*openModel(*model)->encode("B UN"), (Ids{2, 7, 1, 3}));
}
