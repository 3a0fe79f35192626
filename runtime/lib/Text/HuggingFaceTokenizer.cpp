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
    const Json *words = findMember(tokenizer, "model");
    if (!words)
      return Status::error("tokenizer.json has no model");
    for (Status status :
         {readModel(*words, model, vocabulary),
          readNormalizer(findMember(tokenizer, "normalizer"), model),
          readPreTokenizer(findMember(tokenizer, "pre_tokenizer"), model),
          readPostProcessor(findMember(tokenizer, "post_processor"), model),
          decideKind(), readAddedTokens(tokenizer),
          readDecoder(findMember(tokenizer, "decoder"), model)})
      if (status.failed())
        return Status::error("tokenizer.json: " + status.message());
    if (Status status = readTokenizerConfig(config, model, vocabulary);
        status.failed())
      return Status::error("tokenizer_config.json: " + status.message());
    addTurnEnds(model);
    if (Status status = verifyTokenizer(model); status.failed())
      return Status::error("tokenizer.json: " + status.message());
    return std::move(model);
  }

private:
  /// Merges of bytes are those whose words a ByteLevel step spells.
  Status decideKind() {
    bool byteLevel = false;
    for (const PreTokenizerStep &step : model.steps)
      byteLevel |= step.kind == PreTokenizerStep::Kind::ByteLevel;
    if (!byteLevel || model.kind != TokenizerKind::Bpe)
      return Status::ok();
    if (model.byteFallback)
      return Status::error("model.byte_fallback is true and the pre_tokenizer "
                           "a ByteLevel, supported is one of the two");
    model.kind = TokenizerKind::ByteLevelBpe;
    return Status::ok();
  }

  Status readAddedTokens(const Json &tokenizer) {
    const Json *list = findMember(tokenizer, "added_tokens");
    if (!list)
      return Status::ok();
    if (!list->is_array())
      return Status::error("added_tokens is not an array");
    size_t idLimit = model.tokens.size() + list->size() * 16 + 65536;
    for (size_t i = 0; i < list->size(); ++i) {
      std::string place = "added_tokens[" + std::to_string(i) + "]";
      const Json *id = findMember((*list)[i], "id");
      if (!id)
        return Status::error(place + " is not an object with an id");
      Expected<int32_t> value = readId(*id, place + ".id");
      if (!value)
        return value.status();
      if (Status status = readAddedToken((*list)[i], place, *value, idLimit,
                                         model, vocabulary);
          status.failed())
        return status;
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
  Expected<Json> config = parseTokenizerConfig(tokenizerConfigJson);
  if (!config)
    return config.status();
  return HuggingFaceReader().run(*tokenizer, *config);
}
