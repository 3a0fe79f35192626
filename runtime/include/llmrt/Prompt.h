//===- Prompt.h - prompts in chunks ---------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A step has few rows, a prompt many: the one place that cuts the one into the
// other and says which rows have logits.
//===----------------------------------------------------------------------===//
#ifndef LLMRT_PROMPT_H
#define LLMRT_PROMPT_H

#include "llmrt/Engine.h"

#include <functional>
#include <span>

namespace llmrt {

/// A prompt on its way into a sequence.
class PromptReader {
public:
  /// `tokens` must outlive the reader. `logits`: of the whole prompt.
  PromptReader(int32_t sequence, std::span<const int32_t> tokens,
               LogitRows logits = LogitRows::Last)
      : sequence(sequence), rest(tokens), logits(logits) {}

  bool done() const { return rest.empty(); }
  /// The next chunk, of at most `rows` rows; the same until `advance`.
  StepPart next(int64_t rows) const;
  /// The chunk `part` is in the cache.
  void advance(const StepPart &part) {
    rest = rest.subspan(part.tokens.size());
  }

private:
  int32_t sequence;
  std::span<const int32_t> rest;
  LogitRows logits;
};

/// Hears of every chunk once its rows are in the cache and the logits asked for
/// are there; a failure ends the reading.
using OnChunk = std::function<Status(std::span<const int32_t> tokens)>;

/// Appends `tokens` to a sequence in as many steps as it takes. The row of the
/// last token has logits, or all rows, or none. Fails, changing nothing, where
/// the prompt is empty, the context has no room or a token is not in the
/// vocabulary; where `onChunk` fails or throws, the chunks read stay.
Status readPrompt(Engine &engine, int32_t sequence,
                  std::span<const int32_t> tokens,
                  LogitRows logits = LogitRows::Last,
                  const OnChunk &onChunk = nullptr);

} // namespace llmrt

#endif // LLMRT_PROMPT_H
