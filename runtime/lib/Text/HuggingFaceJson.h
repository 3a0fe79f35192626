//===- HuggingFaceJson.h - reading tokenizer.json without trust -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Accessors that check the type first: a file with the wrong type in a field is
// an error that names the field, never an exception.
//===----------------------------------------------------------------------===//
#ifndef LLMRT_TEXT_HUGGINGFACEJSON_H
#define LLMRT_TEXT_HUGGINGFACEJSON_H

#include "Vocabulary.h"
#include "llmrt/TokenizerModel.h"

#include <nlohmann/json.hpp>

namespace llmrt::text {

using Json = nlohmann::json;

/// Parses with a limit on nesting; `file` names the text in errors.
Expected<Json> parseJson(std::string_view text, const std::string &file);

/// Null without a text.
Expected<Json> parseTokenizerConfig(std::string_view text);

/// The member, or null where `object` is no object, lacks it or holds a JSON
/// null.
const Json *findMember(const Json &object, const char *name);

/// `place` names the object in errors, as "pre_tokenizer.Split".
Expected<bool> readBool(const Json &object, const std::string &place,
                        const char *name, bool absent);
Expected<std::string> readString(const Json &object, const std::string &place,
                                 const char *name, const char *absent);
/// A `pattern`, which is {"Regex": …} or {"String": …}.
Status readPattern(const Json &object, const std::string &place,
                   std::string &pattern, bool &literal);
Expected<int32_t> readId(const Json &value, const std::string &place);

/// What `type` of an object says; fails where it is no object or has no type.
Expected<std::string> readType(const Json &value, const std::string &place);

/// The parts of tokenizer.json, each filling its fields of the model.
Status readModel(const Json &model, TokenizerModel &result,
                 Vocabulary &vocabulary);
Status readNormalizer(const Json *normalizer, TokenizerModel &result);
Status readPreTokenizer(const Json *preTokenizer, TokenizerModel &result);
Status readPostProcessor(const Json *postProcessor, TokenizerModel &result);

/// Checks the decoder, and writes what it makes of each token to the outputs.
Status readDecoder(const Json *decoder, TokenizerModel &result);
/// Of a Metaspace, which is a pre-tokenizer and a decoder.
Expected<PrefixScheme> readPrefixScheme(const Json &json,
                                        const std::string &place);

/// Adds a token from its flags ("special", "lstrip", …) to a model that may
/// have it in its vocabulary; text and id must agree. At most `idLimit`.
Status readAddedToken(const Json &json, const std::string &place, int32_t id,
                      size_t idLimit, TokenizerModel &model,
                      Vocabulary &vocabulary);
/// Reads what tokenizer_config.json says of special tokens and the template.
Status readTokenizerConfig(const Json &config, TokenizerModel &model,
                           const Vocabulary &vocabulary);

/// Calls `visit` on `value`, or on each element if it is a Sequence with its
/// elements in `member`. Nesting is bounded by `parseJson`.
template <typename Visit>
Status visitSequence(const Json &value, const std::string &place,
                     const char *member, const Visit &visit) {
  Expected<std::string> type = readType(value, place);
  if (!type)
    return type.status();
  if (*type != "Sequence")
    return visit(value, *type);
  const Json *elements = findMember(value, member);
  if (!elements || !elements->is_array())
    return Status::error(place + "." + member + " is not an array");
  for (const Json &element : *elements)
    if (Status status =
            visitSequence(element, place + "." + member, member, visit);
        status.failed())
      return status;
  return Status::ok();
}

} // namespace llmrt::text

#endif // LLMRT_TEXT_HUGGINGFACEJSON_H
