//===- SentencePiece.cpp - fuzzes tokenizer.model and vocab.txt -------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "FuzzTokenizer.h"

using namespace llmrt;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  constexpr std::string_view config =
      R"({"tokenizer_class": "LlamaTokenizer", "eos_token": "</s>",
          "added_tokens_decoder": {"5000": {"content": "<tool>"}}})";
  std::string_view file = fuzz::textOf(data, size);
  for (std::string_view beside : {std::string_view(), config})
    for (auto parse : {parseSentencePiece, parseVocabularyText}) {
      Expected<TokenizerModel> model = parse(file, beside);
      if (model)
        fuzz::useTokenizer(*model);
      else
        fuzz::checkMessage(model.message());
    }
  return 0;
}
