//===- PreTokenizer.h - text cut into the words no token crosses ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Runs a list of steps, each on every piece the step before left, one word at a
// time: no list of pieces is kept, so a long text costs no memory here.
//===----------------------------------------------------------------------===//
#ifndef LLMRT_TEXT_PRETOKENIZER_H
#define LLMRT_TEXT_PRETOKENIZER_H

#include "Regex.h"
#include "llmrt/TokenizerModel.h"

#include <span>
#include <vector>

namespace llmrt::text {

/// GPT-2's splitting (openai/gpt-2, encoder.py), which ByteLevel implies.
inline constexpr std::string_view gpt2Pattern =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";

/// Receives the words in the order of the text.
class WordSink {
public:
  virtual ~WordSink() = default;
  virtual Status takeWord(std::string_view bytes) = 0;
};

class PreTokenizer {
public:
  /// Compiles the patterns. At most one step is ByteLevel.
  static Expected<PreTokenizer> create(std::vector<PreTokenizerStep> steps);

  /// Cuts `text` (valid UTF-8) and hands the bytes of each word to `sink`. The
  /// budget is of the text that this one is a part of, and begins if `isFirst`.
  Status split(std::string_view text, bool isFirst, WordSink &sink,
               StepBudget &budget) const;

  struct Step {
    PreTokenizerStep spec;
    Regex regex; // of Split (unless literal) and ByteLevel
  };

private:
  std::vector<Step> steps;
};

} // namespace llmrt::text

#endif // LLMRT_TEXT_PRETOKENIZER_H
