//===- Tokenizer.cpp - fuzzes tokenizer.json, and what it makes -------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "FuzzTokenizer.h"

using namespace llmrt;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  std::string_view text = fuzz::textOf(data, size);
  // Two files, with a byte 0 between.
  size_t end = std::min(text.find('\0'), text.size());
  std::string_view config =
      end < text.size() ? text.substr(end + 1) : std::string_view();
  Expected<TokenizerModel> model =
      parseHuggingFaceTokenizer(text.substr(0, end), config);
  if (model)
    fuzz::useTokenizer(*model);
  return 0;
}
