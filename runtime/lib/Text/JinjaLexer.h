//===- JinjaLexer.h - a chat template as tokens ---------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Text, tags and what is inside them, after the white space rules: trim_blocks
// and lstrip_blocks, as transformers sets them, and the signs `-` and `+`.
//===----------------------------------------------------------------------===//
#ifndef LLMRT_TEXT_JINJALEXER_H
#define LLMRT_TEXT_JINJALEXER_H

#include "llmrt/Status.h"

#include <string>
#include <string_view>
#include <vector>

namespace llmrt::jinja {

struct Token {
  enum class Kind {
    Text,          // between tags
    StatementOpen, // {%
    StatementClose,
    PrintOpen, // {{
    PrintClose,
    Name,
    String, // with its escapes resolved
    Integer,
    Float,
    Operator,
    End,
  };
  Kind kind;
  std::string text;
  int line;
};

/// Ends with one `End` token. Errors begin with "line N: ".
Expected<std::vector<Token>> tokenize(std::string_view source);

} // namespace llmrt::jinja

#endif // LLMRT_TEXT_JINJALEXER_H
