//===- HuggingFaceTokenizer.cpp - a tokenizer from tokenizer.json ---------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Untrusted input: sizes, types, ids and nesting are checked, and whatever is
// not understood is refused where it would change ids.
//===----------------------------------------------------------------------===//
#include "GgufTokenizer.h"
#include "HuggingFaceJson.h"

using namespace llmrt;
using namespace llmrt::text;

namespace {

class HuggingFaceReader {
public:
  Expected<TokenizerModel> run(const Json &tokenizer, const Json &config) {
    if (!tokenizer.is_object())
      return Status::error("tokenizer.json is not an object");
    const Json *bpe = findMember(tokenizer, "model");
    if (!bpe)
      return Status::error("tokenizer.json has no model");
    for (Status status :
         {readModel(*bpe, model, vocabulary),
          readNormalizer(findMember(tokenizer, "normalizer"), model),
          readPreTokenizer(findMember(tokenizer, "pre_tokenizer"), model),
          readPostProcessor(findMember(tokenizer, "post_processor"), model),
          readDecoder(findMember(tokenizer, "decoder"))})
      if (status.failed())
        return Status::error("tokenizer.json: " + status.message());
    if (Status status = readAddedTokens(tokenizer); status.failed())
      return Status::error("tokenizer.json: " + status.message());
    if (Status status = readConfig(config); status.failed())
      return Status::error("tokenizer_config.json: " + status.message());
    addTurnEnds(model);
    if (Status status = verifyTokenizer(model); status.failed())
      return Status::error("tokenizer.json: " + status.message());
    return std::move(model);
  }

private:
  Status readAddedTokens(const Json &tokenizer) {
    const Json *list = findMember(tokenizer, "added_tokens");
    if (!list)
      return Status::ok();
    if (!list->is_array())
      return Status::error("added_tokens is not an array");
    size_t idLimit = model.tokens.size() + list->size() * 16 + 65536;
    for (size_t i = 0; i < list->size(); ++i)
      if (Status status = readAddedToken((*list)[i], i, idLimit);
          status.failed())
        return status;
    return Status::ok();
  }

  Status readAddedToken(const Json &json, size_t index, size_t idLimit) {
    std::string place = "added_tokens[" + std::to_string(index) + "]";
    if (!json.is_object() || !findMember(json, "id"))
      return Status::error(place + " is not an object with an id");
    Expected<int32_t> id = readId(*findMember(json, "id"), place + ".id");
    if (!id)
      return id.status();
    Expected<std::string> content = readString(json, place, "content", "");
    if (!content)
      return content.status();
    AddedToken token;
    token.id = *id;
    token.content = *content;
    for (auto [name, flag] : {std::pair("special", &token.special),
                              std::pair("lstrip", &token.lstrip),
                              std::pair("rstrip", &token.rstrip),
                              std::pair("single_word", &token.singleWord),
                              std::pair("normalized", &token.normalized)}) {
      Expected<bool> value = readBool(json, place, name, false);
      if (!value)
        return value.status();
      *flag = *value;
    }
    if (token.content.empty()) // the reference ignores these too
      return Status::ok();
    return placeAddedToken(std::move(token), place, idLimit);
  }

  /// Gives the token its place in the vocabulary; text and id must agree.
  Status placeAddedToken(AddedToken token, const std::string &place,
                         size_t idLimit) {
    size_t id = size_t(token.id);
    if (id >= idLimit)
      return Status::error(place + ".id is " + std::to_string(id) +
                           ", too far beyond the " +
                           std::to_string(model.tokens.size()) + " tokens");
    if (id >= model.tokens.size()) {
      model.tokens.resize(id + 1);
      model.types.resize(id + 1, TokenType::Unused);
    }
    auto known = vocabulary.find(token.content);
    if (known != vocabulary.end() && known->second != token.id)
      return Status::error(place + " gives '" + token.content + "' the id " +
                           std::to_string(id) + ", model.vocab gives it " +
                           std::to_string(known->second));
    if (model.types[id] != TokenType::Unused &&
        model.tokens[id] != token.content)
      return Status::error(place + " gives '" + token.content + "' the id " +
                           std::to_string(id) + " of '" + model.tokens[id] +
                           "'");
    token.inVocabulary = known != vocabulary.end();
    model.tokens[id] = token.content;
    model.types[id] =
        token.special ? TokenType::Control : TokenType::UserDefined;
    vocabulary.emplace(token.content, token.id);
    model.addedTokens.push_back(std::move(token));
    return Status::ok();
  }

  Status readConfig(const Json &config) {
    if (config.is_null())
      return Status::ok();
    if (!config.is_object())
      return Status::error("is not an object");
    for (auto [name, id] : {std::pair("bos_token", &model.bosId),
                            std::pair("eos_token", &model.eosId),
                            std::pair("pad_token", &model.padId)})
      if (Status status = readConfigToken(config, name, *id); status.failed())
        return status;
    if (model.eosId >= 0)
      model.endIds.push_back(model.eosId);
    return readChatTemplate(config);
  }

  /// "text" or {"content": "text"}; a token that is not there is none.
  Status readConfigToken(const Json &config, const char *name, int32_t &id) {
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
  Status readChatTemplate(const Json &config) {
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
      Expected<std::string> name =
          readString(entry, "chat_template", "name", "");
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

  TokenizerModel model;
  Vocabulary vocabulary;
};

} // namespace

Expected<TokenizerModel>
llmrt::parseHuggingFaceTokenizer(std::string_view tokenizerJson,
                                 std::string_view tokenizerConfigJson) {
  Expected<Json> tokenizer = parseJson(tokenizerJson, "tokenizer.json");
  if (!tokenizer)
    return tokenizer.status();
  Expected<Json> config = Json(nullptr);
  if (!tokenizerConfigJson.empty())
    config = parseJson(tokenizerConfigJson, "tokenizer_config.json");
  if (!config)
    return config.status();
  return HuggingFaceReader().run(*tokenizer, *config);
}
