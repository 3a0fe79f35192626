//===- HuggingFaceConfig.cpp - added tokens and tokenizer_config.json -----===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What folders say beside the model, whichever file the model is in.
//===----------------------------------------------------------------------===//
#include "HuggingFaceJson.h"

using namespace llmrt;
using namespace llmrt::text;

namespace {

/// Gives the token its place in the vocabulary; text and id must agree.
Status placeAddedToken(AddedToken token, const std::string &place,
                       size_t idLimit, TokenizerModel &model,
                       Vocabulary &vocabulary) {
  size_t id = size_t(token.id);
  if (id >= idLimit)
    return Status::error(place + ".id is " + std::to_string(id) +
                         ", too far beyond the " +
                         std::to_string(model.tokens.size()) + " tokens");
  if (id >= model.tokens.size()) {
    model.tokens.resize(id + 1);
    model.types.resize(id + 1, TokenType::Unused);
  }
  if (!model.scores.empty())
    model.scores.resize(model.tokens.size());
  auto known = vocabulary.find(token.content);
  if (known != vocabulary.end() && known->second != token.id)
    return Status::error(place + " gives '" + token.content + "' the id " +
                         std::to_string(id) + ", model.vocab gives it " +
                         std::to_string(known->second));
  if (model.types[id] != TokenType::Unused && model.tokens[id] != token.content)
    return Status::error(place + " gives '" + token.content + "' the id " +
                         std::to_string(id) + " of '" + model.tokens[id] + "'");
  token.inVocabulary = known != vocabulary.end();
  model.tokens[id] = token.content;
  model.types[id] = token.special ? TokenType::Control : TokenType::UserDefined;
  vocabulary.emplace(token.content, token.id);
  model.addedTokens.push_back(std::move(token));
  return Status::ok();
}

/// "text" or {"content": "text"}; a token that is not there is none.
Status readConfigToken(const Json &config, const char *name,
                       const Vocabulary &vocabulary, int32_t &id) {
  const Json *token = findMember(config, name);
  if (!token)
    return Status::ok();
  if (token->is_object())
    token = findMember(*token, "content");
  if (!token || !token->is_string())
    return Status::error(std::string(name) + " is not a token");
  auto found = vocabulary.find(token->get_ref<const std::string &>());
  if (found != vocabulary.end())
    id = found->second;
  return Status::ok();
}

/// A string, or a list of named templates of which "default" is taken.
Status readChatTemplate(const Json &config, TokenizerModel &model) {
  const Json *source = findMember(config, "chat_template");
  if (!source)
    return Status::ok();
  if (source->is_string()) {
    model.chatTemplate = source->get_ref<const std::string &>();
    return Status::ok();
  }
  if (!source->is_array())
    return Status::error("chat_template is neither text nor a list");
  for (const Json &entry : *source) {
    Expected<std::string> name = readString(entry, "chat_template", "name", "");
    Expected<std::string> text =
        readString(entry, "chat_template", "template", "");
    if (!name)
      return name.status();
    if (!text)
      return text.status();
    if (*name == "default")
      model.chatTemplate = *text;
  }
  return Status::ok();
}

} // namespace

Status text::readAddedToken(const Json &json, const std::string &place,
                            int32_t id, size_t idLimit, TokenizerModel &model,
                            Vocabulary &vocabulary) {
  Expected<std::string> content = readString(json, place, "content", "");
  if (!content)
    return content.status();
  AddedToken token;
  token.id = id;
  token.content = *content;
  for (auto [name, flag] :
       {std::pair("special", &token.special),
        std::pair("lstrip", &token.lstrip), std::pair("rstrip", &token.rstrip),
        std::pair("single_word", &token.singleWord),
        std::pair("normalized", &token.normalized)}) {
    Expected<bool> value = readBool(json, place, name, false);
    if (!value)
      return value.status();
    *flag = *value;
  }
  if (token.content.empty()) // the reference ignores these too
    return Status::ok();
  return placeAddedToken(std::move(token), place, idLimit, model, vocabulary);
}

Status text::readTokenizerConfig(const Json &config, TokenizerModel &model,
                                 const Vocabulary &vocabulary) {
  if (config.is_null())
    return Status::ok();
  if (!config.is_object())
    return Status::error("is not an object");
  for (auto [name, id] : {std::pair("bos_token", &model.bosId),
                          std::pair("eos_token", &model.eosId),
                          std::pair("pad_token", &model.padId)})
    if (Status status = readConfigToken(config, name, vocabulary, *id);
        status.failed())
      return status;
  if (model.eosId >= 0)
    model.endIds.push_back(model.eosId);
  return readChatTemplate(config, model);
}
