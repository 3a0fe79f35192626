//===- Prompt.cpp - prompts in chunks -------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmrt/Prompt.h"

#include <algorithm>

using namespace llmrt;

StepPart PromptReader::next(int64_t rows) const {
  assert(rows > 0 && !done() && "a chunk has rows");
  const auto chunk =
      rest.first(std::min(rest.size(), static_cast<size_t>(rows)));
  const bool last = chunk.size() == rest.size();
  if (logits == LogitRows::Last && !last)
    return {sequence, chunk, LogitRows::None};
  return {sequence, chunk, logits};
}

Status llmrt::readPrompt(Engine &engine, int32_t sequence,
                         std::span<const int32_t> tokens, LogitRows logits,
                         const OnChunk &onChunk) {
  if (Status status = engine.checkAppend(sequence, tokens); !status)
    return status;
  const EngineOptions &limits = engine.options();
  const int64_t rows = logits == LogitRows::All
                           ? std::min(limits.rowsPerStep, limits.logitRows)
                           : limits.rowsPerStep;
  for (PromptReader prompt(sequence, tokens, logits); !prompt.done();) {
    const StepPart part = prompt.next(rows);
    if (Status status = engine.step({&part, 1}); !status)
      return status;
    prompt.advance(part);
    if (onChunk)
      if (Status status = onChunk(part.tokens); !status)
        return status;
  }
  return Status::ok();
}
