//===- HuggingFaceModel.cpp - the model of a tokenizer.json ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Vocabulary, merges or scores, and the model's switches. Switches that change ids and are
// not supported are refused by name.
//===----------------------------------------------------------------------===//
#include "HuggingFaceJson.h"

using namespace llmrt;
using namespace llmrt::text;

namespace {

Status refuseSwitches(const Json &model) {
  for (const char *name : {"continuing_subword_prefix", "end_of_word_suffix"}) {
    Expected<std::string> text = readString(model, "model", name, "");
    if (!text)
      return text.status();
    if (!text->empty())
      return Status::error("model." + std::string(name) + " is '" + *text +
                           "', only an empty one is supported");
  }
  const Json *dropout = findMember(model, "dropout");
  if (dropout && !(dropout->is_number() && dropout->get<double>() == 0.0))
    return Status::error("model.dropout is set, only null is supported");
  return Status::ok();
}

Status readVocabulary(const Json &model, TokenizerModel &result,
                      Vocabulary &vocabulary) {
  const Json *vocab = findMember(model, "vocab");
  if (!vocab || !vocab->is_object())
    return Status::error("model.vocab is not an object of token to id");
  // Ids may have gaps, but a single huge id must not reserve a huge table.
  int64_t idLimit = int64_t(vocab->size()) * 16 + 65536;
  for (const auto &[token, value] : vocab->items()) {
    Expected<int32_t> id = readId(value, "model.vocab['" + token + "']");
    if (!id)
      return id.status();
    if (*id >= idLimit)
      return Status::error("model.vocab['" + token + "'] is " +
                           std::to_string(*id) + ", too far beyond the " +
                           std::to_string(vocab->size()) + " tokens");
    if (size_t(*id) >= result.tokens.size()) {
      result.tokens.resize(*id + 1);
      result.types.resize(*id + 1, TokenType::Unused);
    }
    if (result.types[*id] != TokenType::Unused)
      return Status::error("model.vocab has two tokens with id " +
                           std::to_string(*id) + ", '" + result.tokens[*id] +
                           "' and '" + token + "'");
    result.tokens[*id] = token;
    result.types[*id] = TokenType::Normal;
    vocabulary.emplace(token, *id);
  }
  return Status::ok();
}

/// Splits "left right" or reads ["left", "right"].
Status readPair(const Json &merge, const std::string &place, std::string &left,
                std::string &right) {
  if (merge.is_array() && merge.size() == 2 && merge[0].is_string() &&
      merge[1].is_string()) {
    left = merge[0].get_ref<const std::string &>();
    right = merge[1].get_ref<const std::string &>();
    return Status::ok();
  }
  if (!merge.is_string())
    return Status::error(place + " is neither \"left right\" nor a pair");
  const std::string &text = merge.get_ref<const std::string &>();
  size_t space = text.find(' ');
  if (space == text.npos || text.find(' ', space + 1) != text.npos)
    return Status::error(place + " is '" + text +
                         "', wants two tokens with one space between");
  left = text.substr(0, space);
  right = text.substr(space + 1);
  return Status::ok();
}

Status readMerges(const Json &model, TokenizerModel &result,
                  const Vocabulary &vocabulary) {
  const Json *merges = findMember(model, "merges");
  if (!merges || !merges->is_array())
    return Status::error("model.merges is not an array");
  result.merges.reserve(merges->size());
  for (size_t rank = 0; rank < merges->size(); ++rank) {
    std::string place = "model.merges[" + std::to_string(rank) + "]";
    std::string left, right;
    if (Status status = readPair((*merges)[rank], place, left, right);
        status.failed())
      return status;
    TokenMerge ids;
    ids.rank = uint32_t(rank);
    for (auto [token, id] :
         {std::pair(left, &ids.left), std::pair(right, &ids.right),
          std::pair(left + right, &ids.result)}) {
      auto found = vocabulary.find(token);
      if (found == vocabulary.end())
        return Status::error(place + " names '" + token +
                             "', which is not in model.vocab");
      *id = found->second;
    }
    result.merges.push_back(ids);
  }
  return Status::ok();
}

Status readUnknown(const Json &model, TokenizerModel &result,
                   const Vocabulary &vocabulary) {
  Expected<std::string> unknown = readString(model, "model", "unk_token", "");
  if (!unknown)
    return unknown.status();
  if (unknown->empty())
    return Status::ok();
  auto found = vocabulary.find(*unknown);
  if (found == vocabulary.end())
    return Status::error("model.unk_token is '" + *unknown +
                         "', which is not in model.vocab");
  result.unknownId = found->second;
  return Status::ok();
}

Status readBpe(const Json &model, TokenizerModel &result,
               Vocabulary &vocabulary) {
  result.kind = TokenizerKind::Bpe; // until a ByteLevel step says more
  if (Status status = refuseSwitches(model); status.failed())
    return status;
  for (auto [name, flag] : {std::pair("ignore_merges", &result.ignoreMerges),
                            std::pair("byte_fallback", &result.byteFallback),
                            std::pair("fuse_unk", &result.fuseUnknown)}) {
    Expected<bool> value = readBool(model, "model", name, false);
    if (!value)
      return value.status();
    *flag = *value;
  }
  if (Status status = readVocabulary(model, result, vocabulary);
      status.failed())
    return status;
  if (Status status = readMerges(model, result, vocabulary); status.failed())
    return status;
  return readUnknown(model, result, vocabulary);
}

Status readWordPiece(const Json &model, TokenizerModel &result,
                     Vocabulary &vocabulary) {
  result.kind = TokenizerKind::WordPiece;
  Expected<std::string> prefix =
      readString(model, "model", "continuing_subword_prefix", "##");
  if (!prefix)
    return prefix.status();
  result.continuingPrefix = *prefix;
  result.maxWordCharacters = 100;
  if (const Json *most = findMember(model, "max_input_chars_per_word")) {
    Expected<int32_t> count = readId(*most, "model.max_input_chars_per_word");
    if (!count)
      return Status::error("model.max_input_chars_per_word is not a count");
    result.maxWordCharacters = uint32_t(*count);
  }
  if (Status status = readVocabulary(model, result, vocabulary);
      status.failed())
    return status;
  if (Status status = readUnknown(model, result, vocabulary); status.failed())
    return status;
  if (result.unknownId < 0)
    return Status::error("model.unk_token is absent, WordPiece wants one");
  return Status::ok();
}

Status readScoredToken(const Json &entry, size_t id, TokenizerModel &result,
                       Vocabulary &vocabulary) {
  if (!entry.is_array() || entry.size() != 2 || !entry[0].is_string() ||
      !entry[1].is_number())
    return Status::error("model.vocab[" + std::to_string(id) +
                         "] is not a pair of token and score");
  result.tokens.push_back(entry[0].get_ref<const std::string &>());
  result.types.push_back(TokenType::Normal);
  result.scores.push_back(entry[1].get<double>());
  vocabulary[result.tokens.back()] = int32_t(id); // the last one counts
  return Status::ok();
}

Status readUnigram(const Json &model, TokenizerModel &result,
                   Vocabulary &vocabulary) {
  result.kind = TokenizerKind::Unigram;
  result.fuseUnknown = true;
  const Json *vocab = findMember(model, "vocab");
  if (!vocab || !vocab->is_array())
    return Status::error("model.vocab is not an array of token and score");
  for (size_t id = 0; id < vocab->size(); ++id)
    if (Status status = readScoredToken((*vocab)[id], id, result, vocabulary);
        status.failed())
      return status;
  Expected<bool> byteFallback =
      readBool(model, "model", "byte_fallback", false);
  if (!byteFallback)
    return byteFallback.status();
  result.byteFallback = *byteFallback;
  const Json *unknown = findMember(model, "unk_id");
  if (!unknown)
    return Status::error("model.unk_id is absent, Unigram wants one");
  Expected<int32_t> id = readId(*unknown, "model.unk_id");
  if (!id)
    return id.status();
  result.unknownId = *id;
  return Status::ok();
}

struct ModelReader {
  const char *type;
  Status (*read)(const Json &, TokenizerModel &, Vocabulary &);
};

constexpr ModelReader modelReaders[] = {
    {"BPE", readBpe}, {"Unigram", readUnigram}, {"WordPiece", readWordPiece}};

/// Old files have no type; the members tell.
const char *guessType(const Json &model) {
  if (findMember(model, "merges"))
    return "BPE";
  const Json *vocab = findMember(model, "vocab");
  if (vocab && vocab->is_array())
    return "Unigram";
  return findMember(model, "continuing_subword_prefix") ? "WordPiece" : "BPE";
}

} // namespace

Status text::readModel(const Json &model, TokenizerModel &result,
                       Vocabulary &vocabulary) {
  if (!model.is_object())
    return Status::error("model is not an object");
  Expected<std::string> type =
      readString(model, "model", "type", guessType(model));
  if (!type)
    return type.status();
  for (const ModelReader &reader : modelReaders)
    if (*type == reader.type)
      return reader.read(model, result, vocabulary);
  return Status::error("model.type is '" + *type +
                       "', supported are BPE, Unigram and WordPiece");
}
