//===- TokenizerVerify.cpp - what a TokenizerModel must satisfy -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Checked once where a model is imported, so that serialising cannot fail on
// anything but size and a bad file is reported by the compiler, not by the app.
//===----------------------------------------------------------------------===//
#include "Normalizer.h"
#include "PreTokenizer.h"
#include "Utf8.h"
#include "Vocabulary.h"
#include "llmrt/TokenizerModel.h"

#include <cmath>

using namespace llmrt;
using namespace llmrt::text;

namespace {

class Verifier {
public:
  explicit Verifier(const TokenizerModel &model) : model(model) {}

  Status run() const {
    for (auto check :
         {&Verifier::sizes, &Verifier::kinds, &Verifier::merges,
          &Verifier::added, &Verifier::ids, &Verifier::steps, &Verifier::chat})
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

  /// What the kinds of models need beyond tokens.
  Status kinds() const {
    if (!model.outputs.empty() && model.outputs.size() != model.tokens.size())
      return Status::error("tokenizer wants one output per token");
    for (const std::string &output : model.outputs)
      if (output.size() > tokenSizeLimit)
        return Status::error("a token adds " + std::to_string(output.size()) +
                             " bytes to the text, at most 65536 are supported");
    bool unigram = model.kind == TokenizerKind::Unigram;
    if (unigram && model.scores.size() != model.tokens.size())
      return Status::error("tokenizer wants one score per token, found " +
                           std::to_string(model.scores.size()));
    for (double score : model.scores)
      if (!std::isfinite(score))
        return Status::error("a token's score is no number");
    if ((unigram || model.kind == TokenizerKind::WordPiece) &&
        model.unknownId < 0)
      return Status::error("tokenizer wants a token for what is unknown");
    if (model.continuingPrefix.size() > 64 ||
        !isValidUtf8(model.continuingPrefix))
      return Status::error("the prefix of continuations wants up to 64 bytes "
                           "of UTF-8");
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

  Status steps() const {
    if (Status status = Normalizer::create(model.normalizers).status();
        status.failed())
      return status;
    size_t byteLevels = 0;
    for (const PreTokenizerStep &step : model.steps)
      byteLevels += step.kind == PreTokenizerStep::Kind::ByteLevel;
    bool byteLevel = model.kind == TokenizerKind::ByteLevelBpe;
    if (byteLevel != (byteLevels == 1))
      return Status::error("a byte-level vocabulary needs one ByteLevel step, "
                           "any other none: found " +
                           std::to_string(byteLevels));
    return PreTokenizer::create(model.steps).status();
  }

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
