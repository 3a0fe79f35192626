//===- HuggingFaceModel.cpp - the BPE model of a tokenizer.json -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Vocabulary, merges and the model's switches. Switches that change ids and are
// not supported are refused by name.
//===----------------------------------------------------------------------===//
#include "HuggingFaceJson.h"

using namespace llmrt;
using namespace llmrt::text;

namespace {

Status refuseSwitches(const Json &model) {
  Expected<bool> byteFallback =
      readBool(model, "model", "byte_fallback", false);
  if (!byteFallback)
    return byteFallback.status();
  if (*byteFallback)
    return Status::error("model.byte_fallback is true, only byte-level "
                         "vocabularies are supported");
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
  Expected<bool> fuse = readBool(model, "model", "fuse_unk", false);
  if (!fuse)
    return fuse.status();
  result.fuseUnknown = *fuse;
  if (unknown->empty())
    return Status::ok();
  auto found = vocabulary.find(*unknown);
  if (found == vocabulary.end())
    return Status::error("model.unk_token is '" + *unknown +
                         "', which is not in model.vocab");
  result.unknownId = found->second;
  return Status::ok();
}

} // namespace

Status text::readModel(const Json &model, TokenizerModel &result,
                       Vocabulary &vocabulary) {
  if (!model.is_object())
    return Status::error("model is not an object");
  // Old files have no type; a BPE model is the one with merges.
  Expected<std::string> type = readString(model, "model", "type", "BPE");
  if (!type)
    return type.status();
  if (*type != "BPE")
    return Status::error("model.type is '" + *type +
                         "', only BPE is supported");
  if (Status status = refuseSwitches(model); status.failed())
    return status;
  Expected<bool> ignoreMerges =
      readBool(model, "model", "ignore_merges", false);
  if (!ignoreMerges)
    return ignoreMerges.status();
  result.ignoreMerges = *ignoreMerges;
  if (Status status = readVocabulary(model, result, vocabulary);
      status.failed())
    return status;
  if (Status status = readMerges(model, result, vocabulary); status.failed())
    return status;
  return readUnknown(model, result, vocabulary);
}
