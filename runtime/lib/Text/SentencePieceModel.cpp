//===- SentencePieceModel.cpp - reads tokenizer.model ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A protocol buffer (sentencepiece_model.proto) of pieces, what they were
// trained with and how text is normalised. Nothing of it is trusted.
//===----------------------------------------------------------------------===//
#include "GgufTokenizer.h"
#include "HuggingFaceJson.h"
#include "SentencePiece.h"
#include "Utf8.h"

#include <cstring>

using namespace llmrt;
using namespace llmrt::text;

namespace {

/// A field of a message: a number, or bytes.
struct ProtoField {
  uint32_t number = 0;
  uint64_t value = 0;     // of a varint, or the bits of a fixed 32 or 64
  std::string_view bytes; // of a text or a message
};

/// Reads the fields of a message one after another.
class ProtoReader {
public:
  explicit ProtoReader(std::string_view bytes) : rest(bytes) {}

  /// False at the end and where the bytes are damaged.
  bool next(ProtoField &field) {
    uint64_t tag;
    if (damaged || rest.empty())
      return false;
    if (!readVarint(tag) || tag >> 3 == 0 || tag >> 3 > UINT32_MAX)
      return fail();
    field = {uint32_t(tag >> 3), 0, {}};
    switch (tag & 7) {
    case 0:
      return readVarint(field.value) || fail();
    case 1:
      return readFixed(8, field.value) || fail();
    case 2: {
      uint64_t size;
      if (!readVarint(size) || size > rest.size())
        return fail();
      field.bytes = rest.substr(0, size);
      rest.remove_prefix(size);
      return true;
    }
    case 5:
      return readFixed(4, field.value) || fail();
    default:
      return fail();
    }
  }
  bool isDamaged() const { return damaged; }

private:
  bool fail() {
    damaged = true;
    return false;
  }

  bool readVarint(uint64_t &value) {
    value = 0;
    for (int shift = 0; shift < 64 && !rest.empty(); shift += 7) {
      uint8_t byte = uint8_t(rest.front());
      rest.remove_prefix(1);
      value |= uint64_t(byte & 0x7F) << shift;
      if (byte < 0x80)
        return true;
    }
    return false;
  }

  bool readFixed(size_t size, uint64_t &value) {
    if (rest.size() < size)
      return false;
    value = 0;
    std::memcpy(&value, rest.data(), size);
    rest.remove_prefix(size);
    return true;
  }

  std::string_view rest;
  bool damaged = false;
};

float floatOf(uint64_t bits) {
  uint32_t word = uint32_t(bits);
  float value;
  std::memcpy(&value, &word, sizeof value);
  return value;
}

Status damagedFile() {
  return Status::error("tokenizer.model is damaged or no file of "
                       "SentencePiece: download it again");
}

class ModelReader {
public:
  Expected<TokenizerModel> run(std::string_view file, const Json &config) {
    ProtoReader reader(file);
    for (ProtoField field; reader.next(field);)
      if (Status status = readPart(field); status.failed())
        return status;
    if (reader.isDamaged() || model.tokens.empty())
      return damagedFile();
    for (Status status : {finish(), readConfig(config)})
      if (status.failed())
        return status;
    addTurnEnds(model);
    if (Status status = verifyTokenizer(model); status.failed())
      return Status::error("tokenizer.model: " + status.message());
    return std::move(model);
  }

private:
  Status readPart(const ProtoField &field) {
    ProtoReader reader(field.bytes);
    if (field.number == 1)
      return readPiece(reader);
    for (ProtoField inner; reader.next(inner);)
      if (field.number == 2)
        readTraining(inner);
      else if (field.number == 3)
        readNormalization(inner);
    return checkWhole(reader);
  }

  static Status checkWhole(const ProtoReader &reader) {
    return reader.isDamaged() ? damagedFile() : Status::ok();
  }

  Status readPiece(ProtoReader &reader) {
    std::string_view text;
    float score = 0;
    uint64_t type = 1;
    for (ProtoField field; reader.next(field);)
      if (field.number == 1)
        text = field.bytes;
      else if (field.number == 2)
        score = floatOf(field.value);
      else if (field.number == 3)
        type = field.value;
    if (type < uint64_t(TokenType::Normal) || type > uint64_t(TokenType::Byte))
      return Status::error("tokenizer.model: piece " +
                           std::to_string(model.tokens.size()) + " has type " +
                           std::to_string(type) + ", known are 1 to 6");
    model.tokens.emplace_back(text);
    model.types.push_back(TokenType(type));
    model.scores.push_back(score);
    return checkWhole(reader);
  }

  void readTraining(const ProtoField &field) {
    if (field.number == 3)
      modelType = field.value;
    else if (field.number == 24)
      suffixSpace = field.value != 0;
    else if (field.number == 41)
      bosPiece = int32_t(field.value);
    else if (field.number == 42)
      eosPiece = int32_t(field.value);
    else if (field.number == 43)
      padPiece = int32_t(field.value);
  }

  void readNormalization(const ProtoField &field) {
    if (field.number == 2)
      rules.charsmap = field.bytes;
    else if (field.number == 3)
      rules.prefixSpace = field.value != 0;
    else if (field.number == 4)
      rules.joinSpaces = field.value != 0;
    else if (field.number == 5)
      rules.escapeSpaces = field.value != 0;
  }

  Status finish() {
    constexpr const char *names[] = {"?", "unigram", "BPE", "word", "char"};
    if (modelType != 1 && modelType != 2)
      return Status::error("tokenizer.model holds a model of type " +
                           std::string(names[modelType <= 4 ? modelType : 0]) +
                           ", supported are unigram and BPE");
    if (suffixSpace)
      return Status::error("tokenizer.model treats white space as a suffix, "
                           "which is not supported");
    model.kind = modelType == 1 ? TokenizerKind::Unigram : TokenizerKind::Bpe;
    for (size_t i = 0; i < model.tokens.size(); ++i)
      readRole(int32_t(i));
    for (auto [piece, id] :
         {std::pair(bosPiece, &model.bosId), std::pair(eosPiece, &model.eosId),
          std::pair(padPiece, &model.padId)})
      if (piece >= 0 && size_t(piece) < model.tokens.size())
        *id = piece;
    Status status = applySentencePieceRules(rules, model);
    return status.failed()
               ? Status::error("tokenizer.model: " + status.message())
               : Status::ok();
  }

  /// Control and user-defined pieces are cut out of the text.
  void readRole(int32_t id) {
    TokenType type = model.types[id];
    bool first = vocabulary.emplace(model.tokens[id], id).second;
    if (type == TokenType::Unknown && model.unknownId < 0)
      model.unknownId = id;
    bool cut = type == TokenType::Control || type == TokenType::UserDefined;
    if (!cut || !first || model.tokens[id].empty())
      return;
    AddedToken token;
    token.id = id;
    token.content = model.tokens[id];
    token.special = type == TokenType::Control;
    token.inVocabulary = true;
    model.addedTokens.push_back(std::move(token));
  }

  Status readConfig(const Json &config) {
    Expected<std::string> name =
        readString(config, "tokenizer_config.json", "tokenizer_class", "");
    if (!name)
      return name.status();
    if (*name == "XLMRobertaTokenizer" || *name == "CamembertTokenizer")
      return Status::error("tokenizer_class " + *name +
                           " gives other ids than tokenizer.model: "
                           "tokenizer.json is needed");
    if (Status status = readAddedTokens(config); status.failed())
      return status;
    if (Status status = readTokenizerConfig(config, model, vocabulary);
        status.failed())
      return Status::error("tokenizer_config.json: " + status.message());
    if (config.is_null() && model.eosId >= 0)
      model.endIds.push_back(model.eosId);
    // The classes differ in this, T5's alone ends a text.
    bool t5 = name->starts_with("T5");
    return addAround(config, !t5, t5);
  }

  Status readAddedTokens(const Json &config) {
    const Json *list = findMember(config, "added_tokens_decoder");
    if (!list || !list->is_object())
      return Status::ok();
    size_t idLimit = model.tokens.size() + list->size() * 16 + 65536;
    for (const auto &[key, value] : list->items()) {
      std::string place = "added_tokens_decoder['" + key + "']";
      bool digits = key.find_first_not_of("0123456789") == key.npos;
      if (key.empty() || key.size() > 9 || !digits)
        return Status::error("tokenizer_config.json: " + place +
                             " is not named by an id");
      int32_t id = std::stoi(key);
      if (isKnown(id))
        continue;
      if (Status status =
              readAddedToken(value, place, id, idLimit, model, vocabulary);
          status.failed())
        return Status::error("tokenizer_config.json: " + status.message());
    }
    // What these tokens add to the output is their text.
    for (size_t id = model.outputs.size(); id < model.tokens.size(); ++id)
      model.outputs.push_back(model.tokens[id]);
    return Status::ok();
  }

  /// Whether the file's own token needs no second mention.
  bool isKnown(int32_t id) const {
    for (const AddedToken &token : model.addedTokens)
      if (token.id == id)
        return true;
    return size_t(id) < model.types.size() &&
           model.types[id] == TokenType::Unknown;
  }

  Status addAround(const Json &config, bool bos, bool eos) {
    Expected<bool> addBos =
        readBool(config, "tokenizer_config.json", "add_bos_token", bos);
    if (!addBos)
      return addBos.status();
    Expected<bool> addEos =
        readBool(config, "tokenizer_config.json", "add_eos_token", eos);
    if (!addEos)
      return addEos.status();
    if (*addBos && model.bosId >= 0)
      model.prefixIds.push_back(model.bosId);
    if (*addEos && model.eosId >= 0)
      model.suffixIds.push_back(model.eosId);
    return Status::ok();
  }

  TokenizerModel model;
  Vocabulary vocabulary;
  // The defaults of the format.
  SentencePieceRules rules{"", true, true, true};
  uint64_t modelType = 1;
  bool suffixSpace = false;
  int32_t bosPiece = 1, eosPiece = 2, padPiece = -1;
};

} // namespace

Expected<TokenizerModel>
llmrt::parseSentencePiece(std::string_view modelFile,
                          std::string_view tokenizerConfigJson) {
  Expected<Json> config = parseTokenizerConfig(tokenizerConfigJson);
  if (!config)
    return config.status();
  return ModelReader().run(modelFile, *config);
}
