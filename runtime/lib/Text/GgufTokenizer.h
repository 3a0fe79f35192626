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
  std::string_view name;
  std::string_view pattern; // empty: GPT-2's, which ByteLevel brings
  bool digitsFirst;         // every digit is a word of its own
  bool ignoreMerges;
  bool addBos; // where the file does not say
  bool nfc;
};

/// Null if the name is not known.
const PreTokenizerName *findPreTokenizerName(std::string_view name);

/// Adds to `endIds` the tokens that chat models end a turn with, by their text:
/// files often name only one of them as EOS.
void addTurnEnds(TokenizerModel &model);

} // namespace llmrt::text

#endif // LLMRT_TEXT_GGUFTOKENIZER_H
