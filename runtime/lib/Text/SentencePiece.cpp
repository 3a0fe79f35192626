//===- SentencePiece.cpp - what files leave to SentencePiece's conventions ===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Its BPE merges the two neighbours whose text is the piece with the greatest
// score. All pairs that make a piece are listed here once, so that a program
// looks pairs up and no texts.
//===----------------------------------------------------------------------===//
#include "SentencePiece.h"

#include "Vocabulary.h"

#include <algorithm>
#include <cmath>
#include <numeric>

using namespace llmrt;
using namespace llmrt::text;

namespace {

/// Bytes with a token; whoever has all 256 falls back on them.
bool hasAllBytes(const TokenizerModel &model) {
  std::vector<bool> found(256);
  for (size_t id = 0; id < model.tokens.size(); ++id)
    if (model.types[id] == TokenType::Byte)
      if (int byte = byteOfSpelling(model.tokens[id]); byte >= 0)
        found[size_t(byte)] = true;
  return std::find(found.begin(), found.end(), false) == found.end();
}

bool isMergeable(TokenType type) {
  return type == TokenType::Normal || type == TokenType::UserDefined ||
         type == TokenType::Unused;
}

class MergeLister {
public:
  explicit MergeLister(TokenizerModel &model) : model(model) {}

  Status run() {
    for (size_t id = 0; id < model.tokens.size(); ++id)
      if (isMergeable(model.types[id]))
        byText.emplace(model.tokens[id], int32_t(id));
    for (size_t id = 0; id < model.scores.size(); ++id)
      if (std::isnan(model.scores[id])) // which has no place in an order
        return Status::error("token " + std::to_string(id) +
                             " has a score that is not a number");
    rankScores();
    for (size_t id = 0; id < model.tokens.size(); ++id)
      if (isMergeable(model.types[id]))
        if (Status status = listPairs(int32_t(id)); status.failed())
          return status;
    return Status::ok();
  }

private:
  /// Equal scores have equal ranks: the leftmost pair then goes first.
  void rankScores() {
    std::vector<int32_t> order(model.tokens.size());
    std::iota(order.begin(), order.end(), 0);
    std::sort(order.begin(), order.end(), [&](int32_t a, int32_t b) {
      return model.scores[a] > model.scores[b];
    });
    ranks.resize(order.size());
    for (size_t i = 1; i < order.size(); ++i)
      ranks[order[i]] =
          ranks[order[i - 1]] +
          (model.scores[order[i]] != model.scores[order[i - 1]] ? 1u : 0u);
  }

  Status listPairs(int32_t id) {
    // Looking up all parts of a token reads the square of its bytes.
    constexpr size_t workLimit = size_t(1) << 32;
    std::string_view text = model.tokens[id];
    if (byText.at(text) != id) // the text is another token's, too
      return Status::ok();
    work += text.size() * text.size();
    if (work > workLimit || model.merges.size() > (size_t(1) << 24))
      return Status::error("the vocabulary has too many long tokens, token " +
                           std::to_string(id) + " has " +
                           std::to_string(text.size()) + " bytes");
    for (size_t cut = 1; cut < text.size(); ++cut) {
      if ((uint8_t(text[cut]) & 0xC0) == 0x80)
        continue; // inside a character
      auto left = byText.find(text.substr(0, cut));
      if (left == byText.end())
        continue;
      auto right = byText.find(text.substr(cut));
      if (right != byText.end())
        model.merges.push_back({left->second, right->second, id, ranks[id]});
    }
    return Status::ok();
  }

  TokenizerModel &model;
  VocabularyView byText;
  std::vector<uint32_t> ranks; // of each token; 0: merged first
  size_t work = 0;
};

NormalizerStep makeStep(NormalizerStep::Kind kind, std::string_view pattern,
                        std::string_view content) {
  NormalizerStep step;
  step.kind = kind;
  step.pattern = pattern;
  step.content = content;
  return step;
}

void addNormalizers(const SentencePieceRules &rules, TokenizerModel &model) {
  using Kind = NormalizerStep::Kind;
  std::vector<NormalizerStep> &steps = model.normalizers;
  if (!rules.charsmap.empty())
    steps.push_back(makeStep(Kind::Charsmap, rules.charsmap, ""));
  if (rules.joinSpaces)
    steps.push_back(makeStep(Kind::SentencePieceSpace, "", ""));
  if (rules.prefixSpace)
    steps.push_back(
        makeStep(Kind::Prepend, "", rules.escapeSpaces ? metaspace : " "));
  if (rules.escapeSpaces)
    steps.push_back(makeStep(Kind::Replace, " ", metaspace));
}

std::string outputOf(const std::string &token, TokenType type) {
  int byte = type == TokenType::Byte ? byteOfSpelling(token) : -1;
  if (byte >= 0)
    return std::string(1, char(byte));
  if (type == TokenType::Control || type == TokenType::Unknown)
    return token;
  std::string text;
  for (size_t at = 0; at < token.size();)
    if (std::string_view(token).substr(at).starts_with(metaspace)) {
      text += ' ';
      at += metaspace.size();
    } else {
      text += token[at++];
    }
  return text;
}

} // namespace

int text::byteOfSpelling(std::string_view token) {
  if (token.size() != 6 || !token.starts_with("<0x") || token[5] != '>')
    return -1;
  int value = 0;
  for (char digit : token.substr(3, 2)) {
    bool number = digit >= '0' && digit <= '9';
    if (!number && !(digit >= 'A' && digit <= 'F'))
      return -1;
    value = value * 16 + (number ? digit - '0' : digit - 'A' + 10);
  }
  return value;
}

Status text::applySentencePieceRules(const SentencePieceRules &rules,
                                     TokenizerModel &model) {
  model.fuseUnknown = true;
  model.byteFallback = hasAllBytes(model);
  addNormalizers(rules, model);
  if (rules.prefixSpace) {
    model.firstToken = FirstToken::StripSpaces;
    model.stripSpaces = 1;
  }
  for (size_t id = 0; id < model.tokens.size(); ++id)
    model.outputs.push_back(outputOf(model.tokens[id], model.types[id]));
  if (model.kind == TokenizerKind::Unigram)
    return Status::ok();
  Status status = MergeLister(model).run();
  model.scores.clear();
  return status;
}
