//===- GgufTokenizer.cpp - a tokenizer from GGUF metadata -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// GGUF keeps the vocabulary and the merges, and leaves the rest to a name and
// to conventions; both are spelled out here.
//===----------------------------------------------------------------------===//
#include "GgufTokenizer.h"

#include "SentencePiece.h"
#include "Vocabulary.h"
#include "VocabularyText.h"

#include <algorithm>

using namespace llmrt;
using namespace llmrt::text;

namespace {

class GgufBuilder {
public:
  explicit GgufBuilder(const GgufTokenizerFields &fields) : fields(fields) {}

  Expected<TokenizerModel> run() {
    for (auto stage : {&GgufBuilder::findFamily, &GgufBuilder::readTokens,
                       &GgufBuilder::readFamily, &GgufBuilder::readIds})
      if (Status status = (this->*stage)(); status.failed())
        return status;
    model.chatTemplate = fields.chatTemplate;
    if (Status status = verifyTokenizer(model); status.failed())
      return status;
    return std::move(model);
  }

private:
  /// What a value of tokenizer.ggml.model means.
  struct Family {
    std::string_view name;
    Status (GgufBuilder::*read)();
    bool addBos, addEos; // where the file does not say
  };

  Status findFamily() {
    static constexpr Family families[] = {
        {"gpt2", &GgufBuilder::readByteLevel, false, false},
        {"llama", &GgufBuilder::readSentencePieceBpe, true, false},
        {"t5", &GgufBuilder::readUnigram, false, true},
        {"bert", &GgufBuilder::readWordPiece, true, true},
    };
    for (const Family &known : families)
      if (fields.model == known.name)
        family = &known;
    if (family)
      return Status::ok();
    return Status::error(
        "tokenizer.ggml.model is '" + fields.model +
        "', supported are gpt2 (byte-level BPE), llama (SentencePiece BPE), "
        "t5 (SentencePiece unigram) and bert (WordPiece): take a model that "
        "has "
        "one of them");
  }

  Status readFamily() { return (this->*family->read)(); }

  Status readByteLevel() {
    std::string name = fields.pre.empty() ? "default" : fields.pre;
    if (fields.pre.empty())
      model.warnings.push_back(
          "tokenizer.ggml.pre is absent: text is split by the rules of "
          "'default', which may not be the model's own and cost quality; a "
          "newer conversion of the model names them, or --pre-tokenizer does");
    Expected<std::vector<PreTokenizerStep>> steps = preTokenizerByName(name);
    if (!steps)
      return steps.status();
    model.steps = std::move(*steps);
    const PreTokenizerName *rules = findPreTokenizerName(name);
    model.ignoreMerges = rules->has(PreTokenizerName::IgnoreMerges);
    addsBos = rules->has(PreTokenizerName::AddBos);
    if (rules->has(PreTokenizerName::Nfc))
      model.normalizers.emplace_back().kind = NormalizerStep::Kind::Nfc;
    if (fields.addSpacePrefix == 1)
      model.steps.back().addPrefixSpace = true;
    // The unknown id of a byte-level file is a leftover of its conversion: the
    // reference drops bytes without a token, so model.unknownId stays -1.
    addAddedTokens();
    return readMerges();
  }

  Status readSentencePiece(bool joinSpaces) {
    if (fields.scores.size() != model.tokens.size())
      return Status::error("tokenizer.ggml.scores has " +
                           std::to_string(fields.scores.size()) +
                           " entries, tokenizer.ggml.tokens has " +
                           std::to_string(model.tokens.size()));
    model.scores.assign(fields.scores.begin(), fields.scores.end());
    model.unknownId = readId("unknown_token_id", fields.unknownId);
    for (size_t i = 0; i < model.types.size() && model.unknownId < 0; ++i)
      if (model.types[i] == TokenType::Unknown)
        model.unknownId = int32_t(i);
    addAddedTokens();
    return applySentencePieceRules(
        {fields.charsmap, joinSpaces, fields.addSpacePrefix != 0}, model);
  }

  Status readSentencePieceBpe() {
    model.kind = TokenizerKind::Bpe;
    return readSentencePiece(/*joinSpaces=*/false);
  }

  Status readUnigram() {
    model.kind = TokenizerKind::Unigram;
    return readSentencePiece(fields.removeExtraWhitespaces != 0);
  }

  /// A converter writes "\u2581a" for BERT's "a", and "a" for its "##a".
  Status readWordPiece() {
    model.unknownId = readId("unknown_token_id", fields.unknownId);
    for (size_t i = 0; i < model.tokens.size(); ++i) {
      std::string &token = model.tokens[i];
      if (model.unknownId < 0 && token == "[UNK]")
        model.unknownId = int32_t(i);
      if (model.types[i] != TokenType::Normal)
        continue;
      if (token.starts_with(metaspace))
        token.erase(0, metaspace.size());
      else if (!(token.starts_with('[') && token.ends_with(']')))
        token.insert(0, "##");
    }
    addAddedTokens();
    applyBertRules(BertRules::of(model), model);
    return Status::ok();
  }

  Status readTokens() {
    size_t count = fields.tokens.size();
    if (!fields.tokenTypes.empty() && fields.tokenTypes.size() != count)
      return Status::error("tokenizer.ggml.token_type has " +
                           std::to_string(fields.tokenTypes.size()) +
                           " entries, tokenizer.ggml.tokens has " +
                           std::to_string(count));
    model.tokens = fields.tokens;
    model.types.assign(count, TokenType::Normal);
    vocabulary.reserve(count);
    for (size_t i = 0; i < count; ++i) {
      int32_t type = fields.tokenTypes.empty() ? 1 : fields.tokenTypes[i];
      if (type < int32_t(TokenType::Normal) || type > int32_t(TokenType::Byte))
        return Status::error("tokenizer.ggml.token_type[" + std::to_string(i) +
                             "] is " + std::to_string(type) +
                             ", known are 1 to 6");
      model.types[i] = TokenType(type);
      bool first = vocabulary.try_emplace(fields.tokens[i], int32_t(i)).second;
      if (first && endsTurn(model.tokens[i]))
        model.types[i] = TokenType::Control; // whatever the file says
    }
    return Status::ok();
  }

  void addAddedTokens() {
    for (size_t i = 0; i < model.tokens.size(); ++i)
      if (model.types[i] == TokenType::Control ||
          model.types[i] == TokenType::UserDefined)
        addToken(int32_t(i));
  }

  void addToken(int32_t id) {
    auto named = vocabulary.find(fields.tokens[id]);
    if (model.tokens[id].empty() || named->second != id)
      return;
    AddedToken token;
    token.id = id;
    token.content = model.tokens[id];
    token.special = model.types[id] == TokenType::Control;
    // No merge makes an added token; a look-up of whole words must not either.
    token.inVocabulary = !model.ignoreMerges;
    model.addedTokens.push_back(std::move(token));
  }

  Status readMerges() {
    for (size_t rank = 0; rank < fields.merges.size(); ++rank) {
      std::string_view merge = fields.merges[rank];
      size_t space = merge.find(' ');
      std::string name = "tokenizer.ggml.merges[" + std::to_string(rank) + "]";
      if (space == merge.npos || merge.find(' ', space + 1) != merge.npos)
        return Status::error(name + " is '" + std::string(merge) +
                             "', wants two tokens with one space between");
      std::string_view left = merge.substr(0, space);
      std::string_view right = merge.substr(space + 1);
      std::string whole = std::string(left) + std::string(right);
      TokenMerge ids;
      ids.rank = uint32_t(rank);
      for (auto [token, id] :
           {std::pair(left, &ids.left), std::pair(right, &ids.right),
            std::pair(std::string_view(whole), &ids.result)}) {
        auto found = vocabulary.find(token);
        if (found == vocabulary.end())
          return Status::error(name + " names '" + std::string(token) +
                               "', which is not a token");
        *id = found->second;
      }
      model.merges.push_back(ids);
    }
    return Status::ok();
  }

  /// The id, or -1 where it is no token: nothing can make or read such an id,
  /// so it is as if the key were absent. -1 is written for that on purpose.
  int32_t readId(const char *key, int64_t value) {
    if (value >= 0 && value < int64_t(model.tokens.size()))
      return int32_t(value);
    if (value != -1 && value != int64_t(UINT32_MAX))
      model.warnings.push_back("tokenizer.ggml." + std::string(key) + " is " +
                               std::to_string(value) +
                               ", but the vocabulary has " +
                               std::to_string(model.tokens.size()) +
                               " tokens: the key counts as absent");
    return -1;
  }

  Status readIds() {
    model.bosId = readId("bos_token_id", fields.bosId);
    model.eosId = readId("eos_token_id", fields.eosId);
    model.padId = readId("padding_token_id", fields.padId);
    int32_t eot = readId("eot_token_id", fields.eotId);
    int32_t eom = readId("eom_token_id", fields.eomId);
    for (int32_t id : {model.eosId, eot, eom})
      if (id >= 0)
        model.endIds.push_back(id);
    addTurnEnds(model);

    bool bert = model.kind == TokenizerKind::WordPiece;
    int32_t separator = readId("seperator_token_id", fields.separatorId);
    int32_t last = bert && separator >= 0 ? separator : model.eosId;
    bool addBos = fields.addBos < 0
                      ? (addsBos || family->addBos) && model.bosId >= 0
                      : fields.addBos == 1;
    bool addEos = fields.addEos < 0 || bert ? family->addEos && last >= 0
                                            : fields.addEos == 1;
    if (addBos && model.bosId < 0)
      return Status::error("tokenizer.ggml.add_bos_token is set, but "
                           "tokenizer.ggml.bos_token_id is no token");
    if (addEos && last < 0)
      return Status::error("tokenizer.ggml.add_eos_token is set, but "
                           "tokenizer.ggml.eos_token_id is no token");
    if (addBos)
      model.prefixIds.push_back(model.bosId);
    if (addEos)
      model.suffixIds.push_back(last);
    return Status::ok();
  }

  const GgufTokenizerFields &fields;
  const Family *family = nullptr;
  bool addsBos = false; // by the name of the pre-tokenizer
  VocabularyView vocabulary;
  TokenizerModel model;
};

} // namespace

bool text::endsTurn(std::string_view token) {
  for (std::string_view known :
       {"<|im_end|>", "<|eot_id|>", "<|eom_id|>", "<|eot|>", "<|eom|>",
        "<|end|>", "<end_of_turn>", "<|end_of_text|>", "<|endoftext|>",
        "<|end_of_turn|>", "<|endofturn|>", "<end_of_utterance>", "<EOT>",
        "_<EOT>", "[EOT]", "<｜end▁of▁sentence｜>"})
    if (token == known)
      return true;
  return false;
}

void text::addTurnEnds(TokenizerModel &model) {
  for (const AddedToken &token : model.addedTokens) {
    bool listed = std::find(model.endIds.begin(), model.endIds.end(),
                            token.id) != model.endIds.end();
    if (endsTurn(token.content) && !listed)
      model.endIds.push_back(token.id);
  }
}

Expected<TokenizerModel>
llmrt::buildGgufTokenizer(const GgufTokenizerFields &fields) {
  return GgufBuilder(fields).run();
}
