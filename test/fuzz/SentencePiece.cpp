//===- SentencePiece.cpp - fuzzes tokenizer.model and vocab.txt -------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "FuzzTokenizer.h"

using namespace llmrt;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  constexpr std::string_view config =
      R"({"tokenizer_class": "LlamaTokenizer", "eos_token": "</s>",
          "added_tokens_decoder": {"40": {"content": "<tool>"}}})";
  std::string_view file = fuzz::textOf(data, size);
  // One reader and one config for each input: a model's file begins with the tag
  // of a piece, and what runs change is the size, too.
  auto parse =
      file.starts_with('\n') ? parseSentencePiece : parseVocabularyText;
  Expected<TokenizerModel> model =
      parse(file, size % 2 ? config : std::string_view());
  if (model)
    fuzz::useTokenizer(*model);
  else
    fuzz::checkMessage(model.message());
  return 0;
}
