//===- GenerationPlan.h - how tokens are chosen, and until when -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMRT_APP_GENERATIONPLAN_H
#define LLMRT_APP_GENERATIONPLAN_H

#include "llmrt/LoopDetector.h"
#include "llmrt/Sampler.h"
#include "llmrt/Scheduler.h"

#include <cstdint>
#include <optional>
#include <string>

namespace llmrt::app {

/// The sampler's options that a command line named.
struct SamplerChoice {
  std::optional<float> temperature, topP, minP, repetitionPenalty;
  std::optional<int32_t> topK, repetitionWindow;
  std::optional<uint64_t> seed;
};

/// `defaults` where nothing is named. A temperature of 0 is greedy: no default
/// comes to it. A seed that matters and is not named is drawn.
SamplerOptions resolveSampling(const SamplerChoice &choice,
                               const SamplerOptions &defaults);

/// "temperature 0.7, top-k 40, seed 7", or "greedy".
std::string describeSampling(const SamplerOptions &options);

/// What the options of a generation come to.
struct GenerationPlan {
  /// Of answers, where nothing else is asked for.
  static constexpr int64_t answerTokens = 1024;
  static constexpr int64_t completionTokens = 128;

  SamplerOptions sampler;
  int64_t maxTokens = -1;
  bool defaultLength = false; // nobody asked for maxTokens
  bool endLoops = false;
  bool continues = false; // the text goes on behind the prompt's
};

/// Watches one answer: ends it where it loops, and knows why it ended.
class AnswerWatch {
public:
  explicit AnswerWatch(const GenerationPlan &plan) : plan(plan) {}

  /// Whether the answer goes on after this token.
  bool push(int32_t token) {
    looped = plan.endLoops && loop.push(token);
    return !looped;
  }
  void end(EndReason why) { reason = why; }

  /// Of the loop that ended the answer: the last tokens, all but its first round.
  int64_t repeatedTokens() const {
    return looped ? (loop.rounds() - 1) * loop.period() : 0;
  }
  /// What to tell of an answer that nobody meant to end there; empty: nothing.
  std::string complaint(int64_t context) const;

private:
  const GenerationPlan &plan;
  LoopDetector loop;
  bool looped = false;
  EndReason reason = EndReason::None;
};

} // namespace llmrt::app

#endif // LLMRT_APP_GENERATIONPLAN_H
