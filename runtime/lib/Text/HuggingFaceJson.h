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

/// The member, or null where `object` is no object, lacks it or holds a JSON
/// null.
const Json *findMember(const Json &object, const char *name);

/// `place` names the object in errors, as "pre_tokenizer.Split".
Expected<bool> readBool(const Json &object, const std::string &place,
                        const char *name, bool absent);
Expected<std::string> readString(const Json &object, const std::string &place,
                                 const char *name, const char *absent);
Expected<int32_t> readId(const Json &value, const std::string &place);

/// What `type` of an object says; fails where it is no object or has no type.
Expected<std::string> readType(const Json &value, const std::string &place);

/// The parts of tokenizer.json, each filling its fields of the model.
Status readModel(const Json &model, TokenizerModel &result,
                 Vocabulary &vocabulary);
Status readNormalizer(const Json *normalizer, TokenizerModel &result);
Status readPreTokenizer(const Json *preTokenizer, TokenizerModel &result);
Status readPostProcessor(const Json *postProcessor, TokenizerModel &result);
Status readDecoder(const Json *decoder);

} // namespace llmrt::text

#endif // LLMRT_TEXT_HUGGINGFACEJSON_H
