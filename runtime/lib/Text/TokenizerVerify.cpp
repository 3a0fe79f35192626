//===- TokenizerVerify.cpp - what a TokenizerModel must satisfy -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Checked once where a model is imported, so that serialising cannot fail on
// anything but size and a bad file is reported by the compiler, not by the app.
//===----------------------------------------------------------------------===//
#include "PreTokenizer.h"
#include "Utf8.h"
#include "Vocabulary.h"
#include "llmrt/TokenizerModel.h"

using namespace llmrt;
using namespace llmrt::text;

namespace {

class Verifier {
public:
  explicit Verifier(const TokenizerModel &model) : model(model) {}

  Status run() const {
    for (auto check : {&Verifier::sizes, &Verifier::merges, &Verifier::added,
                       &Verifier::ids, &Verifier::steps, &Verifier::chat})
      if (Status status = (this->*check)(); status.failed())
        return status;
    return Status::ok();
  }

private:
  static constexpr size_t vocabLimit = 1 << 24;
  static constexpr size_t tokenSizeLimit = 1 << 16;

  bool inVocab(int32_t id) const {
    return id >= 0 && size_t(id) < model.tokens.size();
  }

  Status range(const std::string &what, int32_t id) const {
    if (inVocab(id))
      return Status::ok();
    return Status::error(what + " is " + std::to_string(id) +
                         ", the vocabulary has " +
                         std::to_string(model.tokens.size()) + " tokens");
  }

  Status sizes() const {
    if (model.tokens.empty() || model.tokens.size() > vocabLimit)
      return Status::error("tokenizer wants 1 to 16777216 tokens, found " +
                           std::to_string(model.tokens.size()));
    if (model.types.size() != model.tokens.size())
      return Status::error("tokenizer wants one type per token: " +
                           std::to_string(model.tokens.size()) + " tokens, " +
                           std::to_string(model.types.size()) + " types");
    for (size_t i = 0; i < model.tokens.size(); ++i) {
      if (model.tokens[i].size() > tokenSizeLimit)
        return Status::error("token " + std::to_string(i) + " has " +
                             std::to_string(model.tokens[i].size()) +
                             " bytes, at most 65536 are supported");
      if (!isValidUtf8(model.tokens[i]))
        return Status::error("token " + std::to_string(i) +
                             " is not valid UTF-8");
    }
    return Status::ok();
  }

  Status merges() const {
    if (model.merges.size() > vocabLimit)
      return Status::error("tokenizer has " +
                           std::to_string(model.merges.size()) +
                           " merges, at most 16777216 are supported");
    for (size_t rank = 0; rank < model.merges.size(); ++rank) {
      const TokenMerge &merge = model.merges[rank];
      for (int32_t id : {merge.left, merge.right, merge.result})
        if (!inVocab(id))
          return range("an id of merge " + std::to_string(rank), id);
    }
    return Status::ok();
  }

  Status added() const {
    TextSet seen;
    for (const AddedToken &token : model.addedTokens) {
      if (!inVocab(token.id))
        return range("added token '" + token.content + "'", token.id);
      if (token.content.empty() || token.content.size() > tokenSizeLimit ||
          !isValidUtf8(token.content))
        return Status::error("added token " + std::to_string(token.id) +
                             " wants 1 to 65536 bytes of UTF-8");
      if (!seen.insert(token.content).second)
        return Status::error("added token '" + token.content +
                             "' appears twice");
    }
    return Status::ok();
  }

  Status ids() const {
    for (int32_t id : {model.unknownId, model.bosId, model.eosId, model.padId})
      if (id != -1 && !inVocab(id))
        return range("a special token id", id);
    for (const auto *list : {&model.prefixIds, &model.suffixIds, &model.endIds})
      for (int32_t id : *list)
        if (!inVocab(id))
          return range("a special token id", id);
    return Status::ok();
  }

  Status steps() const { return PreTokenizer::create(model.steps).status(); }

  Status chat() const {
    if (model.chatTemplate.empty())
      return Status::ok();
    if (!isValidUtf8(model.chatTemplate))
      return Status::error("chat template is not valid UTF-8");
    return Status::ok();
  }

  const TokenizerModel &model;
};

} // namespace

Status llmrt::verifyTokenizer(const TokenizerModel &model) {
  return Verifier(model).run();
}
