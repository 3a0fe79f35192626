//===- TokenizerBlobTest.cpp - hostile tokenizer sections -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A blob either is refused with a message or works: no crash, no read outside
// it (run under AddressSanitizer for that), no endless loop.
//===----------------------------------------------------------------------===//

#include "TestSupport.h"

#include "TokenizerBlob.h"

#include <cstring>
#include <functional>
#include <random>

using namespace llmrt;
using namespace llmrt::test;
using namespace llmrt::text;

namespace {

std::string goodBlob(const std::string &name = "llama3") {
  Expected<TokenizerModel> model =
      parseHuggingFaceTokenizer(readInput("tokenizers/" + name + ".json"), "");
  EXPECT_TRUE(model) << model.message();
  model->chatTemplate = "{{ messages }}";
  return *serializeTokenizer(*model);
}

/// The message of opening the blob after `change` to its header; the blob must
/// be refused.
std::string refusal(const std::function<void(BlobHeader &)> &change) {
  std::string bytes = goodBlob();
  BlobHeader header;
  std::memcpy(&header, bytes.data(), sizeof header);
  change(header);
  std::memcpy(bytes.data(), &header, sizeof header);
  OpenTokenizer opened(bytes);
  EXPECT_FALSE(opened.tokenizer);
  return opened.tokenizer.message();
}

/// Uses everything a tokenizer offers.
void exercise(Tokenizer &t) {
  for (bool parse : {false, true}) {
    auto ids = t.encode("Hello <|begin|> wörld 123 <mask> \xFF   x\n\n",
                        {true, parse});
    if (ids)
      (void)t.decode(*ids, parse);
  }
  Detokenizer detokenizer(t);
  for (int32_t id = -1; id < 300; ++id)
    detokenizer.push(id);
  (void)t.findToken("<mask>");
  (void)t.chatTemplate();
  (void)t.isEnd(5);
}

} // namespace

TEST(TokenizerBlob, SameModelGivesTheSameBytes) {
  EXPECT_EQ(goodBlob(), goodBlob());
}

TEST(TokenizerBlob, RefusesEveryTruncation) {
  std::string bytes = goodBlob();
  for (size_t size = 0; size < bytes.size(); size += size < 400 ? 1 : 97) {
    OpenTokenizer opened(bytes.substr(0, size));
    EXPECT_FALSE(opened.tokenizer) << size;
  }
}

TEST(TokenizerBlob, RefusesAnOddAddress) {
  std::string bytes = goodBlob();
  Blob blob(std::string(1, '\0') + bytes);
  Expected<Tokenizer> opened = Tokenizer::open(blob.bytes().subspan(1));
  EXPECT_EQ(opened.message(),
            "tokenizer section: wants an address that is a multiple of 8");
}

TEST(TokenizerBlob, NamesWhatIsWrongWithTheHeader) {
  EXPECT_NE(refusal([](auto &h) { h.magic ^= 1; }).find("magic"),
            std::string::npos);
  EXPECT_NE(refusal([](auto &h) { h.version = 9; }).find("version 9"),
            std::string::npos);
  EXPECT_NE(refusal([](auto &h) { h.vocabSize = -1; }).find("vocabulary"),
            std::string::npos);
  EXPECT_NE(refusal([](auto &h) { h.vocabSize += 1; }).find("entries"),
            std::string::npos);
  EXPECT_NE(refusal([](auto &h) { h.eosId = 1 << 20; }).find("special id"),
            std::string::npos);
  EXPECT_NE(refusal([](auto &h) {
              h.chatTemplate.length = ~0u;
            }).find("chat template"),
            std::string::npos);
}

TEST(TokenizerBlob, RefusesSectionsThatDoNotFit) {
  using Section = BlobSection BlobHeader::*;
  for (Section section :
       {&BlobHeader::tokenEnds, &BlobHeader::tokenBytes,
        &BlobHeader::tokenTypes, &BlobHeader::wordEnds, &BlobHeader::wordBytes,
        &BlobHeader::byteTokens, &BlobHeader::sortedWords,
        &BlobHeader::prefixLinks, &BlobHeader::scores, &BlobHeader::normalizers,
        &BlobHeader::mergeEnds, &BlobHeader::merges, &BlobHeader::addedPlain,
        &BlobHeader::addedNormal, &BlobHeader::steps, &BlobHeader::prefixIds,
        &BlobHeader::suffixIds, &BlobHeader::endIds, &BlobHeader::strings}) {
    refusal([&](auto &h) { (h.*section).offset = 0xFFFFFFF8; });
    refusal([&](auto &h) { (h.*section).offset = 8; });
    refusal([&](auto &h) { (h.*section).offset += 4; });
    refusal([&](auto &h) { (h.*section).count = 0xFFFFFFFF; });
  }
}

TEST(TokenizerBlob, RefusesAMergeTableThatCannotBeSearched) {
  refusal([](auto &h) { h.merges.count = 0; });
  refusal([](auto &h) { h.mergeEnds.count -= 1; });
  std::string bytes = goodBlob();
  BlobHeader header;
  std::memcpy(&header, bytes.data(), sizeof header);
  auto *ends =
      reinterpret_cast<uint32_t *>(bytes.data() + header.mergeEnds.offset);
  auto *merges =
      reinterpret_cast<BlobMerge *>(bytes.data() + header.merges.offset);
  uint32_t several = 0; // a token with two merges or more
  while (ends[several] < 2 + (several ? ends[several - 1] : 0))
    ASSERT_LT(++several, header.mergeEnds.count);
  std::swap(merges[ends[several] - 2], merges[ends[several] - 1]);
  OpenTokenizer unsorted(bytes);
  ASSERT_FALSE(unsorted.tokenizer);
  EXPECT_NE(unsorted.tokenizer.message().find("sorted"), std::string::npos);
  ends[several] = header.merges.count + 1;
  OpenTokenizer beyond(bytes);
  ASSERT_FALSE(beyond.tokenizer);
  EXPECT_NE(beyond.tokenizer.message().find("ascend"), std::string::npos);
}

TEST(TokenizerBlob, RefusesAddedTokensThatShareTheirBytes) {
  std::string bytes = goodBlob();
  BlobHeader header;
  std::memcpy(&header, bytes.data(), sizeof header);
  auto *added = reinterpret_cast<BlobAddedToken *>(bytes.data() +
                                                   header.addedPlain.offset);
  ASSERT_GT(header.addedPlain.count, 1u);
  for (uint32_t i = 0; i < header.addedPlain.count; ++i)
    added[i].content = {0, header.strings.count};
  OpenTokenizer opened(bytes);
  ASSERT_FALSE(opened.tokenizer);
  EXPECT_NE(opened.tokenizer.message().find("share"), std::string::npos);
}

TEST(TokenizerBlob, RefusesAModelThatCannotBeSearched) {
  auto refuse =
      [](const std::string &name,
         const std::function<void(std::string &, BlobHeader &)> &change) {
        std::string bytes = goodBlob(name);
        BlobHeader header;
        std::memcpy(&header, bytes.data(), sizeof header);
        change(bytes, header);
        std::memcpy(bytes.data(), &header, sizeof header);
        OpenTokenizer opened(bytes);
        EXPECT_FALSE(opened.tokenizer) << name;
        return opened.tokenizer.message();
      };
  EXPECT_NE(
      refuse("t5", [](auto &, auto &h) { h.scores.count -= 1; }).find("scores"),
      std::string::npos);
  for (const char *name : {"t5", "bert-uncased"}) {
    refuse(name, [](auto &, auto &h) { h.kind = 9; });
    refuse(name, [](auto &, auto &h) { h.firstToken = 9; });
    refuse(name, [](auto &, auto &h) { h.unknownId = -1; });
    refuse(name, [](auto &, auto &h) { h.prefixLinks.count -= 1; });
    refuse(name, [](auto &, auto &h) { h.wordEnds.count -= 1; });
    std::string loop = refuse(name, [](auto &bytes, auto &h) {
      int32_t self = 1;
      std::memcpy(bytes.data() + h.prefixLinks.offset + 4, &self, 4);
    });
    EXPECT_NE(loop.find("lead back"), std::string::npos) << loop;
    std::string empty = refuse(name, [](auto &bytes, auto &h) {
      std::memset(bytes.data() + h.wordEnds.offset, 0, 4 * h.wordEnds.count);
    });
    EXPECT_NE(empty.find("a word is empty"), std::string::npos) << empty;
  }
}

class TokenizerBlobDamage : public testing::TestWithParam<const char *> {};

TEST_P(TokenizerBlobDamage, IsRefusedOrHarmless) {
  std::string good = goodBlob(GetParam());
  std::mt19937 bits(1);
  size_t refused = 0;
  for (int round = 0; round < 1000; ++round) {
    std::string bytes = good;
    // Half of the damage goes to the header, where it hurts most.
    size_t reach = round % 2 ? sizeof(BlobHeader) : bytes.size();
    for (unsigned i = 1 + bits() % 4; i > 0; --i)
      bytes[bits() % reach] = char(bits() % 4 ? bits() : 0xFF);
    OpenTokenizer opened(bytes);
    if (opened.tokenizer)
      exercise(*opened);
    else
      ++refused;
  }
  EXPECT_GT(refused, 200u);
  EXPECT_LT(refused, 950u);
}

INSTANTIATE_TEST_SUITE_P(Kinds, TokenizerBlobDamage,
                         testing::Values("llama3", "llama2", "t5",
                                         "bert-uncased"),
                         [](const auto &info) {
                           std::string name = info.param;
                           std::erase(name, '-');
                           return name;
                         });

TEST(TokenizerBlob, OpensAVocabularyOfFiftyThousandInMilliseconds) {
  TokenizerModel model = makeModel();
  for (int i = 0; i < 49000; ++i) {
    model.tokens.push_back("t" + std::to_string(i));
    model.types.push_back(TokenType::Normal);
    model.merges.push_back({i % 256, (i / 256) % 256, 256 + i, uint32_t(i)});
  }
  Expected<std::string> bytes = serializeTokenizer(model);
  ASSERT_TRUE(bytes) << bytes.message();
  Blob blob(*bytes);
  double begin = processorSeconds();
  Expected<Tokenizer> opened = Tokenizer::open(blob.bytes());
  double time = processorSeconds() - begin;
  ASSERT_TRUE(opened) << opened.message();
  // 0.2 ms in a release build; the bound leaves room for sanitizers.
  EXPECT_LT(time, 0.05);
}

/// What a prompt is measured by before it is encoded: each normaliser that shortens
/// texts lets longer ones through, and nothing else does.
TEST(TokenizerBlob, OnlyNormalisersLengthenWhatTokensCanSpell) {
  using Kind = NormalizerStep::Kind;
  TokenizerModel model = makeModel({"a a", "aa aa"});
  EXPECT_EQ(openModel(model)->longestText(10), 10u * 4);
  model.normalizers.emplace_back().kind = Kind::Nfc;
  EXPECT_EQ(openModel(model)->longestText(10), 10u * 4 * 3);
  model.normalizers.emplace_back().kind = Kind::StripAccents;
  EXPECT_EQ(openModel(model)->longestText(10), 10u * 4 * 16);
}

TEST(TokenizerBlob, NoChoiceOfPairsMakesMergesSlow) {
  // All merges begin with one token, or end with one: 49000 in one row, or one
  // each in 49000 rows.
  for (bool oneLeft : {true, false}) {
    TokenizerModel model = makeModel();
    const int32_t base = int32_t(model.tokens.size());
    for (int i = 0; i < 49000; ++i) {
      model.tokens.push_back("t" + std::to_string(i));
      model.types.push_back(TokenType::Normal);
      int32_t other = base + (i * 7919) % 49000;
      model.merges.push_back(
          oneLeft ? TokenMerge{97, other, base + i, uint32_t(i)}
                  : TokenMerge{other, 97, base + i, uint32_t(i)});
    }
    double begin = processorSeconds();
    Expected<std::string> bytes = serializeTokenizer(model);
    ASSERT_TRUE(bytes) << bytes.message();
    OpenTokenizer opened(*bytes);
    ASSERT_TRUE(opened.tokenizer) << opened.tokenizer.message();
    ASSERT_TRUE(opened->encode(std::string(100000, 'a')));
    EXPECT_LT(processorSeconds() - begin, 2);
  }
}
