//===- GgufTokenizer.h - splitting rules that GGUF names ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a value of tokenizer.ggml.pre implies beyond the keys of the file.
//===----------------------------------------------------------------------===//
#ifndef LLMRT_TEXT_GGUFTOKENIZER_H
#define LLMRT_TEXT_GGUFTOKENIZER_H

#include "llmrt/TokenizerModel.h"

namespace llmrt::text {

struct PreTokenizerName {
  enum : uint8_t {
    IgnoreMerges = 1,
    AddBos = 2, // where the file does not say
    Nfc = 4,
  };
  std::string_view names;                 // with a space between
  std::vector<std::string_view> patterns; // each splits what the last one left
  uint8_t flags;

  bool has(uint8_t flag) const { return flags & flag; }
};

/// Null if the name is not known.
const PreTokenizerName *findPreTokenizerName(std::string_view name);

/// Whether chat models end a turn with the token of this text. Files often name
/// only one such token as EOS, and type others as text.
bool endsTurn(std::string_view token);

/// Adds to `endIds` the added tokens that end a turn.
void addTurnEnds(TokenizerModel &model);

} // namespace llmrt::text

#endif // LLMRT_TEXT_GGUFTOKENIZER_H
